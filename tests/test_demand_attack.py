"""The attack on the published demand: it finds every leak there is, and none in what we publish."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from random import Random

import pytest

from benchmarks.demand_attack import (
    PUBLICATIONS,
    Case,
    Counts,
    Publication,
    Recovered,
    Release,
    Score,
    attack,
    attacked,
    margins,
    publish_simply,
    read_rest,
    table,
    two_months,
)
from benchmarks.demand_worlds import Constraints, Sum, others, solutions
from bot.demand import Cell, Row
from tests.test_demand import SHAPES, TOWN

BY_NAME = {publication.name: publication for publication in PUBLICATIONS}
NAHBEI = BY_NAME["Nahbei"]


def one_month(cells: list[Cell], truth: tuple[int, ...], own: tuple[int, ...] | None = None) -> Case:
    nothing = (0,) * len(cells)
    return Case(tuple(cells), truth, own or nothing, (Release(tuple((i,) for i in range(len(cells))), nothing),))


def score(publication: Publication, case: Case) -> Score:
    return attacked(publication, case, Random(5))  # noqa: S311 a simulation


def test_random_tables_keep_every_count(full: bool) -> None:  # noqa: FBT001 a fixture
    tables = 2000 if full else 400
    found = attack(tables, seed=2026, publications=[NAHBEI]).scores["Nahbei"]
    assert found.hidden > 5 * tables
    assert (found.recovered, found.undecided) == (0, 0)


@pytest.mark.parametrize("name", ["exact totals", "exact totals, every week", "Nahbei, simply rounded"])
def test_the_same_attack_opens_other_publications(name: str) -> None:
    found = attack(200, seed=2026, publications=[BY_NAME[name]]).scores[name]
    assert found.recovered > found.hidden / 50


@pytest.mark.parametrize("name", ["Nahbei, K - 1 known", "Nahbei, still months"])
def test_what_is_not_promised_does_not_hold(name: str) -> None:
    assert attack(600, seed=2026, publications=[BY_NAME[name]]).scores[name].recovered > 0


def publish_everything(counts: Counts) -> tuple[Row, ...]:
    return tuple(Row(cell, n) for cell, n in sorted(counts.items()) if n >= 1)


def read_everything(rows: Sequence[Row], cells: Sequence[Cell]) -> Iterator[Sum]:
    published = dict(rows)
    yield from (Sum((i,), published.get(cell, 0), published.get(cell, 0)) for i, cell in enumerate(cells))


def test_publishing_from_one_on_is_a_leak() -> None:
    planted = Publication("k = 1", publish_everything, read_everything, two_months)
    assert score(planted, one_month(SHAPES[0], (3, 0, 9))) == Score(hidden=3, recovered=3)


def test_two_nines_are_a_leak_where_the_rest_is_simply_rounded() -> None:
    case = one_month(SHAPES[0][:2], (9, 9))
    simply = Publication("", publish_simply, read_rest, two_months)
    assert score(simply, case) == Score(hidden=2, recovered=2)
    assert score(NAHBEI, case) == Score(hidden=2, recovered=0)


def test_a_second_publication_of_one_month_is_a_leak() -> None:
    """Three cells make 18; later one is large and the others are dropped: they were nine, and so was the first."""
    nothing = (0, 0, 0)
    first = Release(((0,), (1,), (2,)), nothing)
    second = Release(((0, 3), (1, 4), (2, 5)), nothing)
    truth = (9, 5, 4, 2, 0, 0)
    assert score(NAHBEI, Case(tuple(SHAPES[0]), truth, (0,) * 6, (first,))).recovered == 0
    assert score(NAHBEI, Case(tuple(SHAPES[0]), truth, (0,) * 6, (first, second))).recovered > 0


@pytest.mark.parametrize(("own", "recovered"), [(8, 0), (9, 1)])
def test_nine_contributions_of_ones_own_tell_of_a_tenth(own: int, recovered: int) -> None:
    case = one_month(SHAPES[0][:2], (9, 2), (own, 0))
    assert score(NAHBEI, case).recovered == recovered


@pytest.mark.parametrize("name", ["Nahbei", "exact totals", "Nahbei, simply rounded"])
@pytest.mark.parametrize("cells", SHAPES)
def test_the_attack_finds_what_going_through_all_tables_finds(name: str, cells: list[Cell]) -> None:
    publication = BY_NAME[name]
    alike: defaultdict[tuple[Row, ...], list[tuple[int, ...]]] = defaultdict(list)
    for world in product(range(13), repeat=len(cells)):
        alike[publication.publish(dict(zip(cells, world, strict=True)))].append(world)
    sums = set(margins(cells).values())
    edges = [world for world in product((0, 1, 8, 9, 10), repeat=len(cells)) if sum(world) < 30]
    for truth in edges:
        worlds = alike[publication.publish(dict(zip(cells, truth, strict=True)))]
        hidden = [members for members in sums if sum(truth[i] for i in members) < 10]
        known = [members for members in hidden if len({sum(world[i] for i in members) for world in worlds}) == 1]
        assert score(publication, one_month(cells, truth)) == Score(len(hidden), len(known)), truth


def test_margins_are_all_sums_along_dimensions() -> None:
    cells = [replace(TOWN, lang=lang, band=band) for lang, band in (("de", "1"), ("ar", "1"), ("de", "2"))]
    assert set(margins(cells).values()) == {(0,), (1,), (2,), (0, 1), (0, 2), (0, 1, 2)}


def test_solutions_are_all_worlds_for_which_the_sums_hold() -> None:
    found = solutions([(0, 3), (1, 9), (4, 4)], [(2, (0, 1))], unknowns=2)
    assert [world for world in found if world] == [(0, 4), (1, 3), (2, 2), (3, 1)]


def test_other_worlds_leave_alone_what_is_not_tied_to_the_sum() -> None:
    constraints = Constraints((0, 0, 0))
    cells = [constraints.add_cell((i,), 0) for i in range(3)]
    constraints.add_sum(Sum((0, 1), 4, 4), cells)
    constraints.add_sum(Sum((2,), 0, 9), cells)
    found = [world for world in others(constraints, (2, 2, 7), (0,)) if world]
    assert sorted(found) == [(0, 4, 7), (1, 3, 7), (3, 1, 7), (4, 0, 7)]


def test_results_add_up_and_become_a_table() -> None:
    part = attack(1, seed=1)
    whole = Recovered() + part + part
    assert set(whole.scores) == set(BY_NAME)
    assert whole.scores["Nahbei"].hidden == 2 * part.scores["Nahbei"].hidden
    assert table(whole).row_count == len(PUBLICATIONS)


@pytest.mark.parametrize("name", ["Nahbei", "exact totals"])
def test_rows_that_are_not_there_say_fewer_than_ten(name: str) -> None:
    said = [*BY_NAME[name].read((), SHAPES[0])]
    assert {(known.low, known.high) for known in said} == {(0, 9)}
