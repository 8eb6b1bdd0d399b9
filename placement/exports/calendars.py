"""iCalendar (RFC 5545): times of day without a zone, as whoever stands there reads them.

A library would have to be installed for four kinds of line; what is hard about the format, lines of
75 octets at most and what is escaped in a text, is here.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

_LONGEST = 75  # octets of a line
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})
_NO_DATE = (1980, 1, 1, 0, 0, 0)  # a file says nothing of when it was written


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What somebody does from when until when.

    Attributes
    ----------
    begins, ends
        Local times.
    days
        How many days in a row.
    summary, place, note
        Texts; a place or a note may be empty.
    lon, lat
        Where, in degrees; None where that is not known.
    """

    begins: datetime
    ends: datetime
    days: int
    summary: str
    place: str
    note: str
    lon: float | None = None
    lat: float | None = None


def calendar(name: str, events: Iterable[Event], *, of: str | None = None) -> bytes:
    """Return a calendar. The same events give the same bytes, and the same identifiers.

    Parameters
    ----------
    name
        What it is called.
    events
        In their order, one at least: a calendar without is none.
    of
        Whose they are: by this its events are told from those of others, whatever the language and
        the title. The name unless given.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//event-placement//place roster//EN",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for event in events:
        told = (of or name, event.begins, event.ends, event.days, event.place, event.lon, event.lat)
        key = repr(told).encode("utf-8", "replace")
        lines += [
            "BEGIN:VEVENT",
            f"UID:{hashlib.sha256(key).hexdigest()[:32]}@event-placement",
            f"DTSTAMP:{event.begins:%Y%m%d}T000000Z",
            f"DTSTART:{event.begins:%Y%m%dT%H%M%S}",
            f"DTEND:{event.ends:%Y%m%dT%H%M%S}",
            *([f"RRULE:FREQ=DAILY;COUNT={event.days}"] if event.days > 1 else []),
            f"SUMMARY:{_text(event.summary)}",
            *([f"LOCATION:{_text(event.place)}"] if event.place else []),
            *([f"DESCRIPTION:{_text(event.note)}"] if event.note else []),
            *([] if event.lat is None else [f"GEO:{event.lat:.6f};{event.lon:.6f}"]),
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def archive(files: Mapping[str, bytes]) -> bytes:
    """Return files as a ZIP archive that says nothing of when it was written."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, content in files.items():
            part = zipfile.ZipInfo(name, date_time=_NO_DATE)
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, content)
    return out.getvalue()


def _text(text: str) -> str:
    shown = "".join(one for one in text if one in "\n\t" or one.isprintable())
    return shown.translate(_ESCAPED)


def _folded(line: str) -> bytes:
    """Return a line in pieces of 75 octets at most, no character cut in two."""
    pieces, piece = [], b""
    for letter in line:
        octets = letter.encode("utf-8", "replace")
        if len(piece) + len(octets) > _LONGEST:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"
