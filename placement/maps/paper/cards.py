"""A card for each team of a roster, in A5: where it stands from when until when, and rests."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from placement.maps.paper.speech import Speaker
from placement.maps.paper.typesetting import Press

_WORDS = {
    "en": {
        "head": ("leave", "at post", "post", "off", "back", "rest until"),
        "rest": "Rests at {place}",
        "spare": "Spare: stand by at the rest place.",
        "note": "The team's handler alone decides whether the dog is fit to work.",
        "every": "{days} days, {begins} to {ends}",
    },
    "fr": {
        "head": ("départ", "au poste", "poste", "relève", "retour", "repos jusqu’à"),
        "rest": "Repos : {place}",
        "spare": "Réserve : en attente au lieu de repos.",
        "note": "Seul le conducteur juge si le chien est apte à travailler.",
        "every": "{days} jours, de {begins} à {ends}",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What one team is told.

    Attributes
    ----------
    team, rest
        Its name, and that of its rest place.
    rows
        Leaving, at the post, name of the post, off it, back, resting until; none of a spare team.
    """

    team: str
    rest: str
    rows: Sequence[tuple[str, str, str, str, str, str]]


def cards_pdf(
    cards: Sequence[Card],
    *,
    title: str,
    footer: str,
    hours: tuple[int, str, str],
    dogs: bool,
    language: str,
) -> bytes:
    """Return the cards as a PDF, one a page.

    Parameters
    ----------
    cards
        In their order.
    title, footer
        What stands above and below each.
    hours
        Days, and when each begins and ends.
    dogs
        Whether to say who decides on a dog's fitness.
    language
        ``"en"`` or ``"fr"``.

    Raises
    ------
    MissingExtraError
        If the extra ``print`` is not installed.
    PrintError
        If they cannot be set.
    """
    words = _WORDS[language]
    days, begins, ends = hours
    every = str(words["every"]).format(days=days, begins=begins, ends=ends) if days > 1 else ""
    data = {
        "title": title,
        "lang": language,
        "footer": footer,
        "head": list(words["head"]),
        "words": {"spare": words["spare"]},
        "cards": [
            {
                "team": card.team,
                "rest": str(words["rest"]).replace("{place}", card.rest),
                "hours": every,
                "note": words["note"] if dogs else "",
                "rows": [list(row) for row in card.rows],
            }
            for card in cards
        ],
    }
    with Press() as press:
        press.look_for(json.dumps(data, ensure_ascii=False))
        missing = Speaker(language).say("letters_missing") if press.missing else ""
        return press.set({**data, "missing": missing}, {}, template="cards.typ")
