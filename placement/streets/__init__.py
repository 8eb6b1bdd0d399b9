"""How people walk: the street network, points on it, and who reaches whom in what time."""

from placement.streets.catchment import catchment, catchments
from placement.streets.network import Streets
from placement.streets.read import read_streets
from placement.streets.search import walking_times
from placement.streets.snap import Snapped, snap

__all__ = ["Snapped", "Streets", "catchment", "catchments", "read_streets", "snap", "walking_times"]
