"""What the model refuses, as problems that a person who does not program can mend."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import ValidationError

from catalog.model import Offer, Site
from catalog.problems import Problem, Spot
from catalog.spelling import meant

FORMS = {  # what is said when a text has not the form of its field
    "id": "id-form",
    "email": "email-form",
    "web": "web-form",
    "post_code": "post-code-form",
    "post_codes": "post-code-form",
    "languages": "language-form",
    "starts": "clock-form",
    "ends": "clock-form",
}
KINDS = {  # what is said for what pydantic found
    "missing": "field-missing",
    "string_too_short": "text-short",
    "string_too_long": "text-long",
    "too_short": "list-empty",
    "tuple_type": "list-form",
    "greater_than_equal": "number-small",
    "less_than_equal": "number-large",
    "value_error": "hours-unreadable",  # the only plain ValueError comes from catalog.hours
}
STARTS = {"date": "date-form", "int": "number-form", "decimal": "number-form", "float": "number-form"} | {
    "bool": "yes-no-form",
    "string": "text-form",
}
FEW = 20  # choices that a sentence can name
LIMITS = ("ge", "le", "min_length", "max_length")


def refused(error: ValidationError, spot: Callable[[str], Spot]) -> Iterator[Problem]:
    """Say each mistake once. `spot` finds a field's place in the file, such as "phone" or "sites.0.post_code"."""
    found = error.errors()
    inner = {e["loc"][0] for e in found if len(e["loc"]) > 1}
    for mistake in found:
        where = mistake["loc"]
        if len(where) == 1 and where[0] in inner:
            continue  # a mistake inside a list makes the list itself look too short
        if "-" in mistake["type"]:  # raised by catalog.model itself, named like its sentence
            field = mistake["ctx"]["field"]
            yield Problem(spot(_path(*where, field)), mistake["type"], _written(mistake["input"].get(field)))
        else:
            yield _problem(mistake, spot(_path(*where)))


def _path(*location: int | str) -> str:
    return ".".join(map(str, location))


def _problem(mistake: Any, spot: Spot) -> Problem:
    kind, context = mistake["type"], mistake.get("ctx", {})
    value = _written(mistake["input"])
    if kind == "literal_error":
        return choice(spot, value, re.findall(r"'([^']*)'", context["expected"]))
    if kind == "extra_forbidden":
        return unknown_field(spot, str(mistake["loc"][-1]))
    if kind == "string_pattern_mismatch":
        field = next(str(part) for part in reversed(mistake["loc"]) if isinstance(part, str))
        return Problem(spot, FORMS.get(field, "text-form"), value)
    if kind == "missing" and mistake["loc"] == ("topics",):
        return Problem(spot, "field-missing", details={"title": str(mistake["input"].get("title", ""))})
    limit = next((str(context[name]) for name in LIMITS if name in context), "")
    return Problem(spot, KINDS.get(kind) or STARTS.get(kind.split("_")[0], "form-wrong"), value, {"limit": limit})


def choice(spot: Spot, value: str, choices: list[str], title: str = "") -> Problem:
    """A word that is on no list; the word that was meant, if one is near.

    `title`: of an offer whose topic is not known, so that somebody may guess from it.
    """
    guess = {"title": title} if title else {}
    near = meant(value, choices)
    if near is not None:
        return Problem(spot, "choice-mistyped", value, {"suggestion": near})
    if len(choices) > FEW:
        return Problem(spot, "choice-of-many", value, guess)
    return Problem(spot, "choice-unknown", value, {"choices": ", ".join(choices), **guess})


def unknown_field(spot: Spot, name: str) -> Problem:
    near = meant(name, (*Offer.model_fields, *Site.model_fields))
    return Problem(spot, "field-mistyped", name, {"suggestion": near}) if near else Problem(spot, "field-unknown", name)


def _written(value: object) -> str:
    """What stands in the file; a whole table or list would say nothing."""
    return "" if value is None or isinstance(value, dict | list | tuple) else str(value)
