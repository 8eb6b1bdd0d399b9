"""What the picture of losses says: each loss, what is proven of it, and that it is restricted."""

import re

import pytest

from placement.studies.loss_plot import pictures
from placement.studies.losses import RESTRICTED, Loss, Losses

pytest.importorskip("matplotlib")


def loss_of(*lost: str, closed: tuple[str, ...] = (), bound: float | None = None) -> Loss:
    return Loss(
        lost=lost, closed=closed, loss=100.0 * (len(lost) or 0.5), bound=bound, people={},
        moved=(), queues=(),
    )  # fmt: skip


def losses(*, posts: int = 2, name: str = "Gate", **further: tuple[Loss, ...]) -> Losses:
    each = {f"{n}/gate": 100.0 for n in range(posts)}
    return Losses(
        plan="plan",
        solution="0" * 64,
        objective=1000.0,
        each=each,
        worst=further.get("worst", ()),
        asked=further.get("asked", ()),
        restricted=RESTRICTED,
        title={"en": name, "fr": name},
        labels={post: {"en": f"{name} {post}", "fr": f"{name} {post}"} for post in each},
    )


def told(found: Losses, language: str = "en") -> list[str]:
    """Return the texts of a picture: letters are outlines, and a comment says what they spell."""
    drawn = pictures(found)[f"loss.{language}.svg"].decode()
    return [text.strip() for text in re.findall(r"<!--(.*?)-->", drawn, re.DOTALL)]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_picture_is_marked_in_both_languages(language: str) -> None:
    assert {*RESTRICTED.values()} <= {*told(losses(), language)}


def test_posts_alone_together_and_streets_have_a_bar_each() -> None:
    both = loss_of("0/gate", "1/gate", bound=200.0)
    found = losses(worst=(loss_of("0/gate", bound=100.0), both), asked=(loss_of(closed=("Pont",)),))
    said = told(found)
    assert said.count("100 (10.0%)") == 2  # the worst post alone is one of the posts
    assert "200 (20.0%)" in said
    assert "50 (5.0%)" in said
    assert "Closed: Pont" in said
    assert "no such loss is larger" not in said
    assert "200 (20,0 %)" in told(found, "fr")


def test_what_is_not_proven_shows_what_no_loss_exceeds() -> None:
    found = losses(worst=(loss_of("0/gate", "1/gate", bound=250.0),))
    assert "no such loss is larger" in told(found)
    assert "200 (20.0%)" in told(found)
    unknown = losses(worst=(loss_of("0/gate", "1/gate", bound=float("inf")),))
    assert "no such loss is larger" not in told(unknown)


def test_of_many_posts_the_first_are_drawn_and_the_rest_counted() -> None:
    said = told(losses(posts=40))
    assert said.count("100 (10.0%)") == 15
    assert "25 more in loss.json" in said


def test_names_are_drawn_as_they_are_and_never_as_formulas() -> None:
    hostile = "$\\frac{$ _x^{ <script>"
    found = losses(name=hostile)
    assert pictures(found) == pictures(found)
    assert any(text.startswith("$\\frac{$ _x^{") for text in told(found))


def test_characters_that_no_picture_can_hold_are_left_out() -> None:
    drawn = pictures(losses(name="a\x07b\nc\u202ed"))["loss.en.svg"]
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", drawn)  # which make it no XML
    assert any("a b cd" in text for text in told(losses(name="a\x07b\nc\u202ed")))


def test_a_plan_without_posts_has_a_picture_too() -> None:
    assert {*RESTRICTED.values()} <= {*told(losses(posts=0))}
