"""What is done and what is still to do: interval arithmetic over shards, without I/O.

What counts is the time that is covered, not how it was cut: a range that was fetched by the hour is done, too, for whoever asks by
the day.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from attrs import evolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .plan import Shard


class Intervals:
    """A set of instants as half-open intervals that neither overlap nor touch; iterates in order."""

    def __init__(self, intervals: Iterable[tuple[int, int]] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in intervals:
            self.add(start, end)

    def add(self, start: int, end: int) -> None:
        """Take ``[start, end)`` in; an empty one adds nothing."""
        if start >= end:
            return
        # All that overlap or touch it become one with it.
        first, last = bisect_left(self._ends, start), bisect_right(self._starts, end)
        if first < last:
            start, end = min(start, self._starts[first]), max(end, self._ends[last - 1])
        self._starts[first:last] = [start]
        self._ends[first:last] = [end]

    def missing(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """What of ``[start, end)`` is not here, in order."""
        at = bisect_right(self._ends, start)
        while start < end:
            if at == len(self._starts) or self._starts[at] >= end:
                yield start, end
                return
            if start < self._starts[at]:
                yield start, self._starts[at]
            start = self._ends[at]
            at += 1

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(zip(self._starts, self._ends, strict=True))


class Ledger:
    """What is done, by system and device. Its size follows the number of gaps, not of shards.

    Args:
        done: finished shards, in any order and cut in any way. Those that are not settled do not count.
    """

    def __init__(self, done: Iterable[Shard] = ()) -> None:
        self._done: dict[tuple[str, str], Intervals] = {}
        for shard in done:
            self.add(shard)

    def add(self, shard: Shard) -> None:
        """Count a shard as done, if it is settled."""
        if shard.settled:
            self._done.setdefault((shard.system, shard.device), Intervals()).add(shard.start, shard.end)

    def missing(self, shard: Shard) -> list[Shard]:
        """What of a shard is still to do, as shards in order of time: itself, parts of it, or nothing."""
        done = self._done.get((shard.system, shard.device))
        if done is None:
            return [shard]
        return [evolve(shard, start=start, end=end) for start, end in done.missing(shard.start, shard.end)]

    def __contains__(self, shard: Shard) -> bool:
        return not self.missing(shard)
