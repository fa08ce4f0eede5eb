"""Points in time and ranges of time, in whole milliseconds since the epoch, UTC. Pure arithmetic."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from math import lcm
from typing import TYPE_CHECKING

from ..times import DAY, EPOCH, MILLISECOND, instant, since_epoch

if TYPE_CHECKING:
    from collections.abc import Iterator

Instant = datetime | int
"""An aware datetime, or whole milliseconds since the epoch."""

When = Instant | date
"""The same, or a day in UTC."""


# Milliseconds lie between 1973 and 5138 here. Seconds of today (1.6e9) fall below, micro- and nanoseconds above.
_LEAST, _MOST = 10**11, 10**14


def milliseconds(value: Instant, name: str = "time", *, up: bool = False) -> int:
    """A point in time as milliseconds since the epoch.

    A value that looks like another unit is refused rather than guessed at: the document of the Analytics API says
    "nanoseconds" where its example and the service mean milliseconds (docs/services/unleash-analytics.md).

    Args:
        value: an aware datetime or int milliseconds.
        name: what the message calls it.
        up: whether a datetime finer than a millisecond is rounded up, as the end of a range must be; else it is cut down.

    Raises:
        TypeError: neither a datetime nor an int.
        ValueError: a naive datetime, an int that looks like seconds, microseconds or nanoseconds, a time before 1970 or
            after 5138.
    """
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise ValueError(
                f"{name} is a naive datetime ({value.isoformat()}): give it a time zone, e.g. "
                f"{name}.replace(tzinfo=datetime.UTC)"
            )
        found = -((EPOCH - value) // MILLISECOND) if up else since_epoch(value)
        if not 0 <= found <= _MOST:
            raise ValueError(f"{name} ({value.isoformat()}) is {'before 1970' if found < 0 else 'after 5138'}")
        return found
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an aware datetime or int milliseconds, not {type(value).__name__}")
    if _LEAST <= value <= _MOST:
        return value
    if value < 0:
        raise ValueError(f"{name}={value} is before 1970: give milliseconds since the epoch")
    if value < _LEAST:
        unit, mend = "seconds", "multiply by 1000"
    elif value <= _MOST * 1000:
        unit, mend = "microseconds", "divide by 1000"
    else:
        unit, mend = "nanoseconds", "divide by 1000000"
    raise ValueError(f"{name}={value} looks like {unit}; the service takes milliseconds since the epoch: {mend}")


def moment(value: When, *, up: bool = False) -> Instant:
    """A day as a point in time: its beginning, or, as the end of a range, the next day's, so that it belongs to it as a whole.

    Args:
        value: a day, or what is a point in time already, as it is.
        up: whether it is the end of a range.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value + timedelta(days=up), time(), UTC)
    return value


def span(start: Instant, end: Instant) -> tuple[int, int]:
    """Both ends of a range in milliseconds, no narrower than what was asked for.

    Raises:
        TypeError, ValueError: as `milliseconds`, and where the start is after the end.
    """
    first, last = milliseconds(start, "start"), milliseconds(end, "end", up=True)
    if first > last or (isinstance(start, datetime) and isinstance(end, datetime) and _after(start, end)):
        raise ValueError(f"start ({_shown(start)}) is after end ({_shown(end)})")
    return first, last


def _after(start: datetime, end: datetime) -> bool:
    """As points in time: Python compares two of one zone by their clocks, which show an hour twice when summer time ends."""
    return start.astimezone(UTC) > end.astimezone(UTC)


def _shown(value: Instant) -> str:
    return (value if isinstance(value, datetime) else instant(value)).isoformat()


def window_length(window: timedelta) -> int:
    """The length of a window in milliseconds.

    Raises:
        TypeError: not a timedelta.
        ValueError: zero, negative, or not a whole number of milliseconds.
    """
    if not isinstance(window, timedelta):
        raise TypeError(f"window must be a timedelta, not {type(window).__name__}")
    length, rest = divmod(window, MILLISECOND)
    if window <= timedelta(0) or rest:
        raise ValueError(f"window must be a whole number of milliseconds above zero, not {window!r}")
    return length


def split(start: int, end: int, length: int) -> Iterator[tuple[int, int]]:
    """The windows of ``[start, end)``, lazily and in order.

    Edges lie on the multiples of `length` since the epoch and on every UTC midnight, so the same instant falls into the
    same window whatever range is asked for; only the outermost two are clipped to the range.
    """
    while start < end:
        stop = min(start - start % length + length, start - start % DAY + DAY, end)
        yield start, stop
        start = stop


def count(start: int, end: int, length: int) -> int:
    """How many windows `split` gives, without walking them."""
    if start >= end:
        return 0

    def edges_before(at: int) -> int:
        """Edges in ``[0, at)``: multiples of the length and midnights, those that are both counted once."""
        return -(-at // length) + -(-at // DAY) - -(-at // lcm(length, DAY))

    return edges_before(end) - edges_before(start + 1) + 1
