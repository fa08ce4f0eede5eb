"""The items of many pagers as one stream of ``(key, item)`` pairs."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable, Iterator
from typing import Generic, Self, TypeVar

from ..paging import Pager
from .run import OnError, Run

K = TypeVar("K")
T = TypeVar("T")


class FanOut(Run[K, T], Generic[K, T]):
    """What `fan_out` gives: enter it, then iterate it.

    Attributes:
        progress: counters, up to date at any time.
        failures: what failed so far, with ``on_error="collect"``.
        warnings: what there is to know of what has arrived (`Page.warnings`), by key; the first 1,000, ``progress.warnings`` counts all.
    """

    _key: K
    _items: Iterator[T] = iter(())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> tuple[K, T]:
        while True:
            for item in self._items:
                return self._key, item
            delivery = await self.deliveries()
            if delivery is None:
                raise StopAsyncIteration
            self._key = delivery.walk.key
            self._items = iter(delivery.page.items)


def fan_out(
    keys: Iterable[K] | AsyncIterable[K],
    fetch: Callable[[K], Pager[T]],
    *,
    concurrency: int = 16,
    ordered: bool = False,
    on_error: OnError = "raise",
) -> FanOut[K, T]:
    """Fetch many lists at once, with bounded concurrency and memory.

    ::

        async with asyncsdk.fan_out(user_ids, blaize.users.grants.list, concurrency=32) as stream:
            async for user_id, grant in stream:
                ...

    Args:
        keys: one list each; taken lazily, so that they may be many, and come from an async iterable.
        fetch: from a key to a `Pager`, such as a listing method.
        concurrency: how many pages are fetched at once.
        ordered: keys in the order given, and pages in theirs; otherwise as they arrive.
        on_error: ``"raise"`` raises the first error, unwrapped, with ``.shard`` set to the key; ``"collect"`` goes on and
            lists it in ``stream.failures``.

    Returns:
        An async context manager; leaving its block, at any point, stops everything at once.

    Raises:
        TypeError, ValueError: arguments of the wrong kind.
    """
    return FanOut(keys, fetch, concurrency=concurrency, order="plan" if ordered else "any", on_error=on_error)
