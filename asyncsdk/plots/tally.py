"""What is in a picture: counts by class and time, and by device and hour. Pure functions over an Arrow table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from importlib import import_module
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ..columns.arrow import required
from ..times import instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

# Rows of these classes sum up the others of their frame: they would count everything twice.
_SUMS = ("total_count",)
OTHER = "all others"

_HOUR = 3_600_000
_STEPS = [
    timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6), timedelta(days=1),
    timedelta(weeks=1),
]  # fmt: skip
_MOST_STEPS = 60
_BY_THE_CLOCK = 48
COLUMNS = ("timestamp", "device_id", "class_name", "count")


@frozen
class Counts:
    """Counts by class over time.

    Attributes:
        times: the beginnings of the steps, in order and without a gap, in the zone of the picture.
        step: how long each is.
        classes: names and a count for each step, the most counted first; the last may be all others together.
    """

    times: Sequence[datetime]
    step: timedelta
    classes: Sequence[tuple[str, Sequence[int]]]


@frozen
class Heat:
    """Counts by device and hour.

    Attributes:
        devices: ids and a count for each column, the busiest first.
        hours: what the columns are called.
        daily: whether columns are hours of the day, and counts the mean of a day; otherwise they are hours one after the other.
        left_out: how many devices more there are.
        first, last: the range, in the zone of the picture.
    """

    devices: Sequence[tuple[str, Sequence[float]]]
    hours: Sequence[str]
    daily: bool
    left_out: int
    first: datetime
    last: datetime


def table_of(rows: Any) -> pa.Table:
    """The columns that are needed, without rows that sum up others.

    Raises:
        ValueError: a column is missing, or there is no row to draw.
    """
    required()
    import pyarrow as pa

    pc = _compute()

    table = rows if isinstance(rows, pa.Table) else pa.table(rows)
    if missing := [each for each in COLUMNS if each not in table.column_names]:
        raise ValueError(f"rows need the columns {', '.join(COLUMNS)}; there is no {missing[0]}")
    table = table.select(COLUMNS)
    name = pc.cast(table["class_name"], pa.string())
    known = pc.and_(pc.invert(pc.is_in(name, pa.array(_SUMS))), pc.is_valid(table["timestamp"]))
    table = table.filter(pc.fill_null(known, False))
    if not table.num_rows:
        raise ValueError("there are no rows to draw")
    time = pc.cast(pc.cast(table["timestamp"], pa.timestamp("ms", "UTC")), pa.int64())
    return table.set_column(0, "timestamp", time)


def counts(rows: Any, *, every: timedelta | None = None, top: int = 6, zone: tzinfo = UTC) -> Counts:
    """Counts by class over time.

    Args:
        rows: see `asyncsdk.plots`.
        every: the length of a step; by default one that gives no more than 60 of them.
        top: how many classes are told apart.
        zone: what days and hours are those of.

    Raises:
        ValueError: rows that cannot be drawn, or a step that is no length of time.
    """
    table = table_of(rows)
    first, last = _ends(table)
    step = every or next((each for each in _STEPS if (last - first) / _ms(each) < _MOST_STEPS), _STEPS[-1])
    if step <= timedelta(0):
        raise ValueError("a step is a length of time above zero")
    begin = _floor(first, step, zone)
    number = (last - begin) // _ms(step) + 1
    if number > 100_000:
        raise ValueError(f"{number:,} steps are more than any picture shows: give a longer one")
    sums = _sums(table, "class_name", begin, _ms(step))
    ranked = sorted(sums, key=lambda name: (-sum(sums[name].values()), name))
    shown = ranked if len(ranked) <= top else ranked[: top - 1]
    classes = [(name, [sums[name].get(at, 0) for at in range(number)]) for name in shown]
    if rest := ranked[len(shown) :]:
        classes.append((OTHER, [sum(sums[name].get(at, 0) for name in rest) for at in range(number)]))
    return Counts([_local(begin + at * _ms(step), zone) for at in range(number)], step, classes)


def heat(rows: Any, *, top: int = 30, zone: tzinfo = UTC) -> Heat:
    """Counts by device and hour: hours one after the other for two days at most, hours of the day beyond that.

    Args:
        rows: see `asyncsdk.plots`.
        top: how many devices are shown.
        zone: what hours are those of.

    Raises:
        ValueError: rows that cannot be drawn.
    """
    table = table_of(rows)
    first, last = _ends(table)
    begin = _floor(first, timedelta(hours=1), zone)
    number = (last - begin) // _HOUR + 1
    sums = _sums(table, "device_id", begin, _HOUR)
    ranked = sorted(sums, key=lambda name: (-sum(sums[name].values()), name))
    starts = [_local(begin + at * _HOUR, zone) for at in range(number)]
    if number <= _BY_THE_CLOCK:
        shown = [(name, [float(sums[name].get(at, 0)) for at in range(number)]) for name in ranked[:top]]
        hours, daily = [f"{each:%H}" for each in starts], False
    else:
        of_the_day = [[at for at, each in enumerate(starts) if each.hour == hour] for hour in range(24)]
        shown = [
            (name, [sum(sums[name].get(at, 0) for at in places) / max(1, len(places)) for places in of_the_day])
            for name in ranked[:top]
        ]
        hours, daily = [f"{hour:02d}" for hour in range(24)], True
    return Heat(shown, hours, daily, max(0, len(ranked) - top), starts[0], starts[-1])


def _compute() -> Any:
    """Arrow's functions, which are made when they are imported: no type checker sees them."""
    return import_module("pyarrow.compute")


def _ms(length: timedelta) -> int:
    return length // timedelta(milliseconds=1)


def _ends(table: pa.Table) -> tuple[int, int]:
    found = _compute().min_max(table["timestamp"]).as_py()
    return found["min"], found["max"]


def _local(at: int, zone: tzinfo) -> datetime:
    return instant(at).astimezone(zone)


def _floor(at: int, step: timedelta, zone: tzinfo) -> int:
    """The last edge at or before a time: a midnight of the zone for steps of days, else a multiple of the step since one."""
    local = _local(at, zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    since = _ms(local.astimezone(UTC) - midnight.astimezone(UTC))
    return at - (since if step >= timedelta(days=1) else since % _ms(step))


def _sums(table: pa.Table, column: str, begin: int, step: int) -> dict[str, dict[int, int]]:
    """The sum of the counts by one column and step."""
    import pyarrow as pa

    pc = _compute()

    at = pc.divide(pc.subtract(table["timestamp"], pa.scalar(begin, pa.int64())), pa.scalar(step, pa.int64()))
    keyed = pa.table({"key": pc.fill_null(pc.cast(table[column], pa.string()), "?"), "at": at, "count": table["count"]})
    found: dict[str, dict[int, int]] = {}
    for each in keyed.group_by(["key", "at"]).aggregate([("count", "sum")]).to_pylist():
        found.setdefault(each["key"], {})[each["at"]] = each["count_sum"] or 0
    return found
