"""Points in time as whole milliseconds since the epoch, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

DAY = 86_400_000
"""Milliseconds of a day."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def since_epoch(moment: datetime) -> int:
    """An aware datetime of any age as milliseconds since the epoch, cut down."""
    return (moment - EPOCH) // MILLISECOND


def instant(value: int) -> datetime:
    """Milliseconds since the epoch as an aware UTC datetime."""
    return EPOCH + timedelta(milliseconds=value)
