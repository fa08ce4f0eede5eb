"""Which devices saw most of what, and when: counts over a table of analytics rows."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from pyarrow.dataset import Dataset

# Rows of these classes sum up the others of their frame: they would count everything twice.
_SUMS = ("total_count",)


@frozen
class Activity:
    """What one device saw.

    Attributes:
        device: its id.
        classes: class names and how many were counted, the most first.
        periods: how many were counted in each period of the range, in order.
    """

    device: str
    classes: Sequence[tuple[str, int]]
    periods: Sequence[int]

    @property
    def total(self) -> int:
        """How many were counted in all."""
        return sum(self.periods)


def busiest(rows: Dataset, devices: Sequence[str], start: int, end: int, period: int) -> list[Activity]:
    """The activity of some devices, the busiest first; those that counted nothing are left out.

    Args:
        rows: with the columns of an `AnalyticsRow`.
        devices: whose rows count.
        start: the beginning of the range, in milliseconds since the epoch.
        end: its end; rows beyond it do not count.
        period: milliseconds.
    """
    import pyarrow as pa
    from pyarrow.dataset import field

    time = field("timestamp").cast(pa.int64())
    wanted = field("device_id").isin(list(devices)) & (time >= start) & (time < end) & ~field("class_name").isin(_SUMS)
    columns = {each: field(each) for each in ("device_id", "class_name", "count")}
    table = rows.to_table(columns={**columns, "period": (time - start) / period}, filter=wanted)
    by_class, by_period = _sums(table, "class_name"), _sums(table, "period")
    found = [
        Activity(
            device,
            sorted(classes.items(), key=lambda each: (-each[1], each[0])),
            [by_period[device].get(number, 0) for number in range(-(-(end - start) // period))],
        )
        for device, classes in by_class.items()
    ]
    return sorted(found, key=lambda each: (-each.total, each.device))


def _sums(table: pa.Table, column: str) -> dict[str, dict[Any, int]]:
    """The sum of the counts by device and one more column."""
    sums: dict[str, dict[Any, int]] = defaultdict(dict)
    grouped = table.group_by(["device_id", column]).aggregate([("count", "sum")])
    for each in grouped.to_pylist():
        sums[each["device_id"]][each[column]] = each["count_sum"] or 0
    return sums
