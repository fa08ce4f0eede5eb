"""The unit of work: what is fetched, written and done as a whole."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from ..operation import segment
from ..times import instant


class UnusableKey(str):
    """A key that a service lists, and that cannot stand in a path: its shards fail, and the others go on."""

    __slots__ = ()


def key_text(value: object) -> str:
    """A key as text, such as can stand in a path; a whole number is its digits. What is known to be unusable stays so.

    Raises:
        TypeError: neither a text nor a whole number.
        ValueError: empty, ``.`` or ``..``, or text that is not Unicode.
    """
    if isinstance(value, UnusableKey):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise TypeError(f"a key is a text or a whole number, not {type(value).__name__}")
    segment(value, "a key")
    return value


def listed_key(value: object) -> str:
    """A key as a service lists it: the service's fault is no wrong argument of the caller's."""
    try:
        return key_text(value)
    except TypeError:
        return UnusableKey(f"{value!r:.100} ({type(value).__name__})")
    except ValueError:
        return UnusableKey(value)


@frozen(order=True)
class Shard:
    """The unit of work: the rows of one key and ``[start, end)``.

    Attributes:
        dataset: the id of the data set, e.g. ``"unleash_analytics.rows"``.
        key: whose rows they are; None where the data set has no key.
        start: first millisecond since the epoch, UTC; None where the data set has no time.
        end: the millisecond after the last; likewise.
        settled: False while late rows may still arrive, which keeps it from being marked done. No part of its identity.
        refreshed: True where it was asked for again, and takes the place of what a sink has of it. No part of its identity.
    """

    dataset: str
    key: str | None = None
    start: int | None = None
    end: int | None = None
    settled: bool = field(default=True, eq=False, order=False, hash=False)
    refreshed: bool = field(default=False, eq=False, order=False, hash=False)

    @property
    def date(self) -> str | None:
        """The UTC day it lies in, ``YYYY-MM-DD``: a shard never crosses midnight. None without time."""
        return None if self.start is None else instant(self.start).date().isoformat()

    def holds(self, timestamp: datetime) -> bool:
        """Whether a row of this time belongs here."""
        return self.start is None or self.end is None or instant(self.start) <= timestamp < instant(self.end)

    def __str__(self) -> str:
        said = self.dataset if self.key is None else self.key
        if self.start is None or self.end is None:
            return said
        return f"{said} {instant(self.start):%Y-%m-%dT%H:%M:%S.%f}Z/{(self.end - self.start) / 1000:g}s"
