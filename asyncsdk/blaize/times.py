"""The service's three ways to write a point in time, read by one function."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from ..codec import instant

# e.g. "2018-11-15 14:29 PM UTC": a 24-hour clock that says AM or PM beside it (docs/services/blaize.md)
_ODD = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d?):(\d\d)(?::(\d\d))? ([AP]M)(?: (?:UTC|GMT|Z))?", re.ASCII)


def moment(text: str) -> datetime:
    """A point in time as an aware UTC datetime; a text without a zone is taken as UTC.

    Three spellings are met: ISO 8601 (``2018-04-27T09:15:28Z``, ``2011-11-11T11:11:11.000``), ``YYYY-MM-DD HH:MM:SS`` in
    grants, and ``2018-11-15 14:29 PM UTC`` in sessions. That last one counts 24 hours and names the half of the day beside
    them; where the hour is one that only a 12-hour clock can mean (``02:29 PM``, ``12:05 AM``), it is read as such.

    Args:
        text: as the service wrote it.

    Raises:
        ValueError: no such text, or one that contradicts itself (``14:29 AM``).
    """
    odd = _ODD.fullmatch(text)
    if odd is None:
        return instant(text)
    day, hours, minutes, seconds, half = odd.groups()
    hour = int(hours)
    if half == "AM" and hour > 12:
        raise ValueError(f"{hour} o'clock is no time before noon")
    if half == "AM" and hour == 12:
        hour = 0
    if half == "PM" and hour < 12:
        hour += 12
    return datetime.fromisoformat(day).replace(hour=hour, minute=int(minutes), second=int(seconds or 0), tzinfo=UTC)


def moment_or_none(text: object) -> datetime | None:
    """What `moment` reads, or None for anything that is no such text: what the properties of the models give."""
    if not isinstance(text, str):
        return None
    try:
        return moment(text)
    except (ValueError, OverflowError):
        return None


def from_milliseconds(count: object) -> datetime | None:
    """Milliseconds since the epoch as an aware UTC datetime; None for anything else."""
    if not isinstance(count, int | float) or isinstance(count, bool):
        return None
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=count)
    except (ValueError, OverflowError):
        return None
