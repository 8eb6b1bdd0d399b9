"""What a notebook shows of a plan, a solution, a result and a cover: names are text."""

import html
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import placement
from placement.maps.webmap import map_page

HOSTILE = '"><script>alert(1)</script>&{{6*7}}'


def plan_of(*, given: bool = False, budget: float = 2) -> placement.Plan:
    places = pd.DataFrame({"id": ["a", "b", "c"], "lon": [2.30, 2.302, 2.304], "lat": [48.86] * 3})
    return placement.Plan.from_frames(
        sites=places.assign(name=HOSTILE),
        demand=places.assign(people=[10, 20, 30]),
        resources={"team": {"walk_limit_min": 1, "unit_cost": 1, "label": HOSTILE}},
        budget={"amount": budget, "unit": HOSTILE},
        title=HOSTILE,
        walk_s=np.where(np.eye(3) > 0, 0.0, np.inf) if given else None,
    )


def test_a_solution_shows_a_table_and_its_map_in_a_frame() -> None:
    plan = plan_of()
    solution = placement.optimise(plan)
    shown = solution._repr_html_()
    assert "<script" not in shown
    assert HOSTILE not in html.unescape(re.sub(r"<iframe.*?</iframe>", "", shown)).replace(
        html.unescape(html.escape(HOSTILE)), ""
    )
    (framed,) = re.findall(r'<iframe srcdoc="([^"]*)" sandbox="allow-scripts"', shown)
    assert html.unescape(framed) == map_page(plan, solution)
    assert len(repr(solution).splitlines()) == 3
    assert "optimal, 2 posts, cost 2 of 2" in repr(solution)


def test_a_solution_from_a_file_shows_its_table_and_asks_for_its_plan(tmp_path: Path) -> None:
    plan = plan_of()
    made = placement.optimise(plan)
    made.to_file(tmp_path / "solution.geojson")
    placement.write_solution(made, tmp_path / "other.geojson")
    written = (tmp_path / "solution.geojson").read_bytes()
    assert written == (tmp_path / "other.geojson").read_bytes()
    solution = placement.read_solution(tmp_path / "solution.geojson")
    shown = solution._repr_html_()
    assert "<iframe" not in shown
    assert "a/team" in shown or "b/team" in shown
    with pytest.raises(placement.UsageError, match=r"give it, solution\.explore\(plan\)"):
        solution.explore()
    with pytest.raises(placement.UsageError, match="with a Plan, and not with str"):
        solution.explore("plan.toml")  # type: ignore[arg-type]
    page = solution.explore(plan)
    assert page.html == map_page(plan, solution)
    page.to_file(tmp_path / "map.html")
    assert (tmp_path / "map.html").read_text(encoding="utf-8") == page.html


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("posts.gpkg", r"as \.geojson, and not as '\.gpkg'"),
        ("posts", "not as 'a plain name'"),
        (7, "to a path, and not to int"),
    ],
)
def test_a_solution_is_not_written_to_what_is_no_such_file(path: object, said: str) -> None:
    with pytest.raises(placement.UsageError, match=said):
        placement.optimise(plan_of()).to_file(path)  # type: ignore[arg-type]


def test_posts_have_the_same_columns_and_types_whatever_their_number() -> None:
    some = placement.optimise(plan_of()).posts
    none = placement.optimise(plan_of(budget=0)).posts
    assert len(some) == 2
    assert len(none) == 0
    for posts in (some, none):
        assert posts.index.name == "post"
        assert posts.crs.to_epsg() == 4326
        kinds = posts.dtypes.astype(str).to_dict()
        assert kinds == {
            "site": "object", "name": "object", "resource": "object", "units": "int64",
            "cost": "float64", "covered": "float64", "only": "float64", "geometry": "geometry",
        }  # fmt: skip
    assert all(some.index == some.site + "/" + some.resource)
    assert some.covered.sum() == 50


def test_a_map_of_given_times_has_no_catchments_and_says_so(tmp_path: Path) -> None:
    plan = plan_of(given=True)
    solution = placement.optimise(plan)
    page = solution.explore().html
    assert '"kind":"given times"' in page
    assert "Walking times were given as a table and not measured" in page
    data = re.findall(r'"reach":(\[[^"]*?\]),"', page)
    assert data
    assert all(not re.search(r"\d", one) for one in data)
    for write in (placement.write_catchments, placement.write_routes):
        with pytest.raises(placement.UsageError, match="given as a table"):
            write(plan, solution, tmp_path / "x.geojson")


def test_the_plan_of_a_solution_is_kept_no_longer_than_the_solution() -> None:
    from placement import solution as module

    before = len(module._plans)
    solution = placement.optimise(plan_of())
    assert len(module._plans) == before + 1
    del solution
    assert len(module._plans) == before


def test_covers_and_results_show_themselves() -> None:
    cover = placement.Cover.from_cost_matrix([[1, 9], [9, 1], [1, 1]], 5, [1, 2, 4])
    result = placement.maximise(cover, budget=1)
    assert repr(result) == (
        "Result(optimal, 1 site [1], covered 6, bound 6, gap 0.00%, cost 1, stopped: proven)"
    )
    assert "<td>optimal</td>" in result._repr_html_()
    assert "<th>demand points</th><td>3</td>" in cover._repr_html_()
