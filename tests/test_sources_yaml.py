"""A catalog kept as YAML: what is right is kept, what is wrong becomes a sentence that somebody can act on."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from catalog.sources.base import Source
from catalog.sources.yaml import read_yaml
from catalog.topics import Topics, load_topics

TOPICS = load_topics()
TODAY = date(2026, 11, 23)
CAFE = """
  - id: parents-cafe
    title: Elterncafé
    provider: house
    offer_type: parents-cafe
    topics: [parents-meeting]
    sites: [north]
"""
TOWN = """
providers:
  house: {name: Nachbarschaftshaus e. V., type: non_profit}
  hall: {name: Stadt Beispielhafen, type: public}
sites:
  north: {name: Familienzentrum, municipality: Beispielhafen, lat: 54.45, lon: 6.6}
"""


def read(folder: Path, text: str, today: date = TODAY) -> Source:
    path = folder / "town.yaml"
    path.write_text(text, "utf-8")
    return read_yaml(path, TOPICS, today)


def read_offer(folder: Path, *lines: str, offer: str = CAFE) -> Source:
    return read(folder, TOWN + "offers:" + offer + "".join(f"    {line}\n" for line in lines))


def test_an_offer_takes_from_its_type_provider_and_site_what_it_does_not_say_itself(tmp_path: Path) -> None:
    [offer] = read_offer(tmp_path).offers
    assert (offer.kind, offer.sector, offer.staffing) == ("leisure", "youth_welfare", "mixed")
    assert (offer.provider, offer.provider_type) == ("Nachbarschaftshaus e. V.", "non_profit")
    assert (offer.sites[0].name, offer.sites[0].lat) == ("Familienzentrum", 54.45)
    assert not offer.example


def test_what_an_offer_says_itself_wins(tmp_path: Path) -> None:
    itself = CAFE.replace("[north]", "[{kind: online}]").replace("provider: house", "provider: Eine Elterninitiative")
    [offer] = read_offer(tmp_path, "staffing: volunteer", "kind: support", offer=itself).offers
    assert (offer.staffing, offer.kind, offer.provider) == ("volunteer", "support", "Eine Elterninitiative")
    assert offer.sites[0].kind == "online"


@pytest.mark.parametrize(
    ("wrong", "code", "column", "value"),
    [
        ("phone: '0800'", "phone-undialable", "phone", "0800"),
        ("phone: bitte anrufen", "phone-undialable", "phone", "bitte anrufen"),
        ("opening_hours: Mo 9-12 Uhr", "hours-unreadable", "opening_hours", "Mo 9-12 Uhr"),
        ("cost: {free: true, amount: 5}", "free-with-amount", "cost.amount", "5"),
        ("telefon: 030 23125 101", "field-unknown", "telefon", "telefon"),
        ("titel: Elterncafé", "field-mistyped", "titel", "titel"),
        ("documents: [passport]", "choice-unknown", "documents.0", "passport"),
        ("documents: [idcard]", "choice-mistyped", "documents.0", "idcard"),
        ("interpreter: maybe", "choice-unknown", "interpreter", "maybe"),
        ("verified_on: gestern", "date-form", "verified_on", "gestern"),
        ("verified_on: 2026-02-30", "date-form", "verified_on", "2026-02-30"),
        ("dates: [{day: 2026-11-25}, {day: bald}]", "date-form", "dates.1.day", "bald"),
        ("dates: [{day: 2026-11-25, starts: '9:00'}]", "clock-form", "dates.0.starts", "9:00"),
        ("translations: {tr: {title: Veli kahvesi}}", "field-missing", "translations.tr.by", ""),
        ("age_from: 36\n    age_to: 12", "ages-swapped", "age_to", "12"),
        ("age_from: 2 Jahre", "number-form", "age_from", "2 Jahre"),
        ("age_to: 400", "number-large", "age_to", "400"),
        ("threshold: 0", "number-small", "threshold", "0"),
        ("valid_from: 2026-12-01\n    valid_until: 2026-11-01", "dates-swapped", "valid_until", "2026-11-01"),
        ("anonymous: vielleicht", "yes-no-form", "anonymous", "vielleicht"),
        ("email: beim Pförtner", "email-form", "email", "beim Pförtner"),
        ("web: javascript:alert(1)", "web-form", "web", "javascript:alert(1)"),
        ("languages: [Deutsch]", "language-form", "languages.0", "Deutsch"),
        ("aliases: Treff", "list-form", "aliases", "Treff"),
        ("source: 5", "text-form", "source", "5"),
    ],
)
def test_a_wrong_field_keeps_its_offer_out_and_is_named(
    tmp_path: Path, wrong: str, code: str, column: str, value: str
) -> None:
    source = read_offer(tmp_path, wrong)
    assert source.offers == ()
    [problem] = source.problems
    assert (problem.code, problem.spot.column, problem.value, problem.severity) == (code, column, value, "error")
    assert (problem.spot.file, problem.spot.row, problem.spot.offer) == ("town.yaml", 8, "parents-cafe")
    assert all(problem.said(lang).right for lang in ("de", "en"))


@pytest.mark.parametrize(
    ("right", "wrong", "code", "column", "value"),
    [
        ("type: parents-cafe", "type: pub", "choice-of-many", "offer_type", "pub"),
        ("type: parents-cafe", "type: parent-cafe", "choice-mistyped", "offer_type", "parent-cafe"),
        ("offer_type: parents-cafe", "summary: none", "field-missing", "offer_type", ""),
        ("[north]", "[south]", "choice-unknown", "sites", "south"),
        ("[north]", "north", "list-form", "sites", "north"),
        ("[north]", "[]", "list-empty", "sites", ""),
        ("[north]", "[{post_code: '123'}]", "post-code-form", "sites.0.post_code", "123"),
        ("[north]", "[{kind: hidden, address: Am Tor 1}]", "hidden-with-address", "sites.0.address", "Am Tor 1"),
        ("[parents-meeting]", "[parents-meeting, tea]", "choice-of-many", "topics", "tea"),
        ("[parents-meeting]", "[parents-meetng]", "choice-mistyped", "topics", "parents-meetng"),
        ("id: parents-cafe", "source: no id", "field-missing", "id", ""),
        ("id: parents-cafe", "id: Elterncafé!", "id-form", "id", "Elterncafé!"),
        ("title: Elterncafé", "title: E", "text-short", "title", "E"),
    ],
)
def test_a_word_that_is_on_no_list_is_named(
    tmp_path: Path, right: str, wrong: str, code: str, column: str, value: str
) -> None:
    source = read_offer(tmp_path, offer=CAFE.replace(right, wrong))
    assert source.offers == ()
    [problem] = source.problems
    assert (problem.code, problem.spot.column, problem.value, problem.severity) == (code, column, value, "error")
    assert all(problem.said(lang).right for lang in ("de", "en"))


def test_one_wrong_offer_does_not_take_the_others_along(tmp_path: Path) -> None:
    second = CAFE.replace("id: parents-cafe", "id: second").replace("[parents-meeting]", "[tea]")
    third = CAFE.replace("id: parents-cafe", "id: third")
    source = read_offer(tmp_path, offer=CAFE + second + third)
    assert [offer.id for offer in source.offers] == ["parents-cafe", "third"]
    assert len(source.problems) == 1


def test_of_two_offers_with_one_id_the_first_stays_even_across_files(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(TOWN + "offers:" + CAFE, "utf-8")
    (tmp_path / "b.yaml").write_text("offers:" + CAFE.replace("Elterncafé", "Ein anderes Café"), "utf-8")
    source = read_yaml(tmp_path, TOPICS, TODAY)
    assert [offer.title for offer in source.offers] == ["Elterncafé"]
    [problem] = source.problems
    assert (problem.code, problem.spot.file, problem.details) == ("id-twice", "b.yaml", {"row": "8"})


def test_every_offer_knows_its_line(tmp_path: Path) -> None:
    source = read_offer(tmp_path, offer=CAFE + CAFE.replace("id: parents-cafe", "id: second"))
    assert {name: (spot.file, spot.row) for name, spot in source.spots.items()} == {
        "parents-cafe": ("town.yaml", 8),
        "second": ("town.yaml", 15),
    }


def test_the_files_of_a_folder_are_one_catalog_whatever_their_order(tmp_path: Path) -> None:
    (tmp_path / "1-offers.yaml").write_text("offers:" + CAFE, "utf-8")
    (tmp_path / "2-town.yaml").write_text(TOWN, "utf-8")
    (tmp_path / "notes.txt").write_text("not part of it", "utf-8")
    source = read_yaml(tmp_path, TOPICS, TODAY)
    assert (len(source.offers), source.problems, source.name) == (1, (), tmp_path.stem)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("offers:\n\t- id: a", r"town\.yaml, line 2: This is not readable as YAML"),
        ("offers: [\n  a: b: c\n", r"town\.yaml, line 2: This is not readable as YAML"),
        ("offers: !!python/object/apply:os.getcwd []", r"town\.yaml, line 1: This is not readable as YAML"),
        ("", r"town\.yaml: This is no catalog"),
        ("- just\n- a list", r"town\.yaml: This is no catalog"),
        ("offers: [&a {id: x}, *a]", r"town\.yaml, line 1: References"),
        ("offers: " + "[" * 100_000, r"town\.yaml, line 1: References \(&, \*\) and deep nesting"),
        ("catalog: {name: Beispielhafen}", r"town\.yaml: This is no catalog"),
    ],
)
def test_a_file_that_is_no_catalog_is_refused_in_one_sentence(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read(tmp_path, text)


def test_a_path_that_holds_nothing_or_no_text_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_yaml(tmp_path / "none.yaml", TOPICS, TODAY)
    with pytest.raises(ValueError, match=r"holds no \.yaml file"):
        read_yaml(tmp_path, TOPICS, TODAY)
    (tmp_path / "town.yaml").write_bytes("offers: [] # Görlitz".encode("latin-1"))
    with pytest.raises(ValueError, match=r"town\.yaml: This is not readable as YAML"):
        read_yaml(tmp_path, TOPICS, TODAY)


def test_a_file_saved_by_a_windows_editor_is_read_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "town.yaml"
    path.write_bytes(("\ufeff" + TOWN + "offers:" + CAFE).replace("\n", "\r\n").encode())
    assert [offer.title for offer in read_yaml(path, TOPICS, TODAY).offers] == ["Elterncafé"]


EXAMPLE = "catalog: {name: Beispielhafen, example: true, as_of: 2026-11-22}\n" + TOWN + "offers:" + CAFE


@pytest.mark.parametrize(("days", "weeks"), [(0, 0), (6, 0), (7, 1), (8, 1), (400, 57), (-1, -1)])
def test_an_example_ages_with_the_calendar_by_whole_weeks(tmp_path: Path, days: int, weeks: int) -> None:
    dates = (
        "    verified_on: 2026-10-14\n    valid_until: 2027-01-31\n"
        "    dates: [{day: 2026-11-25, repeat: weekly, until: 2027-06-30}]\n"
    )
    source = read(tmp_path, EXAMPLE + dates, date(2026, 11, 22) + timedelta(days=days))
    shift = timedelta(weeks=weeks)
    [offer] = source.offers
    [occasion] = offer.dates
    assert (offer.verified_on, offer.valid_until) == (date(2026, 10, 14) + shift, date(2027, 1, 31) + shift)
    assert (occasion.day, occasion.until) == (date(2026, 11, 25) + shift, date(2027, 6, 30) + shift)


def test_an_offer_of_an_example_catalog_is_marked_as_invented_and_so_are_its_places(tmp_path: Path) -> None:
    places = (
        "places: [{name: Beispielhafen, municipality: Beispielhafen, post_codes: ['00101'], lat: 54.45, lon: 6.6}]\n"
    )
    source = read(tmp_path, places + EXAMPLE)
    assert [offer.example for offer in source.offers] == [True]
    assert [(place.example, place.own) for place in source.places] == [(True, True)]


def test_the_dates_of_a_real_catalog_never_move(tmp_path: Path) -> None:
    real = (
        "catalog: {name: Beispielhafen, as_of: 2026-11-22}\n"
        + TOWN
        + "offers:"
        + CAFE
        + "    verified_on: 2026-10-14\n"
    )
    [offer] = read(tmp_path, real, date(2029, 1, 1)).offers
    assert offer.verified_on == date(2026, 10, 14)
    assert not offer.example


def test_a_district_keeps_its_post_codes_and_a_town_with_several_leaves_them_to_its_districts(tmp_path: Path) -> None:
    places = """
places:
  - {name: Beispielhafen, municipality: Beispielhafen, post_codes: ["00101", "00102"], lat: 54.45, lon: 6.6}
  - {name: Hafenviertel, municipality: Beispielhafen, post_codes: ["00102"], lat: 54.46, lon: 6.61, district: true}
"""
    town, district = read(tmp_path, places + EXAMPLE).places
    assert (town.name, town.district, town.plz, town.post_codes) == ("Beispielhafen", None, None, ())
    assert (district.name, district.district, district.plz) == ("Beispielhafen", "Hafenviertel", "00102")
    assert district.post_codes == ("00102",)


@pytest.mark.parametrize(
    "broken",
    [
        "offers: 5",
        "catalog: x\noffers: []",
        "catalog: {example: true, as_of: gestern}\noffers: []",
        "places: [{name: A, municipality: A, lon: 6.6}]\noffers: []",
        "places: [{name: A, municipality: A, lat: 54.4, lon: 6.6, post_codes: [01234]}]\noffers: []",
        "providers: [town]\noffers: []",
    ],
)
def test_a_file_of_another_shape_is_refused_with_one_sentence(tmp_path: Path, topics: Topics, broken: str) -> None:
    file = tmp_path / "catalog.yaml"
    file.write_text(broken, "utf-8")
    with pytest.raises(ValueError, match=r"catalog\.yaml") as refusal:
        read_yaml(file, topics, date(2026, 11, 23))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "field", ["dates: [2026-11-25]", "dates: 5", "sites: town-hall", "sites: []", "staffing: robots"]
)
def test_one_wrong_offer_is_a_problem_and_never_stops_the_others(tmp_path: Path, topics: Topics, field: str) -> None:
    good = "{id: good-one, title: Elterncafé, provider: P, offer_type: parents-cafe, topics: [grief], sites: [{kind: online}]}"
    bad = good.replace("good-one", "bad-one").replace(
        "sites: [{kind: online}]", "sites: [{kind: online}]" if "sites" not in field else "x: 1"
    )
    file = tmp_path / "catalog.yaml"
    file.write_text(f"offers:\n  - {good}\n  - {bad[:-1]}, {field}}}\n  - just words\n", "utf-8")
    source = read_yaml(file, topics, date(2026, 11, 23))
    assert [offer.id for offer in source.offers] == ["good-one"]
    assert {(problem.spot.row, problem.spot.offer) for problem in source.problems} == {(3, "bad-one"), (4, "")}
