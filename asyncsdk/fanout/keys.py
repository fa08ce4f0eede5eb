"""What a fan-out runs over, taken one at a time, whichever way it is iterated."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Sized
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import anyio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

K = TypeVar("K")

_CLOSE_WITHIN = 5.0


class Keys(Generic[K]):
    """One lazy sequence of keys.

    Args:
        keys: an iterable or async iterable. One that is both, as a plan is, is iterated the plain way if it knows its length.

    Raises:
        TypeError: neither, or a single text, whose characters nobody means.
    """

    def __init__(self, keys: Iterable[K] | AsyncIterable[K]) -> None:
        if isinstance(keys, str | bytes) or not isinstance(keys, Iterable | AsyncIterable):
            raise TypeError(f"keys must be an iterable or an async iterable, not {type(keys).__name__}")
        self._keys = keys
        self.length = _length(keys)
        self._sync: Iterator[K] | None = None
        self._async: AsyncIterator[K] | None = None

    async def next(self) -> K:
        """The next key.

        Raises:
            StopAsyncIteration: there is none.
        """
        if self._sync is None and self._async is None:
            if isinstance(self._keys, AsyncIterable) and (self.length is None or not isinstance(self._keys, Iterable)):
                self._async = aiter(self._keys)
            else:
                self._sync = iter(self._keys)
        if self._async is not None:
            return await anext(self._async)
        assert self._sync is not None
        for key in self._sync:
            return key
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Finish an iterator that was made here; one that the caller made is the caller's."""
        if self._async is not None:
            with anyio.move_on_after(_CLOSE_WITHIN, shield=True):
                await finish(self._async, self._keys)


async def finish(iterator: AsyncIterator[Any], given: object) -> None:
    """Close an async iterator, unless it is itself what the caller gave."""
    close = getattr(iterator, "aclose", None)
    if close is not None and iterator is not given:
        await close()


def _length(keys: object) -> int | None:
    try:
        return len(keys) if isinstance(keys, Sized) else None
    except TypeError:  # a plan of devices that are not known yet
        return None
