"""Helplines as offers: so that a family far from every catalog still finds somebody who listens."""

from dataclasses import replace

import pytest

from catalog.helplines import Helpline, Helplines, load_helplines
from catalog.model import Offer
from catalog.sources.helplines import helpline_offers
from catalog.topics import Topics, load_topics

LINES = load_helplines()
OFFERS = {offer.helpline: offer for offer in helpline_offers(LINES, load_topics())}


def made_of(line: Helpline, topics: Topics) -> list[Offer]:
    return list(helpline_offers(Helplines({line.id: line}, {}), topics))


@pytest.mark.parametrize("line", ["notruf-112", "notruf-110", "giftnotruf", "kinderschutzhotline-medizin", "nora-app"])
def test_emergency_numbers_and_lines_not_meant_for_a_chat_are_no_offers(line: str) -> None:
    assert line in LINES.lines
    assert line not in OFFERS


def test_a_line_is_found_under_every_topic_that_names_it(topics: Topics) -> None:
    named = {topic.id for topic in topics.topics.values() if "hilfetelefon-frauen" in topic.helplines}
    assert set(OFFERS["hilfetelefon-frauen"].topics) == named == {"domestic-violence", "forced-marriage-fgm"}


def test_a_line_can_be_reached_from_anywhere_without_travelling() -> None:
    for offer in OFFERS.values():
        assert [site.kind for site in offer.sites] in (["phone"], ["online"]), offer.id
        assert offer.sites[0].lat is None
        assert offer.phone or offer.web, offer.id
        assert not offer.example
        assert offer.service_area.nationwide or offer.service_area.states, offer.id
    assert OFFERS["krisendienste-bayern"].service_area.states == ("DE-BY",)
    assert not OFFERS["krisendienste-bayern"].service_area.nationwide


def test_a_call_that_costs_something_is_never_called_free() -> None:
    costs = {name: cost for name, offer in OFFERS.items() if name and (cost := offer.cost)}
    assert not costs["sucht-drogen-hotline"].free
    assert not costs["doweria"].free
    assert costs["elterntelefon"].free


def test_who_may_call_decides_the_ages() -> None:
    assert (OFFERS["bke-jugend"].age_from, OFFERS["bke-jugend"].age_to) == (120, 323)
    assert (OFFERS["kinder-jugendtelefon"].age_from, OFFERS["kinder-jugendtelefon"].age_to) == (72, 323)
    assert (OFFERS["elterntelefon"].age_from, OFFERS["elterntelefon"].age_to) == (-9, 324)
    assert (OFFERS["telefonseelsorge"].age_from, OFFERS["telefonseelsorge"].age_to) == (-9, 324)
    assert OFFERS["weisser-ring"].age_from == -9, "parents may call about a child of any age"


def test_a_line_keeps_its_number_hours_languages_and_the_day_it_was_checked() -> None:
    for name, offer in OFFERS.items():
        assert name is not None
        line = LINES.lines[name]
        assert (offer.phone, offer.opening_hours, offer.languages) == (line.display, line.hours, line.languages)
        confirmed = line.checked_on if line.status["number"] != "unverified" else None
        assert (offer.verified_on, offer.source) == (confirmed, line.sources[0]["url"])
        assert offer.threshold == 1


def test_further_languages_and_how_to_go_on_depend_on_the_line() -> None:
    assert OFFERS["hilfetelefon-missbrauch"].interpreter == "yes"
    assert OFFERS["mutes"].interpreter == "no"  # some days are no promise
    assert OFFERS["elterntelefon"].interpreter == "no"
    steps = {name: OFFERS[name].next_step for name in ("elterntelefon", "krisenchat", "digisucht")}
    assert steps == {"elterntelefon": "someone_listens", "krisenchat": "chat_now", "digisucht": "online_form"}


def test_a_line_that_no_topic_names_or_that_has_neither_number_nor_address_is_left_out(topics: Topics) -> None:
    line = LINES.lines["elterntelefon"]
    assert [offer.id for offer in made_of(line, topics)] == ["helpline-elterntelefon"]
    assert made_of(replace(line, id="unheard-of"), topics) == []
    assert made_of(replace(line, dial="", web=""), topics) == []
