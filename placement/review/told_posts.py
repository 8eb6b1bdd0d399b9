"""What a difference says of posts: opened, closed, moved, with other units, with other figures."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from placement.counts import counted
from placement.review.edits import Edit
from placement.review.texts import shown
from placement.review.told import (
    DECIDED,
    RESULT,
    Leaves,
    Line,
    amount,
    exact,
    metres,
    named,
)
from placement.solution import Post

MOVED_M = 150.0
"""How far a post may go and still be called moved, metres (A: one block of houses)."""

_FIGURES = {
    "cost": "cost",
    "covered": "covered",
    "only": "covered by it alone",
    "admitted": "admitted",
    "longest_wait_min": "longest wait in minutes",
    "clears": "last queue clears",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChange:
    """A post that both solutions open, with different units.

    Attributes
    ----------
    post
        The post in the new solution.
    old_units
        Its units in the old one.
    """

    post: Post
    old_units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A post that stands elsewhere: of the same resource, near by or of the same name.

    Attributes
    ----------
    old, new
        The post in either solution.
    metres
        How far it went.
    """

    old: Post
    new: Post
    metres: float


def find_moves(closed: Sequence[Post], opened: Sequence[Post]) -> tuple[Move, ...]:
    """Pair posts that closed with posts that opened: the nearest first, each of them once."""
    pairs: list[Move] = []
    for one in closed:
        for other in opened:
            far = metres((one.lon, one.lat), (other.lon, other.lat))
            near = far <= MOVED_M or (one.name and one.name == other.name)
            if one.resource == other.resource and near:
                pairs.append(Move(old=one, new=other, metres=far))
    found: dict[str, Move] = {}
    taken: set[str] = set()
    # the same pairs in both directions, whatever the order of equally near ones
    for move in sorted(pairs, key=lambda move: (move.metres, sorted((move.old.id, move.new.id)))):
        if move.old.id not in found and move.new.id not in taken:
            found[move.old.id] = move
            taken.add(move.new.id)
    return tuple(found[name] for name in sorted(found))


def decided_lines(
    leaves: Leaves,
    *,
    posts: int,
    opened: Sequence[Post],
    closed: Sequence[Post],
    moved: Sequence[Move],
    changed: Sequence[UnitChange],
    barriers: Collection[str] = (),
) -> list[Line]:
    """Return what was decided of posts; that of their figures is left to `figure_lines`.

    Parameters
    ----------
    leaves
        What differs.
    posts
        How many the new solution has.
    opened, closed, moved, changed
        As in a difference: posts, and barriers after them.
    barriers
        Kinds of barriers, which are told apart.
    """
    of = leaves.by_name("features")
    lines: list[Line] = []

    def stood(title: str, sign: str, several: Sequence[Post], what: str = "post") -> list[Line]:
        told = [
            leaves.line(
                DECIDED,
                f"  {sign} {_called(post)}  {_said(post, is_barrier=post.resource in barriers)}",
                of.get(post.id, ()),
            )
            for post in several
        ]
        return [_head(title, several, what), *told] if told else []

    for title, sign, several in (("opened", "+", opened), ("closed", "-", closed)):
        lines += stood(title, sign, [post for post in several if post.resource not in barriers])
    lines += [_head("moved", moved)] if moved else []
    for move in moved:
        both = [*of.get(move.old.id, ()), *of.get(move.new.id, ())]
        lines.append(leaves.line(DECIDED, f"  > {_moved(move)}", both))
    lines += [_head("units changed", changed)] if changed else []
    for change in changed:
        units = f"{change.old_units} → {counted(change.post.units, 'unit')}"
        leaf = leaves.get("features", change.post.id, "properties", "units")
        lines.append(leaves.line(DECIDED, f"  ~ {_called(change.post)}  {units}", [leaf]))
    for title, sign, several in (("set up", "+", opened), ("taken away", "-", closed)):
        mine = [post for post in several if post.resource in barriers]
        lines += stood(title, sign, mine, "barrier")
    lines += _renamed(leaves, of)
    return lines or [Line(part=DECIDED, text=f"the same {counted(posts, 'post')}, the same units")]


def _renamed(leaves: Leaves, of: dict[str, list[Edit]]) -> list[Line]:
    """Return a line for each post of both that has another name, or stands elsewhere."""
    lines = []
    for post in of:
        name = leaves.take("features", post, "properties", "name")
        place = leaves.take("features", post, "geometry", "coordinates")
        said = [] if name is None else [f"renamed {_quoted(name.old)} → {_quoted(name.new)}"]
        if place is not None:
            far = metres(place.old, place.new)
            said.append(f"moved by {far:,.2f} m, [{exact(place.old)}] → [{exact(place.new)}]")
        if said:
            lines.append(
                leaves.line(DECIDED, f"post {shown(post)}: {', '.join(said)}", [name, place])
            )
    return lines


def _quoted(text: str) -> str:
    return f'"{shown(text)}"'


def figure_lines(leaves: Leaves) -> list[Line]:
    """Return how the figures of posts changed that both solutions open."""
    lines = []
    for post, found in leaves.by_name("features").items():
        known = [leaf for leaf in found if leaf.path[-1] in _FIGURES]
        if known:
            told = named(_FIGURES, known, null="at once")
            lines.append(leaves.line(RESULT, f"  post {shown(post)}: {told}", known))
    return [Line(part=RESULT, text="figures of posts that stay:"), *lines] if lines else []


def _head(title: str, several: Sequence[object], what: str = "post") -> Line:
    return Line(part=DECIDED, text=f"{title}: {counted(len(several), what)}")


def _called(post: Post) -> str:
    return f"{shown(post.id)}  {shown(post.name)}"


def _said(post: Post, *, is_barrier: bool) -> str:
    if is_barrier:
        return f"cost {amount(post.cost)}"
    cover = f"covers {amount(post.covered)} ({amount(post.only)} alone)"
    return f"{counted(post.units, 'unit')}, cost {amount(post.cost)}, {cover}"


def _moved(move: Move) -> str:
    old, new = move.old, move.new
    units = f"{old.units} → " if old.units != new.units else ""
    told = [f"{move.metres:,.0f} m", f"{units}{counted(new.units, 'unit')}"]
    told += _ways((("cost", old.cost, new.cost), ("covers", old.covered, new.covered),
                   ("alone", old.only, new.only)))  # fmt: skip
    return f"{shown(old.id)} → {_called(new)}  {', '.join(told)}"


def _ways(figures: Iterable[tuple[str, float, float]]) -> list[str]:
    return [f"{name} {amount(a)} → {amount(b)}" for name, a, b in figures if amount(a) != amount(b)]
