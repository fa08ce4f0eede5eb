"""Times as the services write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def instant(text: str) -> datetime:
    """An ISO 8601 text as an aware UTC datetime; a text without a zone is taken as UTC.

    Raises:
        ValueError, OverflowError: not such a text.
    """
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def timestamp(moment: datetime) -> str:
    """An aware datetime as ``YYYY-MM-DDTHH:MM:SS.mmmZ``; microseconds only where there are some.

    Raises:
        ValueError: a naive datetime, of which nobody knows when it is.
    """
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} is a naive datetime: give it a time zone, e.g. tzinfo=datetime.UTC")
    moment = moment.astimezone(UTC)
    spec = "milliseconds" if moment.microsecond % 1000 == 0 else "microseconds"
    return moment.replace(tzinfo=None).isoformat(timespec=spec) + "Z"


def read_time(value: Any, _: Any) -> Any:
    """A structure hook: a text that is a time as a datetime, anything else as it came."""
    if isinstance(value, str):
        try:
            return instant(value)
        except (ValueError, OverflowError):
            return value
    return value
