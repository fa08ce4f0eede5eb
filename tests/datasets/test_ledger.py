from __future__ import annotations

from array import array
from itertools import pairwise
from random import Random
from time import process_time

import pytest
from attrs import evolve
from hypothesis import given, strategies as st

from asyncsdk.datasets.ledger import Finished, Ledger, gaps, merged, pairs
from asyncsdk.datasets.plan import Plan
from asyncsdk.datasets.shard import Shard
from asyncsdk.datasets.windows import split
from asyncsdk.times import DAY

ROWS = "unleash_analytics.rows"
HOUR = 3_600_000
NOON = 18_491 * DAY + 12 * HOUR

intervals = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12)


def shard(start, end, device="W1", **changes):
    return Shard(ROWS, device, NOON + start, NOON + end, **changes)


def instants(pairs):
    return {at for start, end in pairs for at in range(start, end)}


def flat(intervals):
    return array("q", (edge for interval in intervals for edge in interval))


@given(intervals)
def test_what_is_merged_holds_the_same_instants_and_no_others(intervals):
    assert instants(pairs(merged(flat(intervals)))) == instants(intervals)


@given(intervals)
def test_what_is_merged_neither_overlaps_nor_touches_and_is_in_order(intervals):
    assert all(one[1] < other[0] for one, other in pairwise(pairs(merged(flat(intervals)))))


@given(intervals, st.permutations(range(12)))
def test_the_order_of_adding_does_not_matter(intervals, order):
    shuffled = [intervals[at] for at in order if at < len(intervals)]
    assert merged(flat(shuffled)) == merged(flat(intervals))


@given(intervals, st.integers(0, 60), st.integers(0, 60))
def test_what_is_missing_is_what_was_asked_for_without_what_is_there(intervals, start, end):
    missing = list(gaps(merged(flat(intervals)), start, end))
    assert instants(missing) == instants([(start, end)]) - instants(intervals)
    assert all(one[1] < other[0] for one, other in pairwise(missing))


def test_a_ledger_of_nothing_misses_every_shard_as_it_is():
    wanted = shard(0, HOUR, settled=False)
    [missing] = Ledger().missing(wanted)
    assert missing is wanted


def test_of_a_shard_whose_clipped_edge_was_done_before_only_the_rest_is_missing():
    done = Ledger([shard(0, HOUR // 2)])
    assert done.missing(shard(0, HOUR)) == [shard(HOUR // 2, HOUR)]


def test_a_hole_in_the_middle_is_found_from_both_sides():
    done = Ledger([shard(0, 10), shard(20, 30), shard(50, 60)])
    assert done.missing(shard(5, 55)) == [shard(10, 20), shard(30, 50)]


def test_hours_that_are_done_are_a_day_that_is_done():
    day = shard(-12 * HOUR, 12 * HOUR)
    hours = [evolve(day, start=start, end=end) for start, end in split(day.start, day.end, HOUR)]
    assert len(hours) == 24
    assert day in Ledger(hours)
    assert day not in Ledger(hours[:11] + hours[12:])


def test_keys_and_data_sets_do_not_count_for_one_another():
    done = Ledger([shard(0, HOUR), evolve(shard(0, HOUR, "W2"), dataset="another.rows")])
    assert done.missing(shard(0, HOUR, "W2")) == [shard(0, HOUR, "W2")]
    assert done.missing(shard(0, HOUR)) == []


def test_a_shard_that_is_not_settled_is_not_done():
    assert Ledger([shard(0, HOUR, settled=False)]).missing(shard(0, HOUR)) == [shard(0, HOUR)]


@pytest.mark.parametrize("key", [None, "W1"])
def test_what_has_no_time_is_done_or_not(key):
    wanted = Shard("blaize.grants", key)
    done = Ledger([wanted])
    assert wanted in done
    assert Shard("blaize.grants", "W2") not in done
    assert Ledger().missing(wanted) == [wanted]


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 9), st.integers(1, 9)), max_size=9))
def test_arrays_of_what_is_finished_count_like_its_shards(given_):
    shards = [shard(start, start + length, key) for key, start, length in given_]
    finished = Finished(ROWS, timed=True)
    for each in shards:
        finished.add(each.key, array("q", (each.start, each.end)))
    assert sorted(finished) == sorted(shards)
    assert len(finished) == len(shards)
    assert all(each in finished for each in shards)
    assert shard(0, 100) not in finished
    wanted = [shard(0, 20, key) for key in ("a", "b", "c")]
    assert list(map(Ledger(finished).missing, wanted)) == list(map(Ledger(shards).missing, wanted))


def test_half_a_million_gaps_in_any_order_are_taken_in_at_once():
    minutes = [shard(2 * number, 2 * number + 1) for number in range(525_600)]
    Random(1).shuffle(minutes)
    began = process_time()
    done = Ledger(minutes)
    assert process_time() - began < 20  # a minute and more, when each was put in its place by itself
    assert done.missing(shard(0, 4)) == [shard(1, 2), shard(3, 4)]


def test_what_is_missing_is_settled_as_the_shard_was():
    [missing] = Ledger([shard(0, 10)]).missing(shard(0, 20, settled=False))
    assert not missing.settled


@given(
    st.lists(
        st.tuples(st.integers(0, 300), st.integers(1, 300), st.sampled_from([7, 24, 60, 100])), min_size=1, max_size=6
    )
)
def test_no_instant_is_ever_fetched_twice_whatever_ranges_and_windows_are_asked_for(runs):
    minute, seen, done = 60_000, set(), Ledger()
    for start, length, window in runs:
        plan = Plan(ROWS, ("W1",), NOON + start * minute, NOON + (start + length) * minute, window * minute)
        for wanted in plan:
            for part in done.missing(wanted):
                minutes = set(range(part.start, part.end, minute))
                assert not minutes & seen
                seen |= minutes
                done.add(part)
        assert set(range(plan.start, plan.end, minute)) <= seen
