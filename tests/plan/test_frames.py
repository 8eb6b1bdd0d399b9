"""Plans without files: the same plan, the same sentences, and walking times given as a table."""

import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from shapely import LineString, box

import placement
from placement import Plan
from placement.cover.survey import survey
from placement.streets import read_streets

RESOURCES: dict[str, Any] = {"team": {"walk_limit_min": 3, "unit_cost": 1}}
WEST, SOUTH, SIDE = 2.30, 48.86, 0.01


def sites(count: int = 8, *, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "id": [f"s{at}" for at in range(count)],
            "lon": WEST + SIDE * rng.random(count),
            "lat": SOUTH + SIDE * rng.random(count),
        }
    )


def people(count: int = 40, *, seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "id": [f"p{at}" for at in range(count)],
            "lon": WEST + SIDE * rng.random(count),
            "lat": SOUTH + SIDE * rng.random(count),
            "people": rng.integers(1, 100, count),
        }
    )


def located(frame: pd.DataFrame, crs: object = 4326) -> Any:
    points = gpd.points_from_xy(frame.lon, frame.lat)
    return gpd.GeoDataFrame(frame.drop(columns=["lon", "lat"]), geometry=points, crs=4326).to_crs(
        crs
    )


def made(**changes: Any) -> Plan:
    given: dict[str, Any] = {"sites": sites(), "demand": people(), "resources": RESOURCES}
    return Plan.from_frames(**{**given, "budget": 3, **changes})


def walks(seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 600, (len(people()), len(sites()))).astype(float)
    table[rng.random(table.shape) < 0.2] = np.nan
    return pd.DataFrame(table, index=people().id, columns=sites().id)


def test_a_plan_without_files_is_the_plan_of_the_same_files(tmp_path: Path) -> None:
    for name, frame in (("sites", sites()), ("demand", people())):
        located(frame).to_file(tmp_path / f"{name}.geojson", driver="GeoJSON")
    (tmp_path / "plan.toml").write_text(
        'format = 1\nname = "plan"\nbudget.amount = 3\n'
        '[layers]\nsites = "sites.geojson"\ndemand = "demand.geojson"\n'
        "[resources.team]\nwalk_limit_min = 3\nunit_cost = 1\n",
        encoding="utf-8",
    )
    filed = placement.load_plan(tmp_path)
    for plan in (
        made(),
        made(sites=located(sites()), demand=located(people())),
        made(sites=str(tmp_path / "sites.geojson")),
        placement.load_plan(tmp_path, sites=located(sites())),
        placement.load_plan(tmp_path, layers={"demand": people()}),
    ):
        assert plan.problem.sites.id == filed.problem.sites.id
        assert plan.problem.demand.id == filed.problem.demand.id
        np.testing.assert_allclose(plan.problem.sites.xy, filed.problem.sites.xy, atol=1e-6)
        assert plan.problem.demand.people.tolist() == filed.problem.demand.people.tolist()
        assert plan.problem.resources == filed.problem.resources
        assert plan.settings.walking == filed.settings.walking
        assert plan.crs == filed.crs


def test_a_plan_without_files_is_optimised_audited_and_written(tmp_path: Path) -> None:
    plan = made(demand=located(people(), 2154))
    solution = placement.optimise(plan)
    assert solution.status is placement.Status.OPTIMAL
    assert placement.audit(plan, solution).ok
    placement.write_solution(solution, tmp_path / "solution.geojson")
    assert placement.audit(plan, placement.read_solution(tmp_path / "solution.geojson")).ok


@pytest.mark.parametrize("kind", ["frame", "dense", "sparse"])
def test_walking_times_stand_in_for_streets(kind: str, tmp_path: Path) -> None:
    table = walks()
    at, to = np.nonzero(table.notna())
    given = {
        "frame": table.iloc[::-1, ::-1],
        "dense": table.to_numpy(),
        "sparse": csr_array((table.to_numpy()[at, to], (at, to)), shape=table.shape),
    }[kind]
    plan = made(walk_s=given)
    solution = placement.optimise(plan)
    within = (table <= 180).loc[list(plan.problem.demand.id), list(plan.problem.sites.id)]
    counted = pd.Series(plan.problem.demand.people, index=within.index)
    best = max(
        math.fsum(counted[within.iloc[:, list(three)].any(axis=1)])
        for three in ((a, b, c) for a in range(8) for b in range(a) for c in range(b))
    )
    assert solution.objective == best
    assert solution.walking == "given times"
    assert placement.audit(plan, solution).ok
    placement.write_solution(solution, tmp_path / "solution.geojson")
    again = placement.read_solution(tmp_path / "solution.geojson")
    assert placement.audit(plan, again).ok
    assert not placement.audit(made(), again).ok
    assert not placement.audit(made(walk_s=table + 1000), again).ok


class Labelled:
    """What is read of an xarray DataArray: two named dimensions, and its frame."""

    dims = ("demand", "site")

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table

    def to_pandas(self) -> pd.DataFrame:
        return self.table


class Graph:
    """What is read of a graph of NetworkX: nodes and edges with their facts, and its own."""

    def __init__(self, *, directed: bool = False, crs: object = None) -> None:
        self.graph = {} if crs is None else {"crs": crs}
        self.directed = directed
        self.places: dict[object, dict[str, Any]] = {}
        self.ways: list[tuple[object, object, dict[str, Any]]] = []

    def is_directed(self) -> bool:
        return self.directed

    def nodes(self, *, data: bool) -> Any:
        assert data
        return self.places.items()

    def edges(self, *, data: bool) -> Any:
        assert data
        return self.ways


def grid(*, directed: bool = False, both: bool = True, crs: object = None) -> Graph:
    """Return streets every 100 m or so, in degrees or in the metres of `crs`."""
    graph = Graph(directed=directed, crs=crs)
    steps = np.linspace(0, SIDE, 11)
    x, y = np.meshgrid(WEST + steps, SOUTH + steps)
    placed = gpd.GeoSeries(gpd.points_from_xy(x.ravel(), y.ravel()), crs=4326).to_crs(crs or 4326)
    for at, point in enumerate(placed):
        graph.places[at] = {"x": point.x, "y": point.y}
    pairs = [(at, at + 1) for at in range(121) if at % 11 < 10]
    pairs += [(at, at + 11) for at in range(110)]
    for one, other in pairs:
        facts = {"highway": "footway", "length": 1.0, "name": ["Rue <b>", "Quai"]}
        graph.ways.append((one, other, {**facts, "reversed": False}))
        if directed and both:
            graph.ways.append((other, one, {**facts, "reversed": True}))
    return graph


def lines_of(graph: Graph) -> Any:
    place = {node: (facts["x"], facts["y"]) for node, facts in graph.places.items()}
    drawn = [LineString([place[one], place[other]]) for one, other, _ in graph.ways]
    return gpd.GeoDataFrame({"class": ["footway"] * len(drawn)}, geometry=drawn, crs=4326)


def walks_on(plan: Plan) -> np.ndarray:
    return survey(plan).walk["team"].toarray()


def test_an_xarray_table_is_read_by_its_labels() -> None:
    plain, labelled = made(walk_s=walks()), made(walk_s=Labelled(walks()))
    assert (plain.walk_s != labelled.walk_s).nnz == 0


def test_lines_graphs_and_networks_are_the_same_streets(tmp_path: Path) -> None:
    lines = lines_of(grid())
    lines.to_file(tmp_path / "streets.geojson", driver="GeoJSON")
    filed = made(streets=tmp_path / "streets.geojson")
    network = read_streets(tmp_path / "streets.geojson", crs=filed.crs)
    expected = walks_on(filed)
    assert expected.any()
    for streets in (lines, grid(), grid(directed=True), network):
        plan = made(streets=streets)
        assert plan.crs == filed.crs
        np.testing.assert_array_equal(walks_on(plan), expected)
    projected = made(streets=grid(directed=True, crs=2154))
    np.testing.assert_allclose(walks_on(projected), expected, atol=0.05)
    solution = placement.optimise(made(streets=grid()))
    assert solution.walking == "streets"


def test_an_edge_without_a_way_back_is_walked_in_its_direction_only() -> None:
    both, ahead = made(streets=grid(directed=True)), made(streets=grid(directed=True, both=False))
    there = walks_on(ahead) > 0
    assert there.sum() < (walks_on(both) > 0).sum()
    against = grid(directed=True, both=False)
    against.ways = [(other, one, {**facts, "reversed": True}) for one, other, facts in against.ways]
    turned = grid(directed=True, both=False)
    turned.ways = [(other, one, facts) for one, other, facts in turned.ways]
    np.testing.assert_array_equal(walks_on(made(streets=against)), walks_on(made(streets=turned)))


def test_the_row_of_an_area_is_that_of_its_points_and_of_those_without_steps() -> None:
    square = box(WEST, SOUTH, WEST + 0.001, SOUTH + 0.001)
    areas = gpd.GeoDataFrame(
        {"id": ["quay"], "people": [100], "step_free": [0.5]}, geometry=[square], crs=4326
    )
    table = pd.DataFrame([[60.0], [170.0]], index=["quay", "quay~step-free"], columns=["s0"])
    plan = made(demand=None, areas=areas, sites=sites(1), walk_s=table)
    slow = plan.problem.demand.step_free
    assert len(slow) > 2
    assert slow.any()
    assert not slow.all()
    assert plan.walk_s is not None
    assert plan.walk_s.toarray()[:, 0].tolist() == np.where(slow, 170.0, 60.0).tolist()
    alone = made(demand=None, areas=areas, sites=sites(1), walk_s=table.iloc[:1])
    assert alone.walk_s is not None
    assert set(alone.walk_s.toarray()[:, 0]) == {60.0}


def test_what_a_table_lacks_cannot_be_walked_and_is_said() -> None:
    plan = made(walk_s=walks().iloc[1:, 1:].assign(other=1.0))
    assert plan.walk_s is not None
    assert plan.walk_s[[plan.problem.demand.id.index("p0")]].nnz == 0
    assert plan.walk_s[:, [plan.problem.sites.id.index("s0")]].nnz == 0
    assert [sentence for sentence in plan.warnings if "walk_s" in sentence] == [
        "walk_s has no row for 1 of 40 demand points, so nobody walks there: p0",
        "walk_s has no column for 1 of 8 sites, so nobody walks there: s0",
        "walk_s has 1 columns that no site takes: other",
    ]


def test_settings_are_those_of_a_plan_file() -> None:
    plan = made(
        title={"en": "A day", "fr": "Un jour"},
        budget={"amount": np.float64(4), "unit": "k€"},
        walking={"detour_factor": np.int64(2)},
        resources={
            "team": {**RESOURCES["team"], "label": None},
            "dog": {"walk_limit_min": 5, "near": {"resource": "team", "walk_min": 2}},
        },
        groups=({"name": "pair", "sites": ("s0", "s1"), "most": 1},),
        zones=[{"zone": "box", "resource": "dog", "gates": ["s1"]}],
        demand=people().assign(zone="box"),
        floors=[{"zone": "box", "resource": "team", "share": 0.1}],
    )
    assert plan.settings.walking.detour_factor == 2
    assert plan.problem.budget == 4
    assert [group.name for group in plan.problem.groups] == ["groups: pair"]
    (entry,) = plan.problem.entries.values()
    assert entry.zones_at(plan.problem.sites.id.index("s1")) == ("box",)
    assert placement.optimise(plan).cost <= 4


GEO = located(sites())
WRONG: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "a list as a layer": ({"sites": [1]}, placement.UsageError, "layer 'sites' is of type list"),
    "an array as a layer": (
        {"demand": np.zeros((2, 2))}, placement.UsageError, "'demand' is of type ndarray"),
    "a number as streets": ({"streets": 3}, placement.UsageError, "OSMnx or NetworkX graph"),
    "an empty path": ({"sites": ""}, placement.UsageError, "path of the layer 'sites' is empty"),
    "a graph as sites": ({"sites": grid()}, placement.UsageError, "'sites' is of type Graph"),
    "a list as arrivals": ({"arrivals": []}, placement.UsageError, "the path of a CSV file"),
    "an unknown layer": ({"site": GEO}, placement.UsageError, "did you mean 'sites'"),
    "nobody": ({"demand": None}, placement.InputError, "layers.demand"),
    "no sites": ({"sites": None}, placement.InputError, "field 'layers.sites': is missing"),
    "no columns lon and lat": (
        {"sites": sites().drop(columns="lon")}, placement.InputError,
        "sites (DataFrame), field 'lon': is missing"),
    "a text as degrees": (
        {"sites": sites().assign(lon="x")}, placement.InputError,
        "sites (DataFrame), feature 's0', field 'lon': is not a number: 'x'"),
    "no coordinate system": (
        {"sites": gpd.GeoDataFrame(GEO.drop(columns="geometry"), geometry=list(GEO.geometry))},
        placement.InputError, "sites (GeoDataFrame): has no coordinate system"),
    "lines as sites": (
        {"sites": lines_of(grid()).assign(id="a")}, placement.InputError, "is a LineString"),
    "no rows": ({"demand": people(0)}, placement.InputError, "demand (DataFrame): has no features"),
    "no id": (
        {"demand": people().drop(columns="id")}, placement.InputError,
        "demand (DataFrame), feature 'row 1', field 'id': is missing"),
    "a column twice": (
        {"sites": pd.concat([sites(), sites()[["id"]]], axis=1)}, placement.InputError,
        "names a column twice"),
    "people below nobody": (
        {"demand": people().assign(people=-1)}, placement.InputError,
        "demand (DataFrame), feature 'p0', field 'people'"),
    "a text as budget": (
        {"budget": "much"}, placement.InputError,
        "Plan.from_frames, field 'budget.amount': must be a number, not 'much'"),
    "a list as resources": (
        {"resources": ["team"]}, placement.InputError, "field 'resources': must be a table"),
    "a misspelt key": (
        {"resources": {"team": {"walk_limit": 3}}}, placement.InputError,
        "field 'resources.team.walk_limit': unknown key"),
    "a number as name": ({"name": 7}, placement.InputError, "field 'name': must be a text"),
    "a text as walking": ({"walking": "fast"}, placement.InputError, "field 'walking'"),
    "a text as floors": ({"floors": "all"}, placement.InputError, "field 'floors'"),
    "an unknown crs": ({"crs": "EPSG:0"}, placement.InputError, "field 'crs'"),
    "streets and times": (
        {"streets": grid(), "walk_s": walks()}, placement.UsageError, "keep one of the two"),
    "a list as times": ({"walk_s": [[1]]}, placement.UsageError, "walk_s is of type list"),
    "times of another shape": (
        {"walk_s": np.zeros((2, 3))}, placement.InputError,
        "walk_s: is of shape (2, 3), and the plan has 40 rows of demand and 8 sites"),
    "texts as times": (
        {"walk_s": walks().astype(object).assign(s0="far")}, placement.InputError,
        "walk_s: has values object"),
    "truth as times": ({"walk_s": walks() > 1}, placement.InputError, "walk_s: has values bool"),
    "less than no time": (
        {"walk_s": walks().fillna(0) - 1000}, placement.InputError, "is less than no time"),
    "a row twice": (
        {"walk_s": pd.concat([walks(), walks()[:1]])}, placement.InputError,
        "feature 'p0': has more than one row"),
    "labels of something else": (
        {"walk_s": pd.DataFrame(walks().to_numpy())}, placement.InputError,
        "walk_s: has no row of any demand point: its first is '0'"),
    "times in three dimensions": (
        {"walk_s": np.zeros((2, 2, 2))}, placement.InputError, "has 3 dimensions"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "kind", "said"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_used_gets_one_sentence(
    changes: dict[str, Any], kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind) as caught:
        made(**changes)
    assert type(caught.value) is kind
    text = str(caught.value)
    assert said in text
    assert text.endswith((".", "?"))
    assert "\n" not in text


def test_a_graph_that_cannot_be_used_gets_one_sentence() -> None:
    for spoil, said in (
        (lambda graph: graph.ways.clear(), r"streets \(Graph\): has no edges"),
        (lambda graph: graph.places[3].pop("x"), "feature 'node 3', field 'x': is missing"),
        (lambda graph: graph.places[3].update(y="n"), "field 'y': is not a number: 'n'"),
        (lambda graph: graph.ways[0][2].update(geometry=7), "field 'geometry': is of type int"),
        (lambda graph: graph.graph.update(crs="moon"), "'moon' is not a known coordinate system"),
    ):
        graph = grid()
        spoil(graph)
        with pytest.raises(placement.InputError, match=said):
            made(streets=graph)


def test_a_network_made_for_another_speed_or_plane_is_refused(tmp_path: Path) -> None:
    lines_of(grid()).to_file(tmp_path / "s.geojson", driver="GeoJSON")
    network = read_streets(tmp_path / "s.geojson", crs="EPSG:2154", speed_m_s=1.2)
    plan = made(streets=network)
    assert (plan.crs, plan.settings.walking.speed_m_s) == ("EPSG:2154", 1.2)
    assert walks_on(plan).any()
    for changes, said in (
        ({"crs": "EPSG:32631"}, "made for crs 'EPSG:2154', not 'EPSG:32631'"),
        ({"walking": {"speed_m_s": 1.0}}, "made for speed_m_s 1.2, not 1.0"),
        ({"walking": {"step_free_share": 0.5}}, "made for step_free False, not True"),
    ):
        with pytest.raises(placement.InputError, match=said):
            survey(made(streets=network, **changes))


def test_load_plan_says_what_it_takes(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(
        'name = "plan"\nbudget.amount = 3\n[layers]\nsites = "s.geojson"\ndemand = "d.geojson"\n'
        "[resources.team]\nwalk_limit_min = 3\n",
        encoding="utf-8",
    )
    frames = {"sites": sites(), "demand": people()}
    assert len(placement.load_plan(tmp_path, **frames).problem.sites) == 8
    times = placement.load_plan(tmp_path, walk_s=walks(), **frames)
    assert times.walk_s is not None
    for arguments, keywords, said in (
        ((sites(),), {}, "from the path of its file, and not from DataFrame"),
        ((tmp_path,), {"sites": 3}, "the layer 'sites' is of type int"),
        ((tmp_path,), {"sights": sites()}, "there is no layer 'sights'; did you mean 'sites'"),
        ((tmp_path,), {"sites": sites(), "layers": frames}, "'sites' is given twice"),
        ((tmp_path,), {"closures": GEO, **frames}, "closures is of type GeoDataFrame"),
    ):
        with pytest.raises(placement.UsageError, match=said):
            placement.load_plan(*arguments, **keywords)


def test_a_plan_shows_itself_in_a_few_lines_and_its_names_are_text() -> None:
    plan = made(title="<script>alert(1)</script>", sites=located(sites()))
    assert repr(plan).count("\n") == 2
    assert "8 sites, 40 demand points" in repr(plan)
    shown = plan._repr_html_()
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
