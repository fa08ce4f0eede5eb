from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from asyncsdk.plots.tally import OTHER, counts, heat

DAY = datetime(2026, 11, 1, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def rows(*given):
    """(hours after `DAY`, device, class, count)"""
    return pa.table(
        {
            "timestamp": pa.array([DAY + timedelta(hours=each[0]) for each in given], pa.timestamp("ms", "UTC")),
            "device_id": [each[1] for each in given],
            "class_name": [each[2] for each in given],
            "count": [each[3] for each in given],
        }
    )


def test_counts_are_summed_by_class_and_step_without_a_gap():
    found = counts(rows((0, "a", "car", 1), (0.5, "b", "car", 2), (3, "a", "bus", 5)), every=timedelta(hours=1))
    assert [each.hour for each in found.times] == [0, 1, 2, 3]
    assert found.classes == [("bus", [0, 0, 0, 5]), ("car", [3, 0, 0, 0])]


def test_rows_that_sum_up_others_do_not_count_twice():
    assert counts(rows((0, "a", "car", 1), (0, "a", "total_count", 1))).classes == [("car", [1])]


def test_the_rarest_classes_are_one():
    given = [(0, "a", name, count) for count, name in enumerate("abcdefgh", start=1)]
    found = counts(rows(*given), top=3)
    assert found.classes == [("h", [8]), ("g", [7]), (OTHER, [21])]
    assert sum(sum(each) for _, each in found.classes) == 36


@pytest.mark.parametrize(
    ("hours", "step"),
    [(0.5, timedelta(minutes=1)), (24, timedelta(hours=1)), (24 * 7, timedelta(hours=6)), (24 * 50, timedelta(days=1))],
)
def test_a_step_is_as_long_as_a_picture_needs(hours, step):
    found = counts(rows((0, "a", "car", 1), (hours - 0.01, "a", "car", 1)))
    assert found.step == step
    assert len(found.times) <= 60


def test_days_begin_at_the_midnight_of_the_zone():
    found = counts(rows((-1.5, "a", "car", 1), (30, "a", "car", 2)), every=timedelta(days=1), zone=BERLIN)
    assert [f"{each:%d %H:%M}" for each in found.times] == ["31 00:00", "01 00:00", "02 00:00"]


def test_two_days_are_hours_one_after_the_other():
    found = heat(rows((0, "a", "car", 1), (1, "b", "car", 5), (3, "a", "car", 1)))
    assert found.devices == [("b", [0, 5, 0, 0]), ("a", [1, 0, 0, 1])]
    assert (found.hours, found.daily) == (["00", "01", "02", "03"], False)


def test_longer_ranges_are_hours_of_the_day_and_means():
    found = heat(rows(*((24 * day + 6, "a", "car", 10) for day in range(4))))
    assert found.daily
    assert len(found.hours) == 24
    assert found.devices[0][1][6] == 10


def test_devices_that_are_left_out_are_counted():
    assert heat(rows(*((0, str(n), "car", n) for n in range(9))), top=5).left_out == 4


@pytest.mark.parametrize(
    ("given", "said"),
    [(pa.table({"count": [1]}), "there is no timestamp"), (rows((0, "a", "car", 1)).slice(1), "no rows to draw")],
)
def test_what_cannot_be_drawn_says_why(given, said):
    with pytest.raises(ValueError, match=said):
        counts(given)


def test_whatever_speaks_arrow_can_be_drawn():
    given = rows((0, "a", "car", 1))
    assert counts(given.to_reader()).classes == [("car", [1])]


def test_a_null_is_no_count_and_names_may_be_coded():
    given = rows((0, "a", "car", None), (0, "a", "car", 2))
    coded = given.set_column(2, "class_name", given["class_name"].dictionary_encode())
    assert counts(coded).classes == [("car", [2])]
