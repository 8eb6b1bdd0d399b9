"""What the shell completes after options that take names: read from the plan that is meant.

A shell waits for this at each press of a key: nothing heavy is imported, nothing is checked, and
what cannot be read yields no suggestions.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from placement.cli.files import PLAN_FILE, bundled_plans

_MOST_BYTES = 16 << 20  # of a file that is read while somebody waits

type Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _completer(names: Callable[[click.Context, str], Iterable[str]]) -> Completer:
    """Return what click calls for suggestions; it never raises."""

    def complete(
        ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        with suppress(Exception):
            return [
                CompletionItem(name)
                for name in sorted(set(names(ctx, incomplete)))
                if name.startswith(incomplete)
            ]
        return []

    return complete


def _plan_file(ctx: click.Context) -> Path:
    given = Path(ctx.params.get("plan") or _positional(ctx, "plan") or PLAN_FILE)
    return given / PLAN_FILE if given.is_dir() else given


def _positional(ctx: click.Context, name: str) -> str | None:
    """Return an argument that click did not hand out, since the last option lacks its value yet."""
    names = [one.name for one in ctx.command.params if isinstance(one, click.Argument)]
    return dict(zip(names, ctx.args, strict=False)).get(name)


def _plan(ctx: click.Context) -> dict[str, Any]:
    return tomllib.loads(_text(_plan_file(ctx)))


def _text(file: Path) -> str:
    if not file.is_file() or file.stat().st_size > _MOST_BYTES:
        return ""
    return file.read_text(encoding="utf-8-sig")


def _resources(plan: Mapping[str, Any]) -> list[str]:
    return sorted(plan["resources"])


def _sites(ctx: click.Context, plan: Mapping[str, Any]) -> list[str]:
    """Return the identifiers in the layer of sites."""
    file = _plan_file(ctx).parent / plan["layers"]["sites"]
    kind = file.suffix.lower()
    if kind == ".csv":
        import csv

        header, *rows = _text(file).splitlines()
        delimiter = next((mark for mark in (",", ";", "\t") if mark in header), ",")
        return [row["id"] for row in csv.DictReader([header, *rows], delimiter=delimiter)]
    if kind in {".geojson", ".json"}:
        import json

        found = (
            feature.get("properties", {}).get("id", feature.get("id"))
            for feature in json.loads(_text(file))["features"]
        )
        return [str(name) for name in found if name is not None]
    if kind == ".gpkg":
        return _in_geopackage(file)
    if kind == ".parquet":
        import pyarrow.parquet as pq

        return [str(name) for name in pq.read_table(file, columns=["id"])["id"].to_pylist()]
    return []


def _in_geopackage(file: Path) -> list[str]:
    import sqlite3

    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
    try:
        tables = connection.execute("select table_name from gpkg_contents").fetchall()
        quoted = '"' + tables[0][0].replace('"', '""') + '"'
        return [str(name) for (name,) in connection.execute(f"select id from {quoted}")]  # noqa: S608
    finally:
        connection.close()


def _post_names(ctx: click.Context, incomplete: str) -> list[str]:
    plan = _plan(ctx)
    sites = [name for name in _sites(ctx, plan) if f"{name}/".startswith(incomplete[: len(name)])]
    return [f"{site}/{resource}" for site in sites for resource in _resources(plan)]


def _layer_names() -> Iterable[str]:
    from placement.plan.ground_settings import Layers

    return Layers.model_fields


posts = _completer(_post_names)
"""``SITE/RESOURCE``, each that the plan's layer of sites and its resources make."""

sites_and_posts = _completer(
    lambda ctx, incomplete: _sites(ctx, _plan(ctx)) + _post_names(ctx, incomplete)
)
"""``SITE`` and ``SITE/RESOURCE``."""

resources = _completer(lambda ctx, _: [f"{name}=" for name in _resources(_plan(ctx))])
"""``RESOURCE=``."""

layers = _completer(lambda _ctx, _: [f"{name}=" for name in _layer_names()])
"""``NAME=``, of the layers that a plan may have."""

examples = _completer(lambda _ctx, _: bundled_plans())
"""The bundled plans."""
