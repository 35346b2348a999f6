"""A file beside what is published: what would change, and what stands against it."""

from catalog.drafts import draft
from catalog.helplines import load_helplines
from catalog.model import Offer
from catalog.problems import Problem, Spot
from catalog.sources.base import Source
from catalog.topics import load_topics
from catalog.versions import Confirmation, Content, Published, Stamp, Version, pack
from tests.checking import TODAY, an_offer
from tests.versions import CRISIS, TOWN

TOPICS, HELPLINES = load_topics(), load_helplines()


def published(*offers: Offer) -> Published:
    packed = pack(Content("Görlitz", offers, (TOWN,)))
    version = Version(7, 0.0, "Kim", "", packed.checksum, packed.offers)
    return Published(Stamp(7, 1), version, packed.data, {"parents-cafe": Confirmation(TODAY, "Kim")})


def source(*offers: Offer) -> Source:
    return Source("Görlitz", offers, (TOWN,))


def test_the_first_draft_stands_beside_nothing() -> None:
    made = draft(source(an_offer()), (), None, TOPICS, HELPLINES)
    assert (made.number, made.base, made.is_news, made.removes) == (0, None, True, False)
    assert [offer.id for offer in made.difference.added] == ["parents-cafe"]


def test_the_file_is_compared_with_the_file_that_was_published_not_with_what_was_confirmed_since() -> None:
    made = draft(source(an_offer()), (), published(an_offer()), TOPICS, HELPLINES)
    assert not made.is_news
    assert not made.difference
    assert made.number == 7


def test_another_place_or_name_alone_is_news() -> None:
    moved = Source("Görlitz", (an_offer(),))
    made = draft(moved, (), published(an_offer()), TOPICS, HELPLINES)
    assert made.is_news
    assert not made.difference


def test_only_errors_stand_against_it_and_what_to_look_at_twice_is_named() -> None:
    error, warning = Problem(Spot("town.yaml"), "no-catalog"), Problem(Spot("town.yaml"), "published-refused")
    made = draft(source(an_offer()), (warning, error), published(an_offer(**CRISIS)), TOPICS, HELPLINES)
    assert made.errors == (error,)
    assert made.removes
    assert {caution.kind for caution in made.cautions} == {"many_removed", "emergency_phone"}
