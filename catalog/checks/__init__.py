"""What no reader of a file can see: whether what stands there can be true."""

from collections import Counter
from collections.abc import Iterator

from catalog.checks.base import Check, Finding, Surroundings
from catalog.checks.contact import check_contact
from catalog.checks.fitness import check_ages, check_cost, check_topics
from catalog.checks.published import check_changes, find_renamed
from catalog.checks.sites import check_protection, check_sites
from catalog.checks.texts import check_texts, check_translations
from catalog.checks.times import check_freshness, check_hours, check_validity, is_over
from catalog.checks.twins import find_twins
from catalog.model import Offer
from catalog.problems import Lang, Problem, Spot
from catalog.sources.base import Source
from catalog.words import LANGS

__all__ = ["CHECKS", "Finding", "Surroundings", "check"]

CHECKS: tuple[Check, ...] = (
    check_contact,
    check_sites,
    check_protection,
    check_validity,
    check_freshness,
    check_hours,
    check_ages,
    check_topics,
    check_cost,
    check_texts,
    check_translations,
    check_changes,
)


def check(source: Source, around: Surroundings) -> tuple[Problem, ...]:
    """Everything that is wrong or doubtful: what the reader found, then what each offer and all together show."""
    as_text = {problem.spot.offer for problem in source.problems if problem.code == "hours-as-text"}
    return (
        *source.problems,
        *_guesses(source, around),
        *(
            _problem(source, offer, found)
            for offer in source.offers
            for found in _findings(offer, around)
            if found.code != "hours-missing" or offer.id not in as_text  # hours are there, and it is said what is wrong
        ),
        *(_problem(source, offer, found) for offer, found in find_renamed(source.offers, around)),
        *_twins(source),
        *_languages(source, around),
    )


def _findings(offer: Offer, around: Surroundings) -> Iterator[Finding]:
    """What is over needs no care, unless it tells what nobody may know."""
    checks = (check_validity, check_protection) if is_over(offer, around.today) else CHECKS
    for one in checks:
        yield from one(offer, around)


def _problem(source: Source, offer: Offer, found: Finding) -> Problem:
    return Problem(source.spot(offer.id, found.field), found.code, found.value, found.details)


def _guesses(source: Source, around: Surroundings) -> Iterator[Problem]:
    """Topics for offers whose own the reader did not know, once: for the unknown word, else for the title."""
    said: set[tuple[Spot, str]] = set()
    for problem in source.problems:
        title = problem.details.get("title")
        if not isinstance(title, str) or problem.code == "choice-mistyped":
            continue  # not about topics, or it is said already which one was meant
        for text, code in ((problem.value, "topic-meant"), (title, "topic-guessed")):
            if text and (topics := around.guess(text)):
                if (problem.spot, text) not in said:
                    words = {
                        lang: " / ".join(_topic(source, around, topic, lang) for topic in topics) for lang in LANGS
                    }
                    yield Problem(problem.spot, code, text, {"topics": words})
                said.add((problem.spot, text))
                break


def _topic(source: Source, around: Surroundings, topic: str, lang: Lang) -> str:
    """As a table names it; where there are no columns, a topic goes by its id."""
    word = around.word("topics", topic)[lang]
    return word if source.headings else f"{topic} ({word})"


def _twins(source: Source) -> Iterator[Problem]:
    for twins in find_twins(source.offers):
        spot = source.spot(twins.first.id)
        details = {"row": str(spot.row or "–"), "other": twins.first.title, "id": twins.first.id}
        yield Problem(source.spot(twins.second.id, "title"), "twin", twins.second.title, details)


def _languages(source: Source, around: Surroundings) -> Iterator[Problem]:
    """One line a language, not one an offer: a catalog that is kept only in German is a good catalog."""
    translated = Counter(lang for offer in source.offers for lang in offer.translations)
    everywhere = Spot(next((spot.file for spot in source.spots.values()), source.name))
    for lang in around.languages:
        missing = len(source.offers) - translated[lang]
        if source.offers and missing:
            yield Problem(
                everywhere,
                "translation-missing",
                lang,
                {"language": around.language(lang), "missing": str(missing), "offers": str(len(source.offers))},
            )
