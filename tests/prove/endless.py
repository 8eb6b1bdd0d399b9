"""A program that no solver ends: many rows that hardly differ, as in market-split problems."""

from fractions import Fraction

from placement.prove.program import Program


def endless() -> tuple[Program, dict[int, Fraction]]:
    """Return the program and what to maximise."""
    program = Program()
    first = [program.variable() for _ in range(120)]
    for row in range(40):
        terms = {at: Fraction((at * 7919 + row * 104729) % 997 + 3000) for at in first}
        program.at_most(terms, 60 * 3498 + row)
    return program, {at: Fraction((at * 31337) % 991 + 3000) for at in first}
