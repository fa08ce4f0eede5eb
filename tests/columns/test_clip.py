from __future__ import annotations

from datetime import datetime  # attrs reads the annotations

import pyarrow as pa
from attrs import frozen
from hypothesis import given, strategies as st

from asyncsdk import AnalyticsRow
from asyncsdk.codec import Model
from asyncsdk.columns import clip, to_batch


@frozen
class Timed(Model):
    at: datetime | None = None


NOON = 1_597_665_600_000  # 2020-08-17T12:00:00Z


def stamped(*times):
    return to_batch(
        AnalyticsRow, [{} if at is None else {"timestamp": f"2020-08-17T12:00:00.{at:03}Z"} for at in times]
    )


def test_rows_beyond_the_range_are_left_out_and_counted():
    kept, dropped = clip(stamped(0, 1, 2, 3, 4), "timestamp", NOON + 1, NOON + 4)
    assert kept.column("timestamp").cast(pa.int64()).to_pylist() == [NOON + 1, NOON + 2, NOON + 3]
    assert dropped == 2


def test_a_batch_that_lies_in_the_range_is_left_as_it_is():
    batch = stamped(1, 3)
    kept, dropped = clip(batch, "timestamp", NOON + 1, NOON + 4)
    assert kept is batch
    assert dropped == 0


def test_a_row_without_a_time_stays_with_the_range_it_was_given_for():
    kept, dropped = clip(stamped(None, 0, 7), "timestamp", NOON, NOON + 1)
    assert kept.column("timestamp").null_count == 1
    assert (kept.num_rows, dropped) == (2, 1)
    assert clip(stamped(None), "timestamp", NOON, NOON + 1)[1] == 0


def test_an_empty_batch_is_clipped_to_an_empty_one():
    kept, dropped = clip(to_batch(AnalyticsRow, []), "timestamp", NOON, NOON + 1)
    assert (kept.num_rows, dropped) == (0, 0)


@given(st.lists(st.integers(0, 20)), st.integers(0, 20), st.integers(0, 20))
def test_what_is_kept_and_what_is_dropped_are_all_rows(times, start, end):
    kept, dropped = clip(stamped(*times), "timestamp", NOON + start, NOON + end)
    assert kept.num_rows == sum(start <= at < end for at in times)
    assert kept.num_rows + dropped == len(times)


def test_a_column_of_microseconds_is_cut_at_the_same_instants():
    texts = [f"2020-08-17T12:00:00.{at:06}Z" for at in (999, 1000, 1001, 2999, 3000)]
    kept, dropped = clip(to_batch(Timed, [{"at": text} for text in texts]), "at", NOON + 1, NOON + 3)
    assert [at.microsecond for at in kept.column("at").to_pylist()] == [1000, 1001, 2999]
    assert dropped == 2
