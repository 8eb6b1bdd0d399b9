"""Random numbers of one night at one gate: a stream of its own, whoever asks for it and when."""

import math

import numpy as np

from placement.arrays import Floats, Words
from placement.compiled import part_of_compiled

_ONE = np.uint64(1)
_ELEVEN, _THREE, _LEFT, _RIGHT = np.uint64(11), np.uint64(3), np.uint64(24), np.uint64(40)
_UNIT = 1.0 / 9007199254740992.0  # 2⁻⁵³
_WARM_UP = 12


def stream(seed: int, night: int, gate: int) -> Words:
    """Return the state in which the stream of a night and a gate begins.

    The generator is SFC64 as numpy has it, its state that of a `numpy.random.SeedSequence` with the
    night and the gate for its key: streams are independent, and none depends on those drawn before.

    Parameters
    ----------
    seed
        Seed of the whole replay, ≥ 0.
    night, gate
        Which night, and which gate by its position.

    Returns
    -------
    (4,) uint64
        As numpy's generator holds it before it is warmed up, see `warm_up`.
    """
    words = np.random.SeedSequence(seed, spawn_key=(night, gate)).generate_state(3, np.uint64)
    return np.concatenate([words, np.ones(1, dtype=np.uint64)])


@part_of_compiled
def next_word(state: Words) -> np.uint64:
    """Return the next 64 random bits."""
    drawn = state[0] + state[1] + state[3]
    state[3] = state[3] + _ONE
    state[0] = state[1] ^ (state[1] >> _ELEVEN)
    state[1] = state[2] + (state[2] << _THREE)
    state[2] = ((state[2] << _LEFT) | (state[2] >> _RIGHT)) + drawn
    return np.uint64(drawn)


@part_of_compiled
def warm_up(state: Words) -> None:
    """Leave out the first numbers, as numpy's generator does."""
    for _ in range(_WARM_UP):
        next_word(state)


@part_of_compiled
def uniform(state: Words) -> float:
    """Return a number above 0 and below 1."""
    return (float(next_word(state) >> _ELEVEN) + 0.5) * _UNIT


@part_of_compiled
def exponential(state: Words) -> float:
    """Return an exponential number of mean 1."""
    return -math.log(uniform(state))


@part_of_compiled
def normal(state: Words) -> float:
    """Return a standard normal number (Marsaglia's polar method)."""
    while True:
        one = 2.0 * uniform(state) - 1.0
        other = 2.0 * uniform(state) - 1.0
        square = one * one + other * other
        if 0.0 < square < 1.0:
            return one * math.sqrt(-2.0 * math.log(square) / square)


@part_of_compiled
def gamma(state: Words, shape: float) -> float:
    """Return a gamma number of scale 1 (Marsaglia and Tsang, ACM TOMS 26, 2000)."""
    boost = 1.0
    if shape < 1.0:
        boost = uniform(state) ** (1.0 / shape)
        shape += 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = normal(state)
        v = 1.0 + c * x
        if v <= 0.0:
            continue
        v = v * v * v
        u = uniform(state)
        if u < 1.0 - 0.0331 * x * x * x * x:
            return boost * d * v
        if math.log(u) < 0.5 * x * x + d * (1.0 - v + math.log(v)):
            return boost * d * v


@part_of_compiled
def draw_services(
    state: Words,
    count: int,
    mean_s: float,
    variation: float,
    lognormal: bool,  # noqa: FBT001 - compiled
    service: Floats,
) -> None:
    """Draw how long the screening of each person takes, in seconds.

    Parameters
    ----------
    state
        The stream.
    count
        How many people.
    mean_s, variation
        Mean, and standard deviation over mean; with 0 everybody takes the mean.
    lognormal
        Lognormal times in place of gamma times.
    service
        (≥ count,) float64, written to.
    """
    if variation <= 0.0:
        for n in range(count):
            service[n] = mean_s
        return
    square = variation * variation
    if lognormal:
        spread = math.sqrt(math.log(1.0 + square))
        middle = math.log(mean_s) - 0.5 * spread * spread
        for n in range(count):
            service[n] = math.exp(middle + spread * normal(state))
        return
    shape = 1.0 / square
    scale = mean_s * square
    for n in range(count):
        service[n] = scale * gamma(state, shape)


@part_of_compiled
def draw_arrivals(
    state: Words,
    begins: Floats,
    ends: Floats,
    people: Floats,
    shows: Floats,
    counted: bool,  # noqa: FBT001 - compiled
    bunch_s: float,
    phase: float,
    arrival: Floats,
) -> int:
    """Draw when people come: evenly within each stretch of time, each person on their own.

    Parameters
    ----------
    state
        The stream.
    begins, ends, people
        (k,) float64, stretches of time in order, seconds, and how many are expected in each.
    shows
        (k,) float64, probability that a person of each comes at all.
    counted
        Whether so many people are expected, neither more nor fewer; else their number is Poisson
        with that mean. Either way the times are those of a Poisson process, given how many come.
    bunch_s
        Seconds from one train to the next, who come between two come with the later; 0 for people
        who come one by one.
    phase
        When one of the trains comes.
    arrival
        Written to, in order of time.

    Returns
    -------
    int
        How many come, never more than there is room for.
    """
    count = 0
    ahead = exponential(state)
    for k in range(len(people)):
        start = count
        if counted:
            passed = exponential(state)
            whole = int(people[k])
            many = whole + int(uniform(state) < people[k] - whole)
            if shows[k] < 1.0:
                come = 0
                for _ in range(many):
                    come += int(uniform(state) < shows[k])
                many = come
            for _ in range(min(many, len(arrival) - count)):
                arrival[count] = passed
                passed += exponential(state)
                count += 1
            length = passed  # exponential gaps over their sum: uniform times, in order
        else:
            passed = ahead
            length = people[k] * shows[k]
            while passed <= length and count < len(arrival):
                arrival[count] = passed
                passed += exponential(state)
                count += 1
            ahead = passed - length
        for n in range(start, count):
            time = begins[k] + (ends[k] - begins[k]) * (arrival[n] / length)
            if bunch_s > 0.0:
                time = phase + math.ceil((time - phase) / bunch_s) * bunch_s
            arrival[n] = time
    return count
