"""A plan in pieces: disjoint, together the plan, and alike."""

from __future__ import annotations

import pickle
from datetime import timedelta
from itertools import chain

import pytest
from attrs import evolve
from hypothesis import given, strategies as st

from asyncsdk import Plan, Shard
from asyncsdk.datasets.split import Extent, cuts
from asyncsdk.datasets.windows import count
from asyncsdk.times import DAY

ROWS = "unleash_analytics.rows"
HOUR = 3_600_000
START = 18_491 * DAY  # 2020-08-17


def plan(keys, hours, *, start=START, window=HOUR):
    return Plan.make(ROWS, keys, start, start + int(hours * HOUR), timedelta(milliseconds=window))


@st.composite
def plans(draw):
    """Plans of a few hundred shards at most."""
    keys = draw(st.sampled_from([(), ("a",), ("a", "b", "c"), tuple(map(str, range(40))), None]))
    if draw(st.booleans()):
        return Plan.make("blaize.grants", keys)
    start = START + draw(st.integers(0, DAY))
    window = draw(st.sampled_from([HOUR, 7 * HOUR, 5 * HOUR - 1, DAY, 3 * DAY]))
    hours = draw(st.integers(0, 24 * 9 // max(1, len(keys or ()) // 3)))
    return plan(keys, hours, start=start, window=window)


pieces = st.integers(1, 12)


@given(plans(), pieces)
def test_the_pieces_are_disjoint_and_together_the_plan_in_its_order(whole, number):
    parts = whole.split(number)
    assert len(parts) == number
    assert list(chain.from_iterable(parts)) == list(whole)
    assert [len(each) for each in parts] == [len(list(each)) for each in parts]
    assert {each.window for each in parts} <= {whole.window}
    assert {each.dataset for each in parts} == {whole.dataset}


@given(plans(), pieces, pieces)
def test_a_piece_can_be_split_again(whole, first, second):
    parts = [part for piece in whole.split(first) for part in piece.split(second)]
    assert list(chain.from_iterable(parts)) == list(whole)


@given(plans(), pieces)
def test_the_pieces_differ_by_the_shards_of_a_day_and_a_little_for_the_sake_of_whole_keys(whole, number):
    sizes = [len(each) for each in whole.split(number)]
    a_day = 1 if whole.start is None else max(1, count(whole.start, whole.start + DAY, whole.window))
    assert max(sizes) - min(sizes) <= 2 * a_day + 0.1 * len(whole) / number + 1


@given(plans(), pieces)
def test_within_a_key_only_whole_days_are_cut(whole, number):
    found = [edge for part in whole.split(number) for edge in (part.start, part.end, part.first_start, part.last_end)]
    assert all(edge in (None, whole.start, whole.end) or edge % DAY == 0 for edge in found)


def test_many_keys_are_cut_between_keys():
    parts = plan([f"W{number}" for number in range(1000)], 24 * 365).split(7)
    assert {(part.first_start, part.last_end) for part in parts} == {(None, None)}
    assert sorted({len(part.keys) for part in parts}) == [142, 143]


def test_a_few_keys_are_cut_within_one_where_that_makes_the_pieces_alike():
    first, second = plan(["a", "b", "c"], 24 * 365).split(2)
    assert (first.keys, second.keys) == (("a", "b"), ("b", "c"))
    assert first.last_end == second.first_start
    assert abs(len(first) - len(second)) <= 24


def test_a_single_key_is_cut_by_days():
    parts = plan("a", 24 * 4).split(4)
    assert [(part.start - START) // DAY for part in parts] == [0, 1, 2, 3]
    assert {len(part) for part in parts} == {24}


def test_what_cannot_be_cut_leaves_pieces_empty():
    sizes = sorted(len(part) for part in plan("a", 5).split(3))
    assert sizes == [0, 0, 5]
    assert [list(part) for part in Plan.make("blaize.users").split(2)].count([]) == 1


def test_all_keys_over_a_range_of_time_are_cut_by_days():
    parts = plan("all", 24 * 4).split(2)
    assert [part.keys for part in parts] == ["all", "all"]
    assert [((part.start - START) // DAY, (part.end - START) // DAY) for part in parts] == [(0, 2), (2, 4)]


def test_keys_that_are_not_known_cannot_be_cut():
    class Arriving:
        async def __aiter__(self):
            yield "a"

    for keys in (Plan.make("blaize.grants", "all"), plan(Arriving(), 24)):
        with pytest.raises(TypeError, match="keys are not known yet"):
            keys.split(2)


def test_failures_are_cut_as_they_stand():
    failures = Plan.of([Shard(ROWS, "a", START, START + HOUR), Shard(ROWS, "b", START, START + HOUR)])
    assert [list(part) for part in failures.split(2)] == [[each] for each in failures]


@pytest.mark.parametrize(("number", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), (True, TypeError)])
def test_a_number_of_pieces_is_a_whole_one_above_zero(number, error):
    with pytest.raises(error, match="a plan is split into"):
        plan("a", 24).split(number)


def test_ten_thousand_million_shards_are_cut_without_making_one():
    """10^5 keys by ten years of hours: what is held of them are the keys."""
    ten_years = Extent(100_000, START, START + 3653 * DAY, HOUR)
    found = cuts(ten_years, 1000)
    assert found == [(100 * number, None) for number in range(1001)]
    whole = plan([f"W{number:015x}" for number in range(100_000)], 24 * 3653)
    parts = whole.split(1000)
    assert sum(map(len, parts)) == len(whole) == 100_000 * 24 * 3653
    assert max(len(pickle.dumps(part)) for part in parts) < 100 * 20 + 500


def test_a_piece_is_a_plan_like_any_other():
    first, second = plan(["a", "b", "c"], 24 * 3).split(2)
    assert pickle.loads(pickle.dumps(first)) == first
    assert evolve(second) == second
    assert second != first
