"""Shares of a total, and what conditions leave of a plan: arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from asyncsdk import Plan
from asyncsdk.distributed.narrow import Narrow, time_column
from asyncsdk.distributed.pieces import Share, cut
from asyncsdk.times import instant, since_epoch

START = datetime(2020, 8, 17, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
counts = st.integers(1, 300)


def planned(keys=("a", "b", "c"), hours=5):
    return Plan.make("unleash_analytics.rows", keys, START, START + hours * HOUR, HOUR)


@given(counts, counts, st.none() | counts)
def test_all_workers_together_ask_for_no_more_than_the_total_and_for_most_of_it(total, slots, pieces):
    share = Share.of(total, slots, pieces)
    running = min(slots, share.pieces)
    assert running <= share.at_once
    assert share.at_once * share.concurrency <= total
    assert share.at_once * (share.concurrency + 1) > total
    assert share.pieces == pieces or pieces is None or slots > total


@pytest.mark.parametrize("wrong", [(0, 1, None), (1, 0, None), (1, 1, -1)])
def test_less_than_one_is_none(wrong):
    with pytest.raises(ValueError, match="at least 1"):
        Share.of(*wrong)


@given(counts)
def test_the_pieces_are_the_plan_and_none_is_empty(pieces):
    plan = planned()
    found = cut(plan, Share.of(16, 4, pieces))
    assert [shard for piece in found for shard in piece] == list(plan)
    assert all(map(len, found))


def test_a_plan_of_nothing_is_one_piece():
    assert [len(piece) for piece in cut(planned(keys=()), Share.of(16, 4))] == [0]


moments = st.integers(-3_600_000, 6 * 3_600_000).map(lambda ms: START + timedelta(milliseconds=ms)) | st.datetimes(
    START.replace(tzinfo=None), (START + 6 * HOUR).replace(tzinfo=None), timezones=st.just(UTC)
)
HOLDS = {
    "<": lambda row, value: row < value,
    "<=": lambda row, value: row <= value,
    "=": lambda row, value: row == value,
    ">=": lambda row, value: row >= value,
    ">": lambda row, value: row > value,
}


def has(plan, key, moment):
    return any(shard.key == key and shard.holds(moment) for shard in plan)


@given(
    st.lists(st.tuples(st.sampled_from(sorted(HOLDS)), moments), max_size=3),
    st.none() | st.frozensets(st.sampled_from("abcd")),
    st.sampled_from("abc"),
    moments,
    st.booleans(),
    st.data(),
)
def test_what_is_left_holds_every_row_that_the_conditions_allow(conditions, keys, key, row, of_shards, data):
    row = data.draw(st.sampled_from([row, *(value for _, value in conditions)]))
    plan = Plan.of(planned()) if of_shards else planned()
    left = Narrow.every([Narrow(keys), *(Narrow.compared(*each) for each in conditions)]).of(plan)
    allowed = (keys is None or key in keys) and all(HOLDS[name](row, value) for name, value in conditions)
    if allowed and has(plan, key, row):
        assert has(left, key, row)
    if not of_shards:  # those are left whole
        assert all(plan.start <= shard.start < shard.end <= plan.end for shard in left)


@given(st.sampled_from(sorted(HOLDS)), moments)
def test_the_edge_is_the_next_millisecond(name, value):
    left = Narrow.compared(name, value)
    for edge, before in ((left.start, False), (left.end, True)):
        if edge is not None:
            far = instant(edge - 1) if before else instant(edge) + timedelta(microseconds=999)
            assert abs(since_epoch(far) - since_epoch(value)) <= 1


@pytest.mark.parametrize("value", [datetime(2020, 8, 17), "2020", None, 7])  # noqa: DTZ001  # a naive one is the point
def test_what_is_no_point_in_time_leaves_all(value):
    assert Narrow.compared("<", value) == Narrow()


def test_what_is_no_key_leaves_all():
    assert Narrow.among(["a", None]) == Narrow()
    assert Narrow.among(["a", 7]) == Narrow(frozenset({"a", "7"}))


def test_a_piece_that_is_cut_within_a_key_stays_as_it_is():
    days = Plan.make("unleash_analytics.rows", ["a", "b"], START, START + timedelta(days=9), HOUR)
    piece = days.split(3)[1]
    assert piece.first_start is not None
    assert Narrow(frozenset("a")).of(piece) is piece


def test_the_time_s_column_has_its_name_on_the_wire():
    assert time_column("unleash_analytics.rows") == "timestamp"
    assert time_column("blaize.grants") is None
    assert time_column("livepeer.usage") == "fromTime"
