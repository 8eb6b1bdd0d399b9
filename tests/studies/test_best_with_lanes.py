"""The best plan with lanes for nights when some are missing: against every plan on every night."""

import itertools
import math
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

import placement
from placement.cover.survey import survey
from placement.errors import InfeasibleError
from placement.plan.problem import Plan
from placement.solve.core.stopping import Stop
from placement.studies.computed_bound import bound_by_count
from placement.studies.risk import Absences, Aim, draw, worst_mean
from placement.studies.sample_average import Ground
from placement.studies.sampled import Candidates
from tests.amount import cases
from tests.solve.capacitated.test_lanes_in_plans import write_lanes_plan
from tests.studies.laned_nights import (
    MOST_PATROLS,
    Sender,
    every_night,
    every_plan,
    patrolled,
    worst_of,
)

SEEDS = cases((9, 16), tuple(range(60)))


def towns(folder: Path, seeds: tuple[int, ...], most: int) -> Iterator[tuple[int, Plan]]:
    """Yield drawn plans of few gates, every third of several profiles."""
    for seed in seeds:
        file = write_lanes_plan(folder / str(seed), seed, profiles=seed % 3 == 0)
        text = file.read_text(encoding="utf-8").replace("max_units = 5", "max_units = 3")
        text = text.replace(
            "[resources.patrol]\n", f"[resources.patrol]\nmax_units = {MOST_PATROLS}\n"
        )
        file.write_text(text, encoding="utf-8")
        try:
            plan = placement.load_plan(file)
        except InfeasibleError:
            continue
        if len(plan.problem.sites) <= most:
            yield seed, plan


def absences_of(plan: Plan, seed: int) -> Absences:
    rng = random.Random(f"lanes away {seed}")
    away = {"gate": rng.choice([0.1, 0.3]), "patrol": rng.choice([0.0, 0.3])}
    shut = {"gate": rng.choice([0.0, 0.1])}
    name = f"{plan.problem.sites.id[0]}/gate"
    return Absences.of(plan, {**away, name: 0.4}, shut, [name])


@pytest.mark.slow
@pytest.mark.parametrize("aim", ["mean", "worst5"])
def test_no_plan_is_better_on_a_sample_than_the_one_found(tmp_path: Path, aim: Aim) -> None:
    solved = 0
    for seed, plan in towns(tmp_path, SEEDS, 3):
        absences, walks = absences_of(plan, seed), survey(plan)
        candidates = Candidates.of(plan, walks, absences)
        spread = (1.0, 1.0) if seed % 2 else (0.5, 1.5)
        ground = Ground(plan, walks, candidates, absences, spread, aim)
        points = draw(len(candidates.names) + 1, 2, key=(seed, 1, 0))
        come = spread[0] + (spread[1] - spread[0]) * points[:, -1]
        column = {name: at for at, name in enumerate(candidates.names)}
        sender, best, plans = Sender(plan, weighed=True), -math.inf, {}
        for gates, patrols in every_plan(plan, sender):
            worth = []
            for point, share in zip(points, come, strict=True):
                there = {}
                for site, lanes in gates.items():
                    shut, away = absences.of_post(f"{site}/gate")
                    number = point[column[f"{site}/gate"]]
                    fewer = shut + (1 - shut) * binom.cdf(np.arange(lanes), lanes, 1 - away)
                    there[site] = int((number >= fewer).sum())
                met = [
                    site
                    for site, units in patrols.items()
                    if point[column[f"{site}/patrol"]]
                    >= absences.of_post(f"{site}/patrol")[1] ** units
                ]
                worth.append(sender.most(there, float(share)) + share * patrolled(plan, met))
            value = float(np.mean(worth) if aim == "mean" else worst_mean(np.array(worth)))
            plans[tuple(sorted(gates.items())), tuple(sorted(patrols.items()))] = value
            best = max(best, value)
        if not plans:
            continue
        solved += 1
        chosen, found = ground.solve(2, key=(seed, 1), plans=[], stop=Stop())
        assert found.status == "optimal", seed
        assert found.objective == pytest.approx(best, rel=2e-6, abs=1e-4), seed
        named = tuple(
            tuple(sorted((name.split("/")[0], n) for name, n in chosen.items() if kind in name))
            for kind in ("/gate", "/patrol")
        )
        assert plans[named] == pytest.approx(best, rel=2e-6, abs=1e-4), seed
    assert solved


@pytest.mark.slow
@pytest.mark.parametrize("aim", ["mean", "worst5"])
def test_no_plan_is_worth_more_on_all_nights_than_is_computed(tmp_path: Path, aim: Aim) -> None:
    compared = nearer = 0
    for seed, plan in towns(tmp_path, SEEDS, 2):
        rng = random.Random(f"all nights {seed}")
        away, shut, gone = rng.choice([0.1, 0.3]), rng.choice([0.0, 0.1]), rng.choice([0.0, 0.3])
        absences = Absences.of(plan, {"gate": away, "patrol": gone}, {"gate": shut}, [])
        sender, best, usual, top = Sender(plan, weighed=True), -math.inf, {}, -math.inf
        for gates, patrols in every_plan(plan, sender):
            nights = []
            for there, likely in every_night(gates, away, shut):
                for out in itertools.product((0, 1), repeat=len(patrols)):
                    met = set(itertools.compress(patrols, out))
                    part = math.prod(
                        1 - gone**units if is_there else gone**units
                        for is_there, units in zip(out, patrols.values(), strict=True)
                    )
                    for share in (0.9, 1.1):
                        worth = sender.most(there, share) + share * patrolled(plan, met)
                        nights.append((worth, likely * part / 2))
            mean = sum(worth * likely for worth, likely in nights)
            best = max(best, mean if aim == "mean" else worst_of(nights))
            full = sender.most(gates) + patrolled(plan, patrols)
            if full > top:
                top = full
                usual = {f"{site}/gate": n for site, n in gates.items()}
                usual |= {f"{site}/patrol": n for site, n in patrols.items()}
        if top < 0:
            continue
        # attendance from 0.8 to 1.2; of its halves the means, which are told apart less
        spread = (0.8, 1.2) if aim == "mean" else (0.9, 1.1)
        bound, _ = bound_by_count(
            plan, survey(plan), absences, attendance=spread, aim=aim, usual=usual, stop=Stop()
        )
        assert bound >= best * (1 - 1e-6) - 1e-4, seed
        compared += 1
        nearer += bound < 1.1 * top * 0.97
    assert compared
    assert nearer
