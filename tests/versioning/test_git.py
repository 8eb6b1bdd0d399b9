"""Real git in a real repository: set up, compared in words, branched, merged, rebased."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import placement
from placement.review.geojson import read_solution, solution_text
from placement.solution import Status
from tests.cli.running import run

STARTER = Path(placement.__file__).parent / "cli" / "starter"
SOLUTION = "outputs/solution.geojson"
BASE = {"opera/checkpoint": 2, "bellecour-north/checkpoint": 2, "opera/dog_team": 1}
LINE = "solution.geojson text eol=lf diff=placement merge=placement"


def git(*words: str, fails: bool = False) -> str:
    """Run git here and return all it says."""
    ended = subprocess.run(
        ["git", *words], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert (ended.returncode != 0) == fails, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a new repository that no other configuration reaches."""
    home, top = tmp_path / "home", tmp_path / "re po"
    home.mkdir()
    top.mkdir()
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(tmp_path),
        "GIT_EDITOR": "true",
        "LC_ALL": "C.UTF-8",
    }.items():
        monkeypatch.setenv(name, value)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "ada@example.org")
    monkeypatch.chdir(top)
    git("-c", "init.defaultBranch=main", "init", "-q")
    return top


def commit(units: dict[str, int], message: str, *, plan: placement.Plan) -> None:
    """Write the solution of some posts, which claims to be proven, and commit all that is here."""
    found = placement.evaluate(plan, units, bound=False).solution
    claims = replace(found, status=Status.OPTIMAL, bound=found.objective, gap=0.0)
    Path("outputs").mkdir(exist_ok=True)
    Path(SOLUTION).write_text(solution_text(claims), encoding="utf-8")
    git("add", "-A")
    git("commit", "-q", "-m", message)


@pytest.fixture
def plan() -> placement.Plan:
    return placement.load_plan(STARTER)


def with_plan() -> None:
    """Put the plan's files into the repository."""
    for file in STARTER.iterdir():
        if file.is_file():
            Path(file.name).write_bytes(file.read_bytes())


def branches(plan: placement.Plan, ours: dict[str, int], theirs: dict[str, int]) -> None:
    """Commit two changes of a plan on two branches; stay on main."""
    commit(BASE, "Agree", plan=plan)
    git("checkout", "-q", "-b", "side")
    commit(BASE | theirs, "Theirs", plan=plan)
    git("checkout", "-q", "main")
    commit(BASE | ours, "Ours", plan=plan)


def test_diff_and_log_speak_in_words_and_keep_them(repository: Path, plan: placement.Plan) -> None:
    assert run("git-setup").exit_code == 0
    commit(BASE, "Agree", plan=plan)
    commit(BASE | {"terreaux/dog_team": 1}, "One more team", plan=plan)
    shown = git("log", "-p", "-1", "--format=%s")
    assert "+  terreaux/dog_team: 1 unit, Place des Terreaux, at 4.833600, 45.767500\n" in shown
    assert '"type": "Feature"' not in shown
    assert "@@ posts:" in git("log", "-p", "-1", "-U0")
    # the second time git has them in its notes and calls nobody
    git("config", "diff.placement.textconv", "false")
    assert git("for-each-ref", "refs/notes/textconv/placement")
    placement_line = run("git-setup")
    assert placement_line.exit_code == 0
    Path(SOLUTION).write_text("<<<<<<< HEAD\n", encoding="utf-8")
    assert "+<<<<<<< HEAD" in git("diff")


@pytest.mark.slow
def test_independent_changes_are_merged_and_counted_anew(
    repository: Path, plan: placement.Plan
) -> None:
    with_plan()
    run("git-setup")
    mine, other = {"opera/checkpoint": 3}, {"bellecour-west/dog_team": 1}
    branches(plan, mine, other)
    said = git("merge", "-q", "--no-edit", "side")
    assert f"merged {SOLUTION}: proposed, 4 posts" in said
    assert git("status", "--porcelain") == ""
    both = placement.evaluate(plan, BASE | mine | other, bound=False).solution
    assert Path(SOLUTION).read_text(encoding="utf-8") == solution_text(both)
    assert run("audit", SOLUTION).exit_code == 0
    # both sides' lines, as git puts texts together: nothing that anybody takes for a plan
    (repository / ".git/info/attributes").write_text("solution.geojson merge=union\n", "utf-8")
    git("reset", "-q", "--hard", "HEAD^")
    git("merge", "-q", "--no-edit", "side")
    mixed = Path(SOLUTION).read_text(encoding="utf-8")
    assert "bellecour-west/dog_team" in mixed
    assert '"status": "optimal"' in mixed
    assert run("audit", SOLUTION).exit_code in {1, 3}


def test_a_conflict_is_marked_told_and_resolved(repository: Path, plan: placement.Plan) -> None:
    with_plan()
    run("git-setup")
    branches(plan, {"opera/checkpoint": 3}, {"opera/checkpoint": 4, "bellecour-west/dog_team": 1})
    said = git("merge", "--no-edit", "side", fails=True)
    assert (
        f"Error: {SOLUTION}: merged with 1 conflict, marked in the file: opera/checkpoint has 3 "
        "units on our side and has 4 units on theirs; keep one side of each, then count it anew "
        "with `place evaluate FILE -o FILE`." in said
    )
    assert f"CONFLICT (content): Merge conflict in {SOLUTION}" in said
    told = run("audit", SOLUTION)
    assert told.exit_code == 3
    assert f"{SOLUTION}: has conflict markers of a merge (the first on line " in told.stderr
    lines = Path(SOLUTION).read_text(encoding="utf-8").splitlines(keepends=True)
    at = [n for n, line in enumerate(lines) if line.startswith(("<<<<<<<", "=======", ">>>>>>>"))]
    assert len(at) == 3
    kept = [line for n, line in enumerate(lines) if n not in at and not at[1] < n < at[2]]
    Path(SOLUTION).write_text("".join(kept), encoding="utf-8")
    assert run("audit", SOLUTION).exit_code == 1
    assert run("evaluate", SOLUTION, "-o", SOLUTION, "--no-bound").exit_code == 0
    assert run("audit", SOLUTION).exit_code == 0
    assert read_solution(SOLUTION).status is Status.PROPOSED
    git("add", "-A")
    git("commit", "-q", "--no-edit")


def test_a_rebase_merges_each_change(repository: Path, plan: placement.Plan) -> None:
    run("git-setup")
    branches(plan, {"opera/checkpoint": 3}, {"terreaux/dog_team": 1})
    git("rebase", "-q", "main", "side")
    merged = read_solution(SOLUTION)
    wanted = BASE | {"opera/checkpoint": 3, "terreaux/dog_team": 1}
    assert {post.id: post.units for post in merged.posts_list} == wanted
    assert merged.status is Status.PROPOSED
    assert git("log", "--format=%s").split() == ["Theirs", "Ours", "Agree"]


def test_two_sides_that_both_begin_a_plan_are_one_conflict(
    repository: Path, plan: placement.Plan
) -> None:
    run("git-setup")
    git("add", "-A")
    git("commit", "-q", "-m", "Begin")
    git("checkout", "-q", "-b", "side")
    commit(BASE, "Theirs", plan=plan)
    git("checkout", "-q", "main")
    commit(BASE | {"albon/dog_team": 1}, "Ours", plan=plan)
    said = git("merge", "--no-edit", "side", fails=True)
    assert "they cannot be merged post by post" in said
    assert Path(SOLUTION).read_text(encoding="utf-8").startswith("<<<<<<< ours\n")


@pytest.mark.parametrize(
    "there",
    [None, b"*.md text\n", b"*.md text", b"*.md text\r\n*.png -text\r\n", b"\xff\xfe strange\n"],
)
def test_attributes_are_added_once_and_no_line_is_lost(
    there: bytes | None, repository: Path
) -> None:
    file = repository / ".gitattributes"
    if there is not None:
        file.write_bytes(there)
    (repository / "deep" / "down").mkdir(parents=True)
    first = run("git-setup", "deep/down")
    assert first.exit_code == 0
    assert "wrote .gitattributes, to be committed" in first.stderr
    written = file.read_bytes()
    assert written.startswith(there or b"#")
    end = b"\r\n" if there and b"\r\n" in there else b"\n"
    assert written.split(end).count(LINE.encode()) == 1
    configured = (repository / ".git" / "config").read_bytes()
    assert run("git-setup").exit_code == 0
    assert file.read_bytes() == written
    assert (repository / ".git" / "config").read_bytes() == configured
    attributes = git("check-attr", "-a", "--", "a/b/solution.geojson")
    assert {line.rpartition(": ")[0].rpartition(": ")[2] for line in attributes.splitlines()} == {
        "diff", "eol", "merge", "text",
    }  # fmt: skip


def test_attributes_that_somebody_chose_are_told_and_kept(repository: Path) -> None:
    deep = repository / ".git" / "info" / "attributes"
    deep.parent.mkdir(exist_ok=True)
    deep.write_text("solution.geojson -diff\n", encoding="utf-8")
    ended = run("git-setup")
    assert ended.exit_code == 0
    assert "another line of git's attributes gives solution.geojson diff=unset" in ended.stderr
    assert deep.read_text(encoding="utf-8") == "solution.geojson -diff\n"


def test_a_work_tree_that_holds_modules_of_the_same_names_runs_none_of_them(
    repository: Path, plan: placement.Plan
) -> None:
    run("git-setup")
    commit(BASE, "Agree", plan=plan)
    (repository / "placement").mkdir()
    for name in ("placement/__init__.py", "placement/__main__.py", "json.py", "click.py"):
        (repository / name).write_text("raise SystemExit('taken over')\n", encoding="utf-8")
    commit(BASE | {"albon/dog_team": 1}, "Change", plan=plan)
    shown = git("diff", "HEAD^", "--", SOLUTION)
    assert "taken over" not in shown
    assert "+  albon/dog_team: 1 unit" in shown


def test_what_stands_in_the_way_is_one_sentence(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = run("git-setup", tmp_path)
    assert outside.exit_code == 2
    assert "not a git repository" in outside.stderr
    assert "make one with `git init`" in outside.stderr
    monkeypatch.setenv("PATH", str(tmp_path))
    missing = run("git-setup")
    assert missing.exit_code == 2
    assert missing.stderr == "Error: git is not installed; install it, then run this again.\n"
    assert Path(sys.executable).exists()
