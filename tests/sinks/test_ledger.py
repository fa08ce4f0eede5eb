from __future__ import annotations

from itertools import pairwise

from attrs import evolve
from hypothesis import given, strategies as st

from asyncsdk.datasets.ledger import Intervals, Ledger
from asyncsdk.datasets.plan import Plan, Shard
from asyncsdk.datasets.windows import split
from asyncsdk.times import DAY

HOUR = 3_600_000
NOON = 18_491 * DAY + 12 * HOUR

intervals = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12)


def shard(start, end, device="W1", **changes):
    return Shard("unleash_analytics", device, NOON + start, NOON + end, **changes)


def instants(pairs):
    return {at for start, end in pairs for at in range(start, end)}


@given(intervals)
def test_intervals_hold_the_instants_that_were_added_and_no_others(pairs):
    assert instants(Intervals(pairs)) == instants(pairs)


@given(intervals)
def test_intervals_neither_overlap_nor_touch_and_are_in_order(pairs):
    merged = list(Intervals(pairs))
    assert all(one[1] < other[0] for one, other in pairwise(merged))


@given(intervals, st.permutations(range(12)))
def test_the_order_of_adding_does_not_matter(pairs, order):
    shuffled = [pairs[at] for at in order if at < len(pairs)]
    assert list(Intervals(shuffled)) == list(Intervals(pairs))


@given(intervals, st.integers(0, 60), st.integers(0, 60))
def test_what_is_missing_is_what_was_asked_for_without_what_is_there(pairs, start, end):
    missing = list(Intervals(pairs).missing(start, end))
    assert instants(missing) == instants([(start, end)]) - instants(pairs)
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


def test_devices_and_systems_do_not_count_for_one_another():
    done = Ledger([shard(0, HOUR), evolve(shard(0, HOUR, "W2"), system="another")])
    assert done.missing(shard(0, HOUR, "W2")) == [shard(0, HOUR, "W2")]
    assert done.missing(shard(0, HOUR)) == []


def test_a_shard_that_is_not_settled_is_not_done():
    assert Ledger([shard(0, HOUR, settled=False)]).missing(shard(0, HOUR)) == [shard(0, HOUR)]


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
        plan = Plan(
            "unleash_analytics", ("W1",), NOON + start * minute, NOON + (start + length) * minute, window * minute
        )
        for wanted in plan:
            for part in done.missing(wanted):
                minutes = set(range(part.start, part.end, minute))
                assert not minutes & seen
                seen |= minutes
                done.add(part)
        assert set(range(plan.start, plan.end, minute)) <= seen
