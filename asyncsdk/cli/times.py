"""Points in time and durations as people type them, and the time zone they are in. Pure functions."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from ..datasets.windows import milliseconds, window_length
from ..times import DAY, instant
from .terminal.problems import usage

_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_PART = re.compile(r"(\d{1,9})(ms|[smhdw])", re.ASCII)
_DURATION = re.compile(r"(?:\d{1,9}(?:ms|[smhdw]))+", re.ASCII)
_ISO = re.compile(r"P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?", re.ASCII)
_RELATIVE = re.compile(r"(now|today|yesterday)?\s*(?:([+-])\s*(\S+))?", re.IGNORECASE)

_WRITE_DURATION = "write it like 30s, 10m, 1h, 1d or 1h30m"
_WRITE_TIME = (
    "write an ISO 8601 time such as 2026-11-01, 2026-11-01T10:00 (UTC) or 2026-11-01T10:00+02:00, milliseconds since the "
    "epoch, or now, today, 30d (ago), -24h, now-2h"
)

ZONE_HELP = (
    "The time zone that dates, times without an offset, `today` and `yesterday` are in, such as `Europe/Berlin`. By "
    "default UTC."
)
ZoneOption = Annotated[str | None, typer.Option("--tz", metavar="NAME", help=ZONE_HELP)]


def duration(text: str) -> timedelta:
    """A duration such as ``30s``, ``10m``, ``1h``, ``1d``, ``1h30m``, or in ISO 8601 (``PT1H``); ``0`` is none at all.

    Raises:
        ValueError: anything else, with what to write.
    """
    typed = text.strip()
    if typed == "0":
        return timedelta(0)
    try:
        if _DURATION.fullmatch(typed.lower()):
            return sum((int(number) * _UNITS[unit] for number, unit in _PART.findall(typed.lower())), timedelta(0))
        if (iso := _ISO.fullmatch(typed.upper())) and any(iso.groups()):
            weeks, days, hours, minutes, seconds = (int(number or 0) for number in iso.groups())
            return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        raise ValueError(f"{text!r} is longer than any calendar") from None
    if re.fullmatch(r"\d+", typed):
        raise ValueError(f"{text!r} has no unit: {_WRITE_DURATION}")
    raise ValueError(f"{text!r} is no duration: {_WRITE_DURATION}")


def is_relative(text: str) -> bool:
    """Whether a time depends on when it is read: ``now``, ``today``, ``-24h``."""
    typed = text.strip()
    return bool(typed) and (_RELATIVE.fullmatch(typed) or _DURATION.fullmatch(typed.lower())) is not None


def chosen_zone(name: str | None) -> tzinfo:
    """The time zone of this name; UTC without one.

    Raises:
        UsageError: there is none.
    """
    if name is None or name.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # also ZoneInfoNotFoundError, and a name that is no path or a folder's
        raise usage("--tz", f"there is no time zone {name!r} here: write one such as Europe/Berlin") from None


def moment(text: str, now: datetime, zone: tzinfo = UTC) -> datetime:
    """A point in time: ISO 8601 (in the zone unless it says otherwise), milliseconds since the epoch, or relative to now.

    Args:
        text: what was typed, e.g. ``2026-11-01T10:00Z``, ``1793527200000``, ``now``, ``yesterday``, ``-24h``, ``30d`` (which is
            ``-30d``), ``now-2h``.
        now: the current time, aware.
        zone: what dates, times without an offset, ``today`` and ``yesterday`` are in.

    Returns:
        An aware UTC datetime.

    Raises:
        ValueError: no such time, with what to write.
    """
    typed = text.strip()
    try:
        if re.fullmatch(r"[+-]?\d+", typed, re.ASCII):
            return instant(milliseconds(int(typed)))
        read = _relative(typed, now, zone) if is_relative(typed) else _absolute(typed, zone)
    except OverflowError:
        raise ValueError(f"{text!r} is beyond any calendar") from None
    if read is None:
        raise ValueError(f"{text!r} is no time: {_WRITE_TIME}")
    return instant(milliseconds(read))


def _absolute(typed: str, zone: tzinfo) -> datetime | None:
    try:
        read = datetime.fromisoformat(typed.upper())
    except ValueError:
        return None
    return (read.replace(tzinfo=zone) if read.tzinfo is None else read).astimezone(UTC)


def _relative(typed: str, now: datetime, zone: tzinfo) -> datetime:
    found = _RELATIVE.fullmatch(typed)
    anchor, sign, distance = found.groups() if found else (None, "-", typed)
    if anchor and anchor.lower() != "now":
        midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        midnight -= timedelta(days=anchor.lower() == "yesterday")
    else:
        midnight = None
    if distance is None:
        return (midnight or now).astimezone(UTC)
    length = duration(distance)
    length = -length if sign == "-" else length
    if midnight is not None and not length % timedelta(days=1):
        return (midnight + length).astimezone(UTC)  # by the calendar: some days have 23 hours
    return (midnight or now).astimezone(UTC) + length


def edge_before(time: datetime, window: timedelta) -> datetime:
    """The last edge between two windows at or before a time: a multiple of the width since the epoch, or a UTC midnight."""
    at = milliseconds(time)
    return instant(max(at - at % window_length(window), at - at % DAY))


def edge_after(time: datetime, window: timedelta) -> datetime:
    """The first edge between two windows at or after a time."""
    at, length = milliseconds(time), window_length(window)
    return instant(min(at + -at % length, at + -at % DAY))
