"""The list and the mails for what is due: everything that somebody needs to say "still correct"."""

from datetime import timedelta

from bot.stale_pages import mails, stale_lines
from catalog.model import Offer, Site
from catalog.search import Freshness
from catalog.stale import Due, Owner, by_owner, due
from tests.checking import TODAY, an_offer


def groups(*offers: Offer) -> dict[Owner, list[Due]]:
    return dict(by_owner(due(offers, TODAY, Freshness(180, 365))))


OLD = an_offer(email="cafe@example.org", verified_on=TODAY - timedelta(200), opening_hours="Tu,We 09:00-12:00")


def test_each_state_is_said_in_words() -> None:
    never = an_offer(id="never", verified_on=None)
    over = an_offer(id="over", verified_on=TODAY, valid_until=TODAY - timedelta(1))
    said = "\n".join(stale_lines(groups(OLD, never, over), "de"))
    assert "wird weiter unten gezeigt" in said
    assert "nie         wird nicht gezeigt" in said
    assert "abgelaufen am 22.11.2026" in said


def test_a_mail_asks_about_all_that_a_family_relies_on_and_brings_the_command() -> None:
    (mail,) = mails(groups(OLD), "de")
    for needed in (
        "An: cafe@example.org",
        "Telefon: 03581 123456",
        "Öffnungszeiten: Di,Mi 09:00-12:00",
        "Am Hof 1, 02826 Görlitz",
    ):
        assert needed in mail
    assert "nahbei catalog confirm parents-cafe --who cafe@example.org" in mail
    (english,) = mails(groups(OLD), "en")
    assert "opening hours: Tu,We 09:00-12:00" in english


def test_nothing_that_stands_in_a_file_reaches_the_shell() -> None:
    evil = an_offer(email="", verified_by="Kim'; rm -rf ~ #", verified_on=None)
    (mail,) = mails(groups(evil), "en")
    assert """--who 'Kim'"'"'; rm -rf ~ #'""" in mail


def test_a_hidden_place_stays_hidden() -> None:
    shelter = an_offer(Site(kind="hidden"), verified_on=None)
    (mail,) = mails(groups(shelter), "de")
    assert "Ort:" not in mail
