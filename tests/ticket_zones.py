"""Ticket zones for random plans, and who may enter where, told by code of the tests alone."""

import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any


def draw_zones(
    seed: int, zones: Sequence[str], sites: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """Draw tables of ticket zones; `sites` are by resource those that may have a post of it."""
    draw = random.Random(f"zones {seed}")
    tables = []
    for resource in draw.sample(sorted(sites), draw.randint(1, len(sites))):
        may = sorted(sites[resource])
        for zone in sorted(draw.sample(list(zones), draw.randint(1, len(zones)))) if may else ():
            gates = sorted(draw.sample(may, draw.randint(1, len(may))))
            tables.append({"zone": zone, "resource": resource, "gates": gates})
    return tables


def enters(tables: Iterable[Mapping[str, Any]], resource: str, site: str, zone: str) -> bool:
    """Tell whether the people of a zone may enter by the post of a resource at a site."""
    mine = [table for table in tables if table["resource"] == resource]
    admitted = [table["zone"] for table in mine if site in table["gates"]]
    if zone in {table["zone"] for table in mine}:
        return zone in admitted
    return not admitted


def write_zones(plan_file: Path, tables: Iterable[Mapping[str, Any]]) -> None:
    """Add tables of ticket zones to a plan file."""
    text = plan_file.read_text(encoding="utf-8")
    for table in tables:
        gates = ", ".join(f'"{gate}"' for gate in table["gates"])
        text += f'[[zones]]\nzone = "{table["zone"]}"\nresource = "{table["resource"]}"\n'
        text += f"gates = [{gates}]\n"
        text += f"headroom = {table['headroom']}\n" if "headroom" in table else ""
    plan_file.write_text(text, encoding="utf-8")
