"""A seeded replay of every gate of a solution on many nights."""

from placement.studies.replay.measures import Measure, Quantile, Share
from placement.studies.replay.scenario import LaneFailure, Scenario
from placement.studies.replay.study import AllGates, GateReplay, Replay, replay

__all__ = [
    "AllGates",
    "GateReplay",
    "LaneFailure",
    "Measure",
    "Quantile",
    "Replay",
    "Scenario",
    "Share",
    "replay",
]
