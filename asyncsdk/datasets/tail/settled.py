"""Windows of an endless list, committed to a sink as they settle."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import NoReturn

from ...errors import SDKError
from ...http.clock import Clock
from ...times import DAY, MILLISECOND
from ..report import Report
from ..windows import When, milliseconds, moment, window_length
from .patience import after_error, passing

# Seconds from one try to the next where the service is down; at most eight times as long.
_AGAIN = 15.0


def settled_until(now: int, window: int, lateness: int) -> int:
    """The end of the last window of which no row can come any more.

    Args:
        now: milliseconds since the epoch.
        window: the width of a window in milliseconds.
        lateness: milliseconds after its time that a row may still arrive.
    """
    at = max(0, now - lateness)
    return max(at - at % window, at - at % DAY)


def next_end(start: int, window: int) -> int:
    """The end of the window that begins here, or holds this moment."""
    return min(start - start % window + window, start - start % DAY + DAY)


async def follow(
    backfill: Callable[[int, int], Awaitable[Report]],
    clock: Clock,
    *,
    since: When | None,
    window: timedelta,
    lateness: timedelta,
    on_report: Callable[[Report], object] | None,
    on_error: Callable[[SDKError], object] | None,
) -> NoReturn:
    """See `Pull.follow`.

    Args:
        backfill: does a range, in milliseconds, and makes nothing of what is done.
        clock: whose time it is.
        since: as there.
        window: as there.
        lateness: as there.
        on_report: as there.
        on_error: as there.
    """
    if lateness < timedelta(0):
        raise ValueError(f"lateness must not be negative, not {lateness!r}")
    length, late = window_length(window), lateness // MILLISECOND
    now = int(clock.time() * 1000)
    start = milliseconds(moment(now if since is None else since), "since")
    start = settled_until(start, length, 0)  # so that windows are whole ones, whenever it was begun
    in_vain = 0
    while True:
        now = int(clock.time() * 1000)
        end = settled_until(now, length, late)
        if end <= start:
            await clock.sleep((next_end(start, length) + late - now) / 1000)
            continue
        try:
            report = await backfill(start, end)
        except SDKError as error:
            if not passing(error):
                raise
            if on_error is not None:
                on_error(error)
            await clock.sleep(after_error(error, _AGAIN, in_vain))
            in_vain += 1
            continue
        start, in_vain = end, 0
        if on_report is not None:
            on_report(report)
