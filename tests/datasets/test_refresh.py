"""What is fetched again: never a part of what stands there."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from asyncsdk import Plan, Shard
from asyncsdk.datasets.ledger import Refresh
from asyncsdk.datasets.windows import split
from asyncsdk.times import DAY

ROWS = "unleash_analytics.rows"
NOON = 18_491 * DAY + DAY // 2
MINUTE = 60_000


def shard(start, end, key="W1"):
    return Shard(ROWS, key, NOON + start * MINUTE, NOON + end * MINUTE)


def again(done, wanted):
    refresh = Refresh(done)
    return [part for each in wanted for part in refresh.missing(each)]


def test_what_is_not_there_is_fetched_as_it_was_asked_for():
    wanted = [shard(0, 60), shard(60, 120)]
    assert again([], wanted) == wanted
    assert again([shard(0, 60, "W2")], wanted) == wanted


def test_what_is_there_is_fetched_too():
    assert again([shard(0, 60)], [shard(0, 60), shard(60, 120)]) == [shard(0, 60), shard(60, 120)]


def test_narrower_pieces_are_replaced_by_a_wider_one():
    assert again([shard(0, 15), shard(30, 60)], [shard(0, 60)]) == [shard(0, 60)]


def test_a_wider_piece_keeps_its_edges_and_is_fetched_once():
    assert again([shard(0, 120)], [shard(0, 60), shard(60, 120), shard(120, 180)]) == [shard(0, 120), shard(120, 180)]


def test_a_piece_that_reaches_beyond_the_range_is_fetched_whole():
    assert again([shard(-30, 10)], [shard(0, 60)]) == [shard(-30, 10), shard(10, 60)]


@pytest.mark.parametrize("key", ["a", None])
def test_a_snapshot_is_fetched_again_as_it_is(key):
    wanted = Shard("blaize.grants", key)
    assert again([wanted], [wanted]) == [wanted]


def cut(edges):
    return [shard(start, end) for start, end in pairwise(sorted(edges))]


@given(
    st.sets(st.integers(0, 200), max_size=12),
    st.integers(0, 150),
    st.integers(1, 100),
    st.integers(1, 70),
    st.randoms(use_true_random=False),
)
def test_the_plan_is_fetched_whole_each_instant_once_and_no_piece_is_replaced_in_part(
    edges, start, length, window, dice
):
    standing = [each for each in cut(edges) if dice.random() < 0.7]
    wanted = [
        Shard(ROWS, "W1", first, last)
        for first, last in split(NOON + start * MINUTE, NOON + (start + length) * MINUTE, window * MINUTE)
    ]
    dice.shuffle(standing)
    parts = again(standing, wanted)
    assert all(one.end <= other.start for one, other in pairwise(parts))

    def minutes(shards):
        return {at for each in shards for at in range(each.start, each.end, MINUTE)}

    assert minutes(wanted) <= minutes(parts)
    touched = [each for each in standing if minutes([each]) & minutes(parts)]
    assert minutes(parts) == minutes(wanted) | minutes(touched)
    for each in touched:
        assert any(part.start <= each.start and each.end <= part.end for part in parts)


def test_a_plan_of_failures_need_not_be_in_order_of_its_keys():
    plan = Plan.of([shard(0, 60, "b"), shard(0, 60, "a"), shard(60, 120, "b")])
    assert again([shard(0, 120, "b")], plan) == [shard(0, 120, "b"), shard(0, 60, "a")]
