"""What is done and what is still to do: interval arithmetic over shards, without I/O.

What counts is the time that is covered, not how it was cut: a range that was fetched by the hour is done, too, for whoever asks by
the day. The edges of intervals stand in one array: start, end, start, end. A shard without time is the interval ``[0, 1)``.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from operator import le
from typing import TYPE_CHECKING

from attrs import evolve

from .shard import Shard

if TYPE_CHECKING:
    Edges = array[int]
    Key = str | None

_TIMELESS = (0, 1)
_BITS = 48  # of milliseconds, until the year 10889


def edges_of(shard: Shard) -> tuple[int, int]:
    """A shard as an interval."""
    return _TIMELESS if shard.start is None or shard.end is None else (shard.start, shard.end)


class Finished(Collection[Shard]):
    """Shards of one data set that are done, by key; a million of them take 16 MB.

    Args:
        dataset: its id.
        timed: whether it has a time.
    """

    def __init__(self, dataset: str, *, timed: bool) -> None:
        self.dataset = dataset
        self.timed = timed
        self.edges: dict[Key, Edges] = {}

    def add(self, key: Key, edges: Edges) -> None:
        """Take in more of one key."""
        if key in self.edges:
            self.edges[key] += edges
        else:
            self.edges[key] = edges

    def __iter__(self) -> Iterator[Shard]:
        for key, edges in self.edges.items():
            for start, end in pairs(edges):
                yield Shard(self.dataset, key, start, end) if self.timed else Shard(self.dataset, key)

    def __len__(self) -> int:
        return sum(map(len, self.edges.values())) // 2

    def __contains__(self, shard: object) -> bool:
        if not isinstance(shard, Shard) or shard.dataset != self.dataset:
            return False
        return edges_of(shard) in pairs(self.edges.get(shard.key, array("q")))


class Ledger:
    """What is done, by data set and key. Its size follows the number of gaps, not of shards.

    Args:
        done: finished shards, in any order and cut in any way. Those that are not settled do not count.
    """

    def __init__(self, done: Iterable[Shard] = ()) -> None:
        self._done = {
            dataset: {key: merged(edges) for key, edges in keys.items()} for dataset, keys in by_key(done).items()
        }
        self._new: dict[tuple[str, Key], Edges] = {}

    def add(self, shard: Shard) -> None:
        """Count a shard as done, if it is settled."""
        if shard.settled:
            # Put in its place when somebody asks: one by one, in any order, each would move all that come after it.
            self._new.setdefault((shard.dataset, shard.key), array("q")).extend(edges_of(shard))

    def missing(self, shard: Shard) -> list[Shard]:
        """What of a shard is still to do, as shards in order of time: itself, parts of it, or nothing."""
        done = self._done.setdefault(shard.dataset, {})
        if new := self._new.pop((shard.dataset, shard.key), None):
            done[shard.key] = merged(done.get(shard.key, array("q")) + new)
        edges = done.get(shard.key)
        if edges is None:
            return [shard]
        start, end = edges_of(shard)
        found = list(gaps(edges, start, end))
        if found == [(start, end)]:
            return [shard]
        return [evolve(shard, start=start, end=end) for start, end in found]

    def __contains__(self, shard: Shard) -> bool:
        return not self.missing(shard)


class Refresh:
    """The shards of a plan, cut so that none of them takes a part of what is done.

    A piece that is done within one shard is replaced by it, with others if there are; one that reaches beyond a shard is fetched
    with the edges that it has.

    Args:
        done: finished shards, in any order.
    """

    def __init__(self, done: Iterable[Shard]) -> None:
        self._done = {
            dataset: {key: in_order(edges) for key, edges in keys.items()} for dataset, keys in by_key(done).items()
        }
        self._reached: dict[tuple[str, Key], int] = {}

    def missing(self, shard: Shard) -> list[Shard]:
        """What to fetch for a shard, in order of time. Shards of one key are asked for in order."""
        where = (shard.dataset, shard.key)
        edges = self._done.get(shard.dataset, {}).get(shard.key)
        if edges is None:
            return [shard]
        first, end = edges_of(shard)
        start = max(first, self._reached.get(where, first))
        found = []
        for begin, finish in _touched(edges, start, end):
            if first <= begin and finish <= end:
                continue
            if start < begin:
                found.append((start, begin))
            found.append((begin, finish))
            start = self._reached[where] = finish
        if start < end:
            found.append((start, end))
        if found == [(first, end)]:
            return [shard]
        return [evolve(shard, start=begin, end=finish) for begin, finish in found]


def by_key(done: Iterable[Shard]) -> dict[str, dict[Key, Edges]]:
    """The edges of finished shards, as they were cut, by data set and key."""
    if isinstance(done, Finished):
        return {done.dataset: done.edges}
    found: dict[str, dict[Key, Edges]] = {}
    for shard in done:
        if shard.settled:
            found.setdefault(shard.dataset, {}).setdefault(shard.key, array("q")).extend(edges_of(shard))
    return found


def pairs(edges: Edges) -> Iterator[tuple[int, int]]:
    """Each interval."""
    return zip(edges[::2], edges[1::2], strict=True)


def in_order(edges: Edges) -> Edges:
    """The same intervals, by their starts."""
    starts = edges[::2]
    if all(map(le, starts, starts[1:])):  # as files are listed
        return edges
    # One number each: a million pairs would take three times the memory.
    packed = sorted(start << _BITS | end for start, end in pairs(edges))
    return array("q", (edge for each in packed for edge in (each >> _BITS, each & (1 << _BITS) - 1)))


def merged(edges: Edges) -> Edges:
    """The same instants as intervals that neither overlap nor touch, in order."""
    if len(edges) == len(_TIMELESS) and edges[0] < edges[1]:
        return edges
    made = array("q")
    reached = -1
    for start, end in pairs(in_order(edges)):
        if start > reached:
            if start < end:
                made.append(start)
                made.append(end)
                reached = end
        elif end > reached:
            made[-1] = reached = end
    return made


def gaps(edges: Edges, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What of ``[start, end)`` is in none of these intervals, in order.

    Args:
        edges: of intervals that neither overlap nor touch, in order.
        start: milliseconds since the epoch.
        end: likewise.
    """
    at = bisect_right(edges, start)
    if at % 2:  # inside of one
        start = edges[at]
        at += 1
    while start < end:
        if at == len(edges) or edges[at] >= end:
            yield start, end
            return
        yield start, edges[at]
        start = edges[at + 1]
        at += 2


def _touched(edges: Edges, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The intervals that hold an instant of ``[start, end)``, in order; none of them overlap."""
    at = bisect_right(edges, start) // 2 * 2
    while at < len(edges) and edges[at] < end:
        yield edges[at], edges[at + 1]
        at += 2
