"""Shapes on a map of paper as an SVG drawing.

Coordinates are whole hundredths of a millimetre on paper, and so are all widths.
"""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from placement.arrays import Ints
from placement.maps.paper.palette import colours, hatches
from placement.maps.paper.sheets import Window, squares

STEPS = 100
"""Steps of the drawing in a millimetre."""
FINER_MM = 0.04
"""Farthest a drawn line may run from the surveyed one."""
_HATCH_MM = 1.5


class Brush:
    """Write shapes as paths, one element a call."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self._frame = shapely.box(*window.bounds)
        # what is cut off must not show its cut as an outline
        self._wide = shapely.buffer(self._frame, 5 / window.mm, join_style="mitre")
        self._parts: list[str] = []
        self._hatches: dict[int, str] = {}

    def area(
        self,
        shape: shapely.Geometry,
        *,
        fill: str,
        stroke: str,
        width: float,
        opacity: float = 1.0,
        dash: Sequence[float] = (),
    ) -> None:
        """Draw polygons; lines among them have an outline only."""
        path = self._rings(shape)
        if path:
            paint = f'fill="{fill}" fill-opacity="{opacity:g}" fill-rule="evenodd"'
            self._add(path, paint, stroke, width, dash)
        lines = [
            one for one in shapely.get_parts(shape) if one.geom_type in {"LineString", "LinearRing"}
        ]
        if lines:
            self.line(lines, stroke, width * 1.6, dash=dash)

    def line(
        self,
        shapes: "Sequence[shapely.Geometry] | NDArray[np.object_]",
        colour: str,
        width: float,
        *,
        opacity: float = 1.0,
        dash: Sequence[float] = (),
        cap: str = "round",
    ) -> None:
        """Draw lines, in one path."""
        path = self._lines(np.asarray(shapes, dtype=object))
        if path:
            paint = f'fill="none" stroke-linecap="{cap}" stroke-opacity="{opacity:g}"'
            self._add(path, paint, colour, width, dash)

    def hatch(self, shape: shapely.Geometry, kind: int) -> None:
        """Draw polygons under a hatch."""
        path = self._rings(shape)
        if not path:
            return
        tint = colours()
        side = round(_HATCH_MM * STEPS)
        self._hatches[kind] = (
            f'<pattern id="hatch{kind}" width="{side}" height="{side}" '
            'patternUnits="userSpaceOnUse">'
            f'<path d="{hatch_path(kind, side)}" fill="none" stroke="{tint["missing"]}" '
            f'stroke-width="{round(0.32 * STEPS)}"/></pattern>'
        )
        self._parts.append(
            f'<path d="{path}" fill="{tint["missing_ground"]}" fill-opacity="0.72" '
            f'stroke="{tint["missing"]}" stroke-width="{round(0.25 * STEPS)}"/>'
        )
        self._parts.append(f'<path d="{path}" fill="url(#hatch{kind})"/>')

    def grid(self) -> None:
        """Draw the squares of the search grid."""
        across, down = squares(self.window)
        width, height = (round(one * STEPS) for one in (self.window.width, self.window.height))
        path = "".join(f"M{round(width * i / across)} 0V{height}" for i in range(1, across))
        path += "".join(f"M0 {round(height * i / down)}H{width}" for i in range(1, down))
        self._parts.append(
            f'<path d="{path}" fill="none" stroke="#1b1f24" stroke-opacity="0.22" '
            f'stroke-width="{round(0.12 * STEPS)}"/>'
        )

    def svg(self) -> str:
        """Return the drawing."""
        width, height = self.window.width, self.window.height
        size = f"{round(width * STEPS)} {round(height * STEPS)}"
        paper = colours()["paper"]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}mm" height="{height:g}mm" '
            f'viewBox="0 0 {size}"><defs>{"".join(self._hatches.values())}</defs>'
            f'<rect width="100%" height="100%" fill="{paper}"/>{"".join(self._parts)}</svg>'
        )

    def _add(self, path: str, paint: str, stroke: str, width: float, dash: Sequence[float]) -> None:
        dashed = ""
        if dash:
            steps = " ".join(str(round(one * STEPS)) for one in dash)
            dashed = f' stroke-dasharray="{steps}"'
        self._parts.append(
            f'<path d="{path}" {paint} stroke="{stroke}" stroke-width="{round(width * STEPS)}" '
            f'stroke-linejoin="round"{dashed}/>'
        )

    def _steps(self, shapes: "NDArray[np.object_]") -> tuple[Ints, Ints]:
        """Return (n, 2) steps on paper, and which shape each is of."""
        xy, index = shapely.get_coordinates(shapes, return_index=True)
        return np.rint(self.window.places(xy) * STEPS).astype(np.int64), index

    def _rings(self, shape: shapely.Geometry) -> str:
        parts = [one for one in shapely.get_parts(shape) if one.geom_type == "Polygon"]
        cut = shapely.intersection(np.asarray(parts, dtype=object), self._wide)
        cut = shapely.simplify(cut, FINER_MM / self.window.mm)
        polygons = [one for one in shapely.get_parts(cut) if one.geom_type == "Polygon"]
        rings = np.asarray(
            [ring for one in polygons for ring in (one.exterior, *one.interiors)], dtype=object
        )
        return self._written(rings, "Z")

    def _lines(self, shapes: "NDArray[np.object_]") -> str:
        cut = shapely.intersection(shapes, self._wide)
        parts = [one for one in shapely.get_parts(cut) if one.geom_type == "LineString"]
        return self._written(np.asarray(parts, dtype=object), "")

    def _written(self, lines: "NDArray[np.object_]", end: str) -> str:
        if len(lines) == 0:
            return ""
        steps, index = self._steps(lines)
        if len(steps) == 0:
            return ""
        moved = np.ones(len(steps), dtype=np.bool_)
        moved[1:] = (index[1:] != index[:-1]) | np.any(steps[1:] != steps[:-1], axis=1)
        steps, index = steps[moved], index[moved]
        starts = np.flatnonzero(np.diff(index, prepend=-1))
        texts = [f"{x} {y}" for x, y in steps.tolist()]
        ends = [*starts[1:].tolist(), len(texts)]
        return "".join(
            f"M{'L'.join(texts[start:stop])}{end}"
            for start, stop in zip(starts.tolist(), ends, strict=True)
            if stop - start > 1
        )


def hatch_path(kind: int, side: float) -> str:
    """Return the lines of a hatch in a square."""
    part = side / 8
    return "".join(
        f"M{x * part:g} {y * part:g}L{to_x * part:g} {to_y * part:g}"
        for x, y, to_x, to_y in hatches()[kind]
    )
