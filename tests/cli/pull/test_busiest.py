from __future__ import annotations

import pytest

from asyncsdk import AnalyticsRow
from asyncsdk.cli.pull.busiest import Activity, busiest

pytest.importorskip("pyarrow")
from asyncsdk.columns import to_batch

HOUR = 3_600_000
DEVICES = ["Wa", "Wb"]
DAY = 1_597_622_400_000


def table(*rows):
    import pyarrow as pa
    from pyarrow import dataset

    names = ("device_id", "class_name", "count", "timestamp")
    return dataset.dataset(
        pa.Table.from_batches([to_batch(AnalyticsRow, [dict(zip(names, row, strict=True)) for row in rows])])
    )


def test_devices_are_ranked_by_what_they_counted():
    rows = table(
        ("Wa", "car", 2, "2020-08-17T00:10:00.000Z"),
        ("Wa", "person", 3, "2020-08-17T02:59:59.999Z"),
        ("Wb", "car", 4, "2020-08-17T01:00:00.000Z"),
        ("Wb", "car", 5, "2020-08-17T01:30:00.000Z"),
    )
    assert busiest(rows, DEVICES, DAY, DAY + 3 * HOUR, HOUR) == [
        Activity("Wb", [("car", 9)], [0, 9, 0]),
        Activity("Wa", [("person", 3), ("car", 2)], [2, 0, 3]),
    ]


def test_sums_other_devices_and_rows_beyond_the_range_do_not_count():
    rows = table(
        ("Wa", "total_count", 100, "2020-08-17T00:10:00.000Z"),
        ("Wa", "car", 100, "2020-08-16T23:59:59.999Z"),
        ("Wa", "car", 100, "2020-08-17T02:00:00.000Z"),
        ("Wc", "car", 100, "2020-08-17T00:00:00.000Z"),
        ("Wa", "car", 1, "2020-08-17T00:00:00.000Z"),
    )
    (found,) = busiest(rows, DEVICES, DAY, DAY + 2 * HOUR, HOUR)
    assert found == Activity("Wa", [("car", 1)], [1, 0])
    assert found.total == 1


def test_a_range_is_cut_into_as_many_periods_as_it_needs():
    rows = table(("Wa", "car", 1, "2020-08-17T04:30:00.000Z"))
    assert busiest(rows, DEVICES, DAY, DAY + 5 * HOUR, 2 * HOUR)[0].periods == [0, 0, 1]


def test_counts_that_are_missing_are_nothing():
    rows = table(("Wa", "car", None, "2020-08-17T00:30:00.000Z"), ("Wa", "car", 1, None))
    assert busiest(rows, DEVICES, DAY, DAY + HOUR, HOUR) == [Activity("Wa", [("car", 0)], [0])]
