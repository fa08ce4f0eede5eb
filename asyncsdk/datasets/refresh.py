"""What is to be fetched again, so that each piece that stands in a sink is replaced as a whole."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from attrs import evolve

from .ledger import by_key, edges_of, in_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .ledger import Edges, Key
    from .shard import Shard


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


def _touched(edges: Edges, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The intervals that hold an instant of ``[start, end)``, in order; none of them overlap."""
    at = bisect_right(edges, start) // 2 * 2
    while at < len(edges) and edges[at] < end:
        yield edges[at], edges[at + 1]
        at += 2
