"""Where a tail has come to, as a small JSON value."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping
from typing import Any

from attrs import frozen

from ..windows import When, milliseconds, moment

WIDTH = 8
"""Bytes of what stands for a row: two of a million differ in it, but for a chance of one in 10^13 a row."""


@frozen
class Position:
    """Where a tail has come to.

    Attributes:
        low: rows before this time, in milliseconds, are given or lost: none is asked for any more.
        high: rows up to this time were asked for at some time.
        given: what stands for each row from `low` on that was given already.
    """

    low: int
    high: int
    given: Collection[bytes] = ()

    def wire(self, dataset: str) -> dict[str, Any]:
        """The JSON of it: some 11 bytes for each row of the last minutes, and 100 more.

        Args:
            dataset: whose it is.
        """
        packed = b64encode(b"".join(sorted(self.given))).decode()
        return {"dataset": dataset, "from": self.low, "to": self.high, "given": packed}

    @classmethod
    def read(cls, since: When | Mapping[str, Any] | None, dataset: str, now: int) -> Position:
        """What was given as ``since``.

        Args:
            since: an aware datetime, int milliseconds or a day; the JSON of a position; None for now.
            dataset: whose rows it is to be of.
            now: milliseconds.

        Raises:
            TypeError, ValueError: a time that cannot be meant, or no position of this data set.
        """
        if since is None:
            return cls(now, now)
        if not isinstance(since, Mapping):
            start = milliseconds(moment(since), "since")
            return cls(start, start)
        if since.get("dataset") != dataset:
            raise ValueError(f"this position is of {since.get('dataset')!r}, not of {dataset}")
        try:
            low, high = milliseconds(since["from"], "from"), milliseconds(since["to"], "to")
            packed = b64decode(since["given"], validate=True)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"this is no position of a tail: {error!r}") from None
        if len(packed) % WIDTH or low > high:
            raise ValueError("this is no position of a tail: it was cut")
        return cls(low, high, {packed[at : at + WIDTH] for at in range(0, len(packed), WIDTH)})
