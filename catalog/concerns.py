"""Which concerns and which kind of offer the rows of a foreign table are about: a proposal that somebody looks at."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from catalog.foreign import MOST, Draft, Theirs
from catalog.mapping import Rule

Guess = Callable[[str], Sequence[str]]  # words → ids of topics, best first

FEWEST_KINDS, MOST_KINDS = 2, 80  # different values of a column that tells what a row is about
WORD = re.compile(r"[^\W\d_]{4,}")
ABOUT = {"offer_type", "topics", "title", "ages"}  # columns that may tell what a row is about, although they have a use
MOST_TOPICS = 3
PLURALS = ("", "s", "n", "en", "e")


def add_concerns(draft: Draft, guess: Guess, name: str) -> None:
    """Add topics and offer type: from a column of our own words, from the file's name, else from a column that tells most."""
    code = next(filter(None, (draft.layout.words["offer_types"].code(name.removesuffix(end)) for end in PLURALS)), None)
    if found := _telling(draft, partial(_named, draft)):
        _sort_by(draft, *found)
    elif code:
        _for_all(draft, _answered_by(code, draft), [code])
    elif found := _telling(draft, guess):
        _sort_by(draft, *found)
    elif topics := list(guess(name))[:1]:
        _for_all(draft, topics, _types(topics, name, draft)[:1])
    _concern_first(draft)


def _concern_first(draft: Draft) -> None:
    """Where each row names a concern and one house, the concern is the title and the house the provider."""
    rule, title = draft.rules.get("topics"), draft.rules.get("title")
    if not (rule and rule.words and title) or "provider" in draft.rules:
        return
    theirs = next(one for one in draft.columns if one.heading in rule.headings)
    if theirs.heading not in title.headings and len(theirs.kinds) >= MOST * len(theirs.values):
        draft.rules |= {"title": Rule(text=rule.text), "provider": title}


def _sort_by(draft: Draft, theirs: Theirs, topics: Mapping[str, Sequence[str]]) -> None:
    text = f"{{{theirs.heading}}}"
    types = {value: _types(found, value, draft)[:1] for value, found in topics.items()}
    draft.rules.setdefault("topics", Rule(text=text, words=_worded(topics, draft, "topics")))
    draft.rules.setdefault("offer_type", Rule(text=text, words=_worded(types, draft, "offer_types")))


def _for_all(draft: Draft, topics: Sequence[str], types: Sequence[str]) -> None:
    for key, kind, codes in (("topics", "topics", topics), ("offer_type", "offer_types", types)):
        if codes:
            draft.rules.setdefault(key, Rule(text=_words(codes, draft, kind)))


def _telling(draft: Draft, about: Guess) -> tuple[Theirs, dict[str, list[str]]] | None:
    """The column whose values tell the most concerns apart; None when in none most values say anything."""
    told = [(theirs, {value: list(about(value)) for value in theirs.kinds}) for theirs in _sorting(draft)]
    clear = [(theirs, found) for theirs, found in told if sum(map(bool, found.values())) >= MOST * len(found)]
    return max(clear, key=lambda pair: len({topics[0] for topics in pair[1].values() if topics}), default=None)


def _sorting(draft: Draft) -> list[Theirs]:
    """Columns that sort the rows into kinds by words: not numbers, not free text, not where or by whom."""
    named = {heading for key in ABOUT & draft.rules.keys() for heading in draft.rules[key].headings}
    columns = [theirs for theirs in draft.columns if theirs.heading in named or theirs.heading not in draft.taken]
    return [
        theirs
        for theirs in columns
        if FEWEST_KINDS <= len(theirs.kinds) <= MOST_KINDS and theirs.share(WORD.search) >= MOST
    ]


def _named(draft: Draft, value: str) -> list[str]:
    """What a value of a column is about when it is itself a topic or an offer type."""
    topic = draft.layout.words["topics"].code(value)
    code = draft.layout.words["offer_types"].code(value)
    return [topic] if topic else _answered_by(code, draft) if code else []


def _types(topics: Sequence[str], value: str, draft: Draft) -> list[str]:
    """An offer type that the value names, else what usually answers the topics."""
    code = draft.layout.words["offer_types"].code(value)
    usual = [one for topic in topics if topic in draft.topics.topics for one in draft.topics.topics[topic].offer_types]
    return [*([code] if code else []), *usual]


def _answered_by(offer_type: str, draft: Draft) -> list[str]:
    """The topics for which this offer type is asked first."""
    answering = [topic for topic in draft.topics.topics.values() if offer_type in topic.offer_types]
    ranks = {topic.id: topic.offer_types.index(offer_type) for topic in answering}
    return [topic for topic, rank in ranks.items() if rank == min(ranks.values())][:MOST_TOPICS]


def _worded(found: Mapping[str, Sequence[str]], draft: Draft, kind: str) -> dict[str, str]:
    return {value: _words(codes, draft, kind) for value, codes in found.items()}


def _words(codes: Sequence[str], draft: Draft, kind: str) -> str:
    return "; ".join(draft.layout.words[kind].word(code, "de") for code in codes)
