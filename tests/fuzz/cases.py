"""Case n: a command with one damaged file or one strange word, the same on every machine."""

import random
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.mutate import NUMBERS, TEXTS, damaged

CASE, OUT = "{case}", "{out}"

#: How often a kind is tried: weight, the seed that is damaged, and the words of the command, in
#: which a name in braces is a seed's path.
RECIPES: tuple[tuple[int, str, tuple[str, ...]], ...] = (
    (16, "bare", ("check", CASE)),
    (3, "plan", ("check", CASE)),
    (4, "laned", ("check", CASE)),
    *(
        (weight, f"{layer}{suffix}", ("check", "{bare}", "--layer", f"{layer}={CASE}"))
        for layer, suffix, weight in (
            ("sites", ".geojson", 9), ("demand", ".geojson", 7), ("areas", ".geojson", 5),
            ("sites", ".csv", 4), ("demand", ".csv", 4), ("sites", ".gpkg", 3),
            ("demand", ".gpkg", 2), ("areas", ".gpkg", 2), ("sites", ".parquet", 3),
            ("demand", ".parquet", 2), ("areas", ".parquet", 2), ("water", ".geojson", 2),
            ("route", ".geojson", 2), ("closures", ".geojson", 2), ("crowd", ".geojson", 2),
            ("barriers", ".geojson", 1),
        )
    ),
    (3, "arrivals.csv", ("check", "{laned}", "--layer", f"arrivals={CASE}")),
    *(
        (weight, name, ("streets", "info", CASE, "--crs", "EPSG:2154"))
        for name, weight in (
            ("streets.geojson", 6), ("exported.geojson", 6), ("streets.gpkg", 3),
            ("streets.parquet", 3), ("streets.osm", 7), ("streets.osm.gz", 3),
            ("streets.osm.bz2", 2), ("streets.osm.pbf", 10), ("stored.parquet", 3),
            ("stored.arrow", 3),
        )
    ),
    (1, "exported.geojson", ("check", "{plan}", "--layer", f"streets={CASE}")),
    (1, "stored.arrow", ("check", "{plan}", "--layer", f"streets={CASE}")),
    (1, "closures.geojson", ("check", "{plan}", "--closure", CASE)),
    (10, "solution.geojson", ("diff", CASE, "{solution.geojson}")),
    (4, "solution.geojson", ("diff", "{solution.geojson}", CASE, "--json")),
    (2, "other.geojson", ("audit", CASE, "{bare}")),
    (1, "solution.geojson", ("map", CASE, "{plan}", "--out", "{out}.html")),
    (1, "solution.geojson", ("routes", CASE, "{plan}", "--out", "{out}.geojson")),
    (1, "solution.geojson", ("catchments", CASE, "{plan}", "--minutes", "1", "--out",
                             "{out}.geojson")),
    (2, "other.geojson", ("optimise", "{bare}", "--baseline", CASE, "--no-map", "--out", OUT)),
    (1, "other.geojson", ("why", "bridge-north", "{bare}", "--solution", CASE)),
    (1, "route.geojson", ("streets", "fetch", "--around", CASE, "--endpoint", "http://127.0.0.1:1/",
                          "--out", "{out}.osm")),
)  # fmt: skip

#: Commands of which one word, marked by ``{word}``, is strange.
WORDS: tuple[tuple[str, ...], ...] = (
    ("{word}",),
    ("check", "{word}"),
    ("check", "{bare}", "--layer", "{word}"),
    ("check", "{bare}", "--layer", "sites={word}"),
    ("check", "{bare}", "--layer", "{word}={sites.csv}"),
    ("check", "{bare}", "--limit", "{word}"),
    ("check", "{bare}", "--limit", "dog_team={word}"),
    ("check", "{bare}", "--at", "{word}"),
    ("check", "{bare}", "--closure", "{word}"),
    ("check", "{plan}", "--closure", "{word}"),
    ("optimise", "{bare}", "--budget", "{word}", "--no-map", "--out", OUT),
    ("optimise", "{bare}", "--gap", "{word}", "--no-map", "--out", OUT),
    ("optimise", "{bare}", "--lock", "{word}", "--no-map", "--out", OUT),
    ("optimise", "{bare}", "--forbid", "{word}/checkpoint", "--no-map", "--out", OUT),
    ("optimise", "{bare}", "--baseline", "{word}", "--no-map", "--out", OUT),
    ("optimise", "{bare}", "--baseline", "{other.geojson}", "--max-changes", "{word}", "--no-map",
     "--out", OUT),
    ("optimise", "{bare}", "--baseline", "{other.geojson}", "--change-price", "{word}", "--no-map",
     "--out", OUT),
    ("optimise", "{bare}", "--catchments", "{word}", "--no-map", "--out", OUT),
    ("optimise", "{bare}", "--time-limit", "{word}", "--no-map", "--out", OUT),
    ("cover", "{bare}", "--share", "{word}", "--no-map", "--out", OUT),
    ("cover", "{bare}", "--share", "checkpoint={word}", "--no-map", "--out", OUT),
    ("why", "{word}", "{bare}", "--solution", "{other.geojson}"),
    ("audit", "{word}", "{bare}"),
    ("diff", "{word}", "{solution.geojson}"),
    ("map", "{word}", "{plan}", "--out", "{out}.html"),
    ("streets", "info", "{word}"),
    ("streets", "info", "{streets.geojson}", "--crs", "{word}"),
    ("streets", "read", "{streets.geojson}", "--speed", "{word}", "--out", "{out}.parquet"),
    ("streets", "fetch", "--around", "{route.geojson}", "--margin", "{word}", "--endpoint",
     "http://127.0.0.1:1/", "--out", "{out}.osm"),
    ("streets", "fetch", "--around", "{route.geojson}", "--endpoint", "{address}", "--out",
     "{out}.osm"),
)  # fmt: skip
#: How often a strange word is tried, beside the recipes' weights.
WORDS_WEIGHT = 22

ADDRESSES = (
    "", "http://", "https://", "ftp://127.0.0.1/", "file:///etc/passwd", "http://127.0.0.1:0/",
    "http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://[::1/", "http://[x]/",
    "http://a:b@127.0.0.1:1/", "http://127.0.0.1:1/ b", "http://127.0.0.1:1/\u00e9",
    "http://127.0.0.1:1/\n", "http://.:1/", "http://..:1/", "http://\u200b:1/", "//127.0.0.1:1/",
    "http://" + "a" * 64 + ".invalid:1/", "http://" + "a." * 3000, "127.0.0.1:1", "http:127.0.0.1",
    "http://127.0.0.1:1/?" + "q" * 3000, "http://127.0.0.1:1/#x", "HTTP://127.0.0.1:1/", "\x00",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Case:
    """A command to run.

    Attributes
    ----------
    words
        What stands behind ``place``.
    file
        The damaged file, or None.
    out
        Where the command may write.
    """

    words: tuple[str, ...]
    file: Path | None
    out: Path


def make_case(number: int, seeds: dict[str, Path], scratch: Path) -> Case:
    """Make a case; a damaged plan file lies beside the good one, others elsewhere."""
    rng = random.Random(f"placement {number}")
    out = scratch / "out"
    paths = {name: str(path) for name, path in seeds.items()} | {"out": str(out)}
    weights = [weight for weight, _, _ in RECIPES]
    which = rng.choices(range(len(RECIPES) + 1), [*weights, WORDS_WEIGHT])[0]
    file = None
    if which == len(RECIPES):
        template = rng.choice(WORDS)
        paths["word"] = _word(rng)
        paths["address"] = rng.choice(ADDRESSES)
    else:
        _, seed, template = RECIPES[which]
        good = seeds[seed]
        file = (good.parent / "case.toml") if good.suffix == ".toml" else scratch / f"case-{seed}"
        file.write_bytes(damaged(rng, good.name, good.read_bytes(), scratch))
        paths["case"] = str(file)
    return Case(words=tuple(_filled(word, paths) for word in template), file=file, out=out)


def _word(rng: random.Random) -> str:
    """A word that a shell can hand over."""
    word = rng.choice([*TEXTS, *map(str, NUMBERS), "checkpoint=0.5=", "=", "3,5,8", "--", "-h"])
    return word.replace("\x00", "\x01")


def _filled(word: str, paths: dict[str, str]) -> str:
    for name, path in paths.items():
        word = word.replace(f"{{{name}}}", path)
    return word
