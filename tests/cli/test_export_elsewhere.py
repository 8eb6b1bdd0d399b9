"""Exports, opened by programs of their own: GDAL's tools and QGIS, where they are installed."""

import csv
import io
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from placement.plan.problem import Plan
from placement.solution import Solution
from tests.cli.test_export import check_figures, check_places, made, put

__all__ = ["made"]

# QGIS has a Python of its own, which knows nothing of this environment
QGIS_PYTHON = "/usr/bin/python3"
DRAW = """
import json, os, sys
from qgis.core import (QgsApplication, QgsMapRendererParallelJob, QgsMapSettings, QgsRectangle,
    QgsVectorLayer)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
application = QgsApplication([], False)
application.initQgis()
found, layers = {}, []
for name in sys.argv[2:]:
    layer = QgsVectorLayer(sys.argv[1] + "|layername=" + name, name, "ogr")
    renderer = layer.renderer()
    kinds = [str(one.value()) for one in renderer.categories()] if hasattr(
        renderer, "categories") else []
    found[name] = [layer.isValid(), layer.featureCount(), renderer.type(), sorted(kinds)]
    layers.append(layer)
settings = QgsMapSettings()
settings.setLayers(layers)
settings.setBackgroundColor(QColor("white"))
settings.setOutputSize(QSize(400, 300))
extent = QgsRectangle()
for layer in layers:
    extent.combineExtentWith(layer.extent())
extent.scale(1.1)
settings.setExtent(extent)
job = QgsMapRendererParallelJob(settings)
job.start()
job.waitForFinished()
image = job.renderedImage()
colours = {image.pixel(x, y) for x in range(0, 400, 2) for y in range(0, 300, 2)}
print(json.dumps([found, len(colours)]), flush=True)
os._exit(0)  # taking QGIS down in order is known to crash
"""


def quiet(home: Path) -> dict[str, str]:
    """Return an environment without a screen, and with nothing that QGIS kept before."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return kept | {"HOME": str(home), "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(home)}


def as_numbers(row: dict[str, str]) -> dict[str, object]:
    """Return a row with its fractions as Python writes them: some writers leave the point out."""
    fractions = ("cost", "covered", "only")
    return {name: float(cell) if name in fractions else cell for name, cell in row.items()}


@pytest.mark.slow
@pytest.mark.parametrize("to", ["gpkg", "geojson", "kml"])
def test_gdals_own_tools_read_the_posts(
    to: str, made: tuple[Plan, Solution], tmp_path: Path
) -> None:
    tool = shutil.which("ogr2ogr")
    if tool is None:
        pytest.skip("no ogr2ogr here: it comes with Debian's gdal-bin")
    path = put(made, tmp_path, to)
    layer = [] if to == "geojson" else ["posts"]
    command = [tool, "-f", "CSV", "/vsistdout/", str(path), *layer, "-lco", "GEOMETRY=AS_XY"]
    ended = subprocess.run(command, capture_output=True, check=False, env=quiet(tmp_path))
    assert ended.returncode == 0, ended.stderr
    rows = list(csv.DictReader(io.StringIO(ended.stdout.decode())))
    check_places(made[1], {row["id"]: (float(row["X"]), float(row["Y"])) for row in rows})
    check_figures(made[1], [as_numbers(row) for row in rows])


@pytest.mark.slow
def test_qgis_draws_the_geopackage_as_it_opens(made: tuple[Plan, Solution], tmp_path: Path) -> None:
    tried = (
        subprocess.run([QGIS_PYTHON, "-c", "import qgis.core"], capture_output=True, check=False)
        if Path(QGIS_PYTHON).exists()
        else None
    )
    if tried is None or tried.returncode != 0:
        pytest.skip("no QGIS here: its Python modules come with Debian's python3-qgis")
    path = put(made, tmp_path, "gpkg")
    names = ["areas", "catchments", "route", "closures", "closed_lines", "posts"]
    ended = subprocess.run(
        [QGIS_PYTHON, "-c", DRAW, str(path), *names],
        capture_output=True,
        check=False,
        env=quiet(tmp_path),
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    found, colours = json.loads(ended.stdout.decode().splitlines()[-1])
    assert all(valid and many > 0 for valid, many, _, _ in found.values())
    assert found["posts"] == [True, 3, "categorizedSymbol", ["checkpoint", "dog_team"]]
    assert found["catchments"][1] == 3
    assert colours > 20  # drawn, in the colours of its own styles
