"""What columns and layers are called: as in the solution file, or in French."""

UNCHECKED = {"en": "not checked", "fr": "non vérifié"}
"""What a file says of a solution that was exported without an audit."""

_FRENCH = {
    "admitted": "personnes admises",
    "areas": "zones",
    "area": "zone",
    "assumption": "hypothèse",
    "assumptions": "hypothèses",
    "begins": "début",
    "catchments": "zones d’attraction",
    "checked": "vérifié",
    "clears": "file résorbée à",
    "closed_lines": "rues fermées",
    "closures": "fermetures",
    "cost": "coût",
    "course": "scénario",
    "covered": "personnes couvertes",
    "ends": "fin",
    "exit": "sortie",
    "id": "identifiant",
    "label": "type de poste",
    "lat": "latitude",
    "lon": "longitude",
    "longest_s": "trajet le plus long (s)",
    "longest_wait_min": "attente la plus longue (min)",
    "median_s": "trajet médian (s)",
    "name": "nom",
    "only": "couvertes par lui seul",
    "p95_s": "trajet, 95 % (s)",
    "people": "personnes",
    "post": "poste",
    "posts": "postes",
    "resource": "moyen",
    "route": "itinéraire",
    "sent": "personnes envoyées",
    "share": "part",
    "site": "emplacement",
    "staffing": "effectifs",
    "step_free": "sans marches",
    "unit": "unité",
    "units": "unités",
    "team": "équipe",
    "rest_place": "lieu de repos",
    "position": "place",
    "leaves": "départ",
    "on": "au poste",
    "off": "relève",
    "back": "retour",
    "rests_until": "repos jusqu’à",
    "duties": "vacations",
    "teams": "équipes",
    "works_min": "travail (min)",
    "value": "valeur",
    "walk_min": "trajet (min)",
    "walk_s": "trajet au plus (s)",
    "within": "personnes à portée",
}


def title_of(name: str, note: str, language: str) -> str:
    """Return what a layer or a sheet is called, with what is said of it in brackets."""
    called = title(name, language)
    return f"{called} ({note})" if note else called


def title(name: str, language: str) -> str:
    """Return what a column, layer or sheet is called for people who read a language.

    Parameters
    ----------
    name
        Its name in the solution file, or ``"<resource>_<name>"``.
    language
        ``"en"`` leaves the names of the solution file as they are.
    """
    if language != "fr":
        return name
    if name in _FRENCH:
        return _FRENCH[name]
    for end in ("within", "median_s"):
        resource = name.removesuffix(f"_{end}")
        if resource != name:
            return f"{resource} : {_FRENCH[end]}"
    return name
