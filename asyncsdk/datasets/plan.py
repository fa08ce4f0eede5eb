"""What is to be fetched, as a value that gives its shards one at a time."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from datetime import timedelta
from itertools import islice, pairwise
from typing import Literal, Self

from attrs import evolve, field, frozen

from ..fanout.keys import finish
from ..fanout.progress import Failure
from ..notebook import MOST_COLUMNS, MOST_ROWS, table
from ..paging import Pager
from ..times import instant
from .shard import Shard, key_text, listed_key
from .split import Extent, checked_pieces, cuts
from .windows import When, moment, span, split, window_length

Keys = str | int | Iterable[str | int] | AsyncIterable[str | int]
"""Ids: one, an iterable, an async iterable, or ``"all"``."""

KEYS: dict[str, str] = {}
"""What a key of each data set is, in a word; data sets say so when they are declared."""

_DAY = 86_400_000
_Known = tuple[str, ...] | AsyncIterable[str | int] | Literal["all"] | None


def _keys(value: Keys | None) -> _Known:
    if value is None:
        return None
    if value == "all":
        return "all"
    if isinstance(value, str | int):
        return (key_text(value),)
    if isinstance(value, AsyncIterable):
        return value
    if isinstance(value, bytes | bytearray) or not isinstance(value, Iterable):
        raise TypeError(
            f'keys must be ids, an iterable or async iterable of them, or "all", not {type(value).__name__}'
        )
    return tuple(dict.fromkeys(map(key_text, value)))


@frozen
class Listed(AsyncIterable[str]):
    """Keys that come from a service, and not from the caller.

    Attributes:
        keys: as the service lists them.
    """

    keys: AsyncIterable[str]

    def __aiter__(self) -> AsyncIterator[str]:
        return aiter(self.keys)


@frozen(repr=False)
class Plan:
    """Keys by windows, as a value: nothing is fetched, and no shard exists before it is asked for.

    Iterate it (``for``, or ``async for`` where the keys arrive asynchronously) to see the shards: key by key, each in order of
    time. A plan of plain ids has a length and pickles: it holds the id of its data set, and no client.

    Attributes:
        dataset: the id of the data set.
        keys: ids without repeats, an async iterable of ids, or ``"all"``, which the client resolves; None without a key.
        start, end: milliseconds since the epoch, UTC; None without time.
        window: the width of a shard in milliseconds; None without time.
        first_start: where the first key begins, in a piece of a plan that was cut within a key; None: at the start.
        last_end: where the last key ends there; None: at the end.
        shards: the shards themselves, for a plan made by `Plan.of`; None otherwise.
    """

    dataset: str
    keys: _Known = field(converter=_keys)
    start: int | None = None
    end: int | None = None
    window: int | None = None
    first_start: int | None = None
    last_end: int | None = None
    shards: tuple[Shard, ...] | None = None

    def __repr__(self) -> str:
        return f"<Plan {self.dataset}: {self._told()}>"

    def _repr_html_(self) -> str:
        known = self.keys if isinstance(self.keys, tuple) else ()
        days = 0 if self.start is None or self.end is None else -(-self.end // _DAY) - self.start // _DAY
        if self.shards is not None or not known or not days:
            return table([["data set", self.dataset], ["what", self._told()]], caption="Plan")
        first = (self.start or 0) // _DAY
        shown = [first + number for number in range(min(days, MOST_COLUMNS - 1))]
        heads = [self._noun(1), *(instant(day * _DAY).date().isoformat() for day in shown)]
        if days > len(shown):
            heads += [""] * (days - len(shown))
        rows = (
            [
                key,
                *(self._shards_of(day, number == 0, number == len(known) - 1) for day in shown),
                *heads[len(shown) + 1 :],
            ]
            for number, key in enumerate(islice(known, MOST_ROWS))
        )
        return table(rows, heads, caption=repr(self), count=len(known))

    def _shards_of(self, day: int, first: bool, last: bool) -> int:
        """How many shards of a key lie in a day."""
        begin, finish = day * _DAY, (day + 1) * _DAY
        return sum(
            1
            for each in self.windows(None, first=first, last=last)
            if each.start is not None and begin <= each.start < finish
        )

    def _noun(self, count: int) -> str:
        noun = KEYS.get(self.dataset, "key")
        return noun if count == 1 else f"{noun}s"

    def _told(self) -> str:
        """Keys by days, and how many shards that is."""
        if self.shards is not None:
            return f"{len(self.shards):,} chosen shard{'' if len(self.shards) == 1 else 's'}"
        parts = []
        if self.keys == "all":
            parts.append(f"all {self._noun(2)}")
        elif isinstance(self.keys, tuple):
            parts.append(f"{len(self.keys):,} {self._noun(len(self.keys))}")
        elif self.keys is not None:
            parts.append(f"{self._noun(2)} as they come")
        if self.start is not None and self.end is not None:
            days = round((self.end - self.start) / _DAY, 2)
            parts.append(f"{days:,g} day{'' if days == 1 else 's'} from {instant(self.start):%Y-%m-%dT%H:%MZ}")
        known = self.keys is None or isinstance(self.keys, tuple)
        count = f", {len(self):,} shard{'' if len(self) == 1 else 's'}" if known else ""
        return f"{' x '.join(parts) or 'all of it'}{count}"

    @classmethod
    def make(
        cls,
        dataset: str,
        keys: Keys | None = None,
        start: When | None = None,
        end: When | None = None,
        window: timedelta | None = None,
    ) -> Plan:
        """A plan from what a caller has at hand.

        Args:
            dataset: the id of the data set.
            keys: ids; None where it has no key.
            start: an aware datetime, int milliseconds, or a day in UTC; None, as the next two, where it has no time.
            end: likewise; the range is ``[start, end)``, and a day as its end belongs to it as a whole.
            window: the width of a shard.

        Raises:
            TypeError, ValueError: a key, time or window that cannot be meant (`milliseconds`, `window_length`).
        """
        if start is None or end is None or window is None:
            return cls(dataset, keys)
        length = window_length(window)
        return cls(dataset, keys, *span(moment(start), moment(end, up=True)), length)

    @classmethod
    def of(cls, shards: Iterable[Shard | Failure[Shard]]) -> Plan:
        """A plan of just these shards, such as the ``failures`` of an earlier run.

        Raises:
            ValueError: they are not all of one data set.
        """
        chosen = tuple(dict.fromkeys(each.key if isinstance(each, Failure) else each for each in shards))
        if len(found := {each.dataset for each in chosen}) > 1:
            raise ValueError(f"a plan is for one data set, not for {' and '.join(sorted(found))}")
        times = [(each.start, each.end) for each in chosen if each.start is not None and each.end is not None]
        keys = tuple(each.key for each in chosen if each.key is not None)
        return cls(
            dataset=chosen[0].dataset if chosen else "",
            keys=keys if keys or not chosen else None,
            start=min((start for start, _ in times), default=None),
            end=max((end for _, end in times), default=None),
            window=max((end - start for start, end in times), default=None),
            shards=chosen,
        )

    def split(self, pieces: int) -> list[Plan]:
        """So many disjoint plans that together are this one, without making a shard.

        They have the same window, are cut between keys, or at a UTC midnight within one where that is needed to make them
        alike, and differ by the shards of a day at most. What cannot be cut any further leaves some of them empty.

        Args:
            pieces: how many.

        Raises:
            TypeError: not a whole number; or a plan whose keys are not known yet: of an async iterable, or ``"all"`` of a
                data set without time (with time, that is cut by days alone).
            ValueError: less than one.
        """
        pieces = checked_pieces(pieces)
        if self.shards is not None:
            edges = [len(self.shards) * number // pieces for number in range(pieces + 1)]
            return [Plan.of(self.shards[first:last]) for first, last in pairwise(edges)]
        found = cuts(self._extent(), pieces)
        return [self._piece(*edges) for edges in pairwise(found)]

    def _extent(self) -> Extent:
        keys = 1 if self.keys is None or (self.keys == "all" and self.start is not None) else len(self._known())
        return Extent(keys, self.start, self.end, self.window, self.first_start, self.last_end)

    def _piece(self, begin: tuple[int, int | None], finish: tuple[int, int | None]) -> Plan:
        """From one cut to the next: each a number of keys, and, if not None, the time up to which one more belongs before it."""
        (first, first_start), (last, last_end) = begin, finish
        count = last - first + (last_end is not None)
        if not isinstance(self.keys, tuple):
            if not count:
                return evolve(self, shards=())
            return self._between(first_start, last_end)
        piece = evolve(self, keys=self.keys[first : first + count], first_start=first_start, last_end=last_end)
        if count > 1:
            return piece
        return piece._between(first_start, last_end)  # noqa: SLF001  # of this very class

    def _between(self, start: int | None, end: int | None) -> Plan:
        """The same keys, from one time to another; None: as this one."""
        start, end = self.start if start is None else start, self.end if end is None else end
        return evolve(self, start=start, end=end, first_start=None, last_end=None)

    def windows(self, key: str | None, *, first: bool = False, last: bool = False) -> Iterator[Shard]:
        """The shards of one key, in order of time.

        Args:
            key: whose.
            first: whether it is the plan's first key.
            last: whether it is the last one.
        """
        if self.start is None or self.end is None or self.window is None:
            yield Shard(self.dataset, key)
            return
        begin = self.first_start if first and self.first_start is not None else self.start
        finish = self.last_end if last and self.last_end is not None else self.end
        for start, end in split(begin, finish, self.window):
            yield Shard(self.dataset, key, start, end)

    def __iter__(self) -> Iterator[Shard]:
        if self.shards is not None:
            yield from self.shards
        elif self.keys is None:
            yield from self.windows(None)
        else:
            keys = self._known()
            for number, key in enumerate(keys, 1):
                yield from self.windows(key, first=number == 1, last=number == len(keys))

    def __aiter__(self) -> AsyncIterator[Shard]:
        if self.shards is not None or not isinstance(self.keys, AsyncIterable):
            return _Ready(iter(self))
        return _Arriving(self, self.keys)

    def __len__(self) -> int:
        if self.shards is not None:
            return len(self.shards)
        if self.keys is not None:
            self._known()
        return len(self._extent())

    def _known(self) -> tuple[str, ...]:
        if isinstance(self.keys, tuple):
            return self.keys
        raise TypeError(
            'this plan\'s keys are not known yet (an async iterable or "all"): iterate it with "async for", or make it of a list'
        )


class _Ready:
    """Shards that are known, for ``async for``."""

    def __init__(self, shards: Iterator[Shard]) -> None:
        self._shards = shards

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Shard:
        for shard in self._shards:
            return shard
        raise StopAsyncIteration


class _Arriving:
    """Shards of keys that arrive asynchronously. A class, not a generator: leaving the loop leaves none of ours suspended."""

    def __init__(self, plan: Plan, keys: AsyncIterable[str | int]) -> None:
        self._plan = plan
        self._keys = keys
        self._ids = aiter(keys)
        self._text = listed_key if isinstance(keys, Listed | Pager) else key_text
        self._seen: set[str] = set()
        self._shards: Iterator[Shard] = iter(())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Shard:
        from anyio.lowlevel import checkpoint  # its import takes a while

        while True:
            for shard in self._shards:
                return shard
            await checkpoint()  # a consumer that skips a year of done hours lets others have their turn
            value = await anext(self._ids)
            try:
                key = self._text(value)
            except (TypeError, ValueError):
                await self.aclose()
                raise
            if key not in self._seen:
                self._seen.add(key)
                self._shards = self._plan.windows(key)

    async def aclose(self) -> None:
        """Finish the iterator of the keys; one that the caller made is the caller's."""
        await finish(self._ids, self._keys)
