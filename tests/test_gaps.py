"""One gap report: what is missing, what was looked for in vain, and who sees to it."""

from dataclasses import replace
from datetime import date

from bot.demand import ALL, Cell, Row
from bot.gaps import Challenge, Line, reached_since, report
from tests.conftest import NOW
from tests.test_coverage import IN_VILLAGE, offer, survey

TODAY = NOW.date()
NEED = Cell("", "Beispielhafen", "", "relief", ALL, ALL, "nothing")
TASK = Challenge(1, "relief", "age_0_1", "Beispielhafen", "Altstadt", "Familienbüro", date(2027, 3, 31))
COVERAGE = survey(offer())


def lines(*rows: Row, tasks: tuple[Challenge, ...] = ()) -> list[Line]:
    return list(report(COVERAGE, {"2026-10": rows}, tasks))


def test_what_families_missed_most_comes_first() -> None:
    first, second, *_ = lines(Row(NEED, 10), Row(replace(NEED, group="protection"), 25))
    assert (first.group, first.demand.nothing) == ("protection", 25)
    assert (second.group, second.demand.nothing) == ("relief", 10)


def test_a_line_says_for_whom_nobody_is_there_and_where_families_have_to_go_elsewhere() -> None:
    by_group = {(line.group, line.municipality): line for line in lines(Row(replace(NEED, group="parenting"), 10))}
    parents = by_group["parenting", "Beispielhafen"]
    assert (parents.offers, parents.phases, parents.districts) == (1, (), ("Hafenviertel", "Sonnenhang"))
    relief = by_group["relief", "Beispielhafen"]
    assert relief.offers == 0
    assert len(relief.phases) == sum(COVERAGE.asked[COVERAGE.groups.index("relief")])


def test_where_nothing_is_missing_no_line_stands() -> None:
    assert ("parenting", "Beispielhafen") not in {(line.group, line.municipality) for line in lines()}


def test_a_place_outside_the_catalog_is_named_and_not_called_empty() -> None:
    outside = Row(replace(NEED, municipality="Nebenort"), 15)
    (line,) = (line for line in lines(outside) if line.municipality == "Nebenort")
    assert (line.offers, line.demand.nothing) == (None, 15)


def test_a_rest_of_other_places_belongs_to_none() -> None:
    rest = (Row(replace(NEED, municipality=ALL), 50), Row(replace(NEED, municipality=""), 50))
    assert sum(line.demand.nothing for line in lines(*rest)) == 0


def test_a_place_of_the_same_name_in_another_county_is_another_place() -> None:
    found = lines(Row(replace(NEED, county="Landkreis Fern"), 20))
    assert [line.offers for line in found if line.demand.nothing] == [0]  # no county is known here: it is ours
    village = replace(NEED, municipality="Musterfelde", county="")
    assert next(line.municipality for line in lines(Row(village, 20))) == "Musterfelde"


def test_a_challenge_stands_beside_its_gap() -> None:
    (line,) = (line for line in lines(tasks=(TASK,)) if line.challenges)
    assert (line.group, line.municipality, line.challenges) == ("relief", "Beispielhafen", (TASK,))


def test_a_challenge_is_open_until_its_day_is_over() -> None:
    assert TASK.status(TASK.due) == "open"
    assert TASK.status(date(2027, 4, 1)) == "overdue"
    assert replace(TASK, done_on=TODAY).status(date(2027, 4, 1)) == "done"


def test_what_has_come_since_is_counted_in_the_district_itself() -> None:
    helper = {"topics": ["everyday-helper"]}
    here = survey(offer(**helper))
    assert reached_since(here, TASK) == 1
    assert reached_since(here, replace(TASK, district="Hafenviertel")) == 0
    assert reached_since(here, replace(TASK, district="")) == 1
    assert reached_since(survey(offer(IN_VILLAGE, **helper)), TASK) == 0


def test_a_challenge_of_a_place_or_topic_that_is_gone_has_reached_nothing() -> None:
    assert reached_since(COVERAGE, replace(TASK, municipality="Weggemeindet")) == 0
    assert reached_since(COVERAGE, replace(TASK, group="abolished")) == 0
    assert reached_since(COVERAGE, replace(TASK, group="baby_toddler", phase="youth_14_plus")) == 0
