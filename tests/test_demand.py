"""What is published about demand: enough to plan with, never enough to find a family."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demand import ALL, OUTCOMES, ROLL_UP, Cell, Demand, Row, by_group, partition, publish, summary

TOWN = Cell("Landkreis", "Stadt", "Altstadt", "parenting", "age_3_6", "de", "nothing")
CELLS = st.builds(
    Cell,
    county=st.sampled_from(["", "A", "B"]),
    municipality=st.sampled_from(["", "a", "b", ALL]),
    district=st.sampled_from(["", "x", "y"]),
    group=st.sampled_from(["parenting", "relief"]),
    band=st.sampled_from(["", "age_0_1", "age_3_6"]),
    lang=st.sampled_from(["de", "ar", "uk", ALL]),
    outcome=st.sampled_from(OUTCOMES),
)
COUNTS = st.dictionaries(CELLS, st.integers(0, 40), max_size=40)


def langs(**counts: int) -> dict[Cell, int]:
    return {replace(TOWN, lang=lang): n for lang, n in counts.items()}


def covers(row: Cell, cell: Cell) -> bool:
    """Whether a contribution of this cell may be counted in this row."""
    return row.outcome == cell.outcome and all(
        getattr(row, name) in {ALL, getattr(cell, name)} or getattr(cell, name) == ALL for name in ROLL_UP
    )


@pytest.mark.parametrize(
    ("n", "shown"), [(10, 10), (12, 10), (13, 15), (17, 15), (18, 20), (22, 20), (23, 25), (1000, 1000)]
)
def test_a_large_cell_stands_alone_rounded_to_five(n: int, shown: int) -> None:
    assert publish(langs(de=n)) == (Row(replace(TOWN, lang="de"), shown),)


@pytest.mark.parametrize("n", range(10))
def test_fewer_than_ten_are_never_said(n: int) -> None:
    assert publish(langs(de=n)) == ()


def test_small_cells_become_one_row_beside_the_large_one() -> None:
    assert publish(langs(de=31, ar=7, uk=6)) == (
        Row(replace(TOWN, lang=ALL), 15),
        Row(replace(TOWN, lang="de"), 30),
    )


def test_one_dimension_after_another_is_rolled_up_until_there_are_ten() -> None:
    other = {
        "lang": "ar",
        "band": "age_0_1",
        "district": "Neustadt",
        "municipality": "Dorf",
        "county": "Nachbarkreis",
        "group": "relief",
    }
    for level in range(1, len(ROLL_UP) + 1):
        far = replace(TOWN, **{name: other[name] for name in ROLL_UP[:level]})
        rolled = replace(TOWN, **dict.fromkeys(ROLL_UP[:level], ALL))
        assert publish({TOWN: 6, far: 6}) == (Row(rolled, 10),), ROLL_UP[level - 1]


def test_outcomes_are_never_thrown_together() -> None:
    assert publish({TOWN: 9, replace(TOWN, outcome="found"): 9}) == ()


def test_what_stays_small_is_left_out_and_in_no_total() -> None:
    counts = {TOWN: 20, replace(TOWN, county="Weit", municipality="weg", district="", group="relief"): 9}
    assert publish(counts) == (Row(TOWN, 20),)


def test_two_nines_do_not_make_twenty() -> None:
    """No other two numbers below ten would."""
    assert publish(langs(de=9, ar=9)) == (Row(replace(TOWN, lang=ALL), 15),)
    assert publish(langs(de=9, ar=8)) == publish(langs(de=9, ar=9))
    assert publish(langs(de=9, ar=8, uk=1)) == (Row(replace(TOWN, lang=ALL), 20),)


def test_a_place_called_star_is_an_unknown_place_and_no_rest() -> None:
    star = replace(TOWN, municipality=ALL)
    unknown = replace(TOWN, municipality="")
    assert publish({star: 12}) == (Row(unknown, 10),)
    assert publish({star: 8, unknown: 8}) == (Row(unknown, 15),)


@given(COUNTS)
def test_every_row_is_ten_or_more_and_a_multiple_of_five(counts: Mapping[Cell, int]) -> None:
    for row in publish(counts):
        assert row.n >= 10
        assert row.n % 5 == 0


@given(COUNTS)
def test_a_contribution_stands_in_one_row_at_most(counts: Mapping[Cell, int]) -> None:
    blocks = partition(counts)
    assert len({block.cell for block in blocks}) == len(blocks)
    for outcome in OUTCOMES:
        given_in = sum(n for cell, n in counts.items() if cell.outcome == outcome)
        left_out = given_in - sum(block.total for block in blocks if block.cell.outcome == outcome)
        assert 0 <= left_out < 10


@given(COUNTS)
def test_rounding_adds_two_to_a_row_and_takes_three_at_most(counts: Mapping[Cell, int]) -> None:
    blocks, rows = partition(counts), publish(counts)
    assert [block.cell for block in blocks] == [row.cell for row in rows]
    assert all(-3 <= row.n - block.total <= 2 for block, row in zip(blocks, rows, strict=True))


@given(COUNTS)
def test_no_cell_of_ten_or_more_is_lost_or_made_coarser(counts: Mapping[Cell, int]) -> None:
    merged: Counter[Cell] = Counter()
    for cell, n in counts.items():
        merged[replace(cell, **{name: "" for name in ROLL_UP if getattr(cell, name) == ALL})] += n
    rows = dict(publish(counts))
    for cell, n in merged.items():
        if n >= 10:
            assert abs(rows[cell] - n) <= 2


@given(COUNTS)
def test_a_merged_row_stands_for_cells_that_are_there(counts: Mapping[Cell, int]) -> None:
    for row in publish(counts):
        assert sum(n for cell, n in counts.items() if covers(row.cell, cell)) >= 10


@given(COUNTS, st.randoms(use_true_random=False))
def test_the_order_of_counting_does_not_matter(counts: Mapping[Cell, int], random: Random) -> None:
    shuffled = random.sample([*counts.items()], len(counts))
    assert publish(dict(shuffled)) == publish(counts)


@given(COUNTS)
def test_empty_cells_change_nothing(counts: Mapping[Cell, int]) -> None:
    assert publish({cell: n for cell, n in counts.items() if n}) == publish(counts)


SHAPES = [
    [replace(TOWN, lang=lang) for lang in ("ar", "de", "uk")],
    [replace(TOWN, lang=lang, band=band) for lang, band in (("ar", "1"), ("de", "1"), ("de", "2"))],
    [replace(TOWN, lang=lang, group=group) for lang, group in (("ar", "1"), ("de", "1"), ("de", "2"))],
    [replace(TOWN, municipality=place, county=county) for place, county in (("a", "1"), ("b", "1"), ("c", "2"))],
]


@pytest.mark.parametrize("cells", SHAPES)
def test_every_count_below_ten_could_be_another_one(cells: list[Cell]) -> None:
    """All tables with three cells: whoever sees the rows cannot tell a small cell, nor the sum of some small cells."""
    alike: dict[tuple[Row, ...], list[tuple[int, ...]]] = {}
    for table in product(range(14), repeat=len(cells)):
        alike.setdefault(publish(dict(zip(cells, table, strict=True))), []).append(table)
    for tables in alike.values():
        for chosen in product((0, 1), repeat=len(cells)):
            sums = {sum(n for n, take in zip(table, chosen, strict=True) if take) for table in tables}
            assert len(sums) > 1 or min(sums) >= 10 or not any(chosen), (tables, chosen)


def test_the_summary_shows_the_largest_gap_first() -> None:
    months = {
        "2026-09": (Row(TOWN, 10), Row(replace(TOWN, group="relief"), 15)),
        "2026-10": (Row(replace(TOWN, band=ALL), 10), Row(replace(TOWN, outcome="helped", group="relief"), 20)),
    }
    assert summary(months) == (
        Demand("parenting", "Landkreis", "Stadt", nothing=20),
        Demand("relief", "Landkreis", "Stadt", nothing=15, helped=20),
    )


def test_further_away_is_the_second_largest_gap() -> None:
    months = {
        "2026-10": (Row(replace(TOWN, outcome="found"), 90), Row(replace(TOWN, group="x", outcome="widened"), 10))
    }
    assert [line.group for line in summary(months)] == ["x", "parenting"]


@given(st.dictionaries(st.sampled_from(["2026-08", "2026-09", "2026-10"]), COUNTS.map(publish)))
def test_totals_are_sums_of_published_rows(months: Mapping[str, tuple[Row, ...]]) -> None:
    for outcome in OUTCOMES:
        published = sum(row.n for rows in months.values() for row in rows if row.cell.outcome == outcome)
        assert sum(getattr(line, outcome) for line in summary(months)) == published
        assert sum(getattr(line, outcome) for line in by_group(months)) == published
    assert len({line.group for line in by_group(months)}) == len(by_group(months))


def test_an_outcome_that_is_no_longer_known_is_left_out_of_the_summary() -> None:
    assert summary({"2026-10": (Row(replace(TOWN, outcome="moved"), 10),)}) == (
        Demand("parenting", "Landkreis", "Stadt"),
    )
