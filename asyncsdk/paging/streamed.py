"""A list that comes as one long answer, taken in pages: so that a fan-out can walk it like any other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from itertools import count
from typing import TypeVar

import anyio

from .pager import Page, Pager

T = TypeVar("T")

_CLOSE_WITHIN = 5.0


class LongAnswer(Pager[T]):
    """A pager over what is read while it arrives: its pages come one after the other, once, and what is not asked for waits.

    The answer is open from the first page to the last, or to `aclose`; no more than a page of it is held. Asked for the first page
    again, it begins again.

    Args:
        opened: makes the request, such as a call of ``users.export``.
        size: items a page.
    """

    def __init__(self, opened: Callable[[], AbstractAsyncContextManager[AsyncIterator[T]]], size: int = 500) -> None:
        super().__init__(self._next)
        self._opened = opened
        self._size = size
        self._open = AsyncExitStack()
        self._items: AsyncIterator[T] | None = None
        self._numbers = count(1)
        self._due: str | None = None

    async def _next(self, cursor: str | None) -> Page[T]:
        if cursor is None:
            await self.aclose()
            self._items = aiter(await self._open.enter_async_context(self._opened()))
        elif self._items is None or cursor != self._due:
            raise RuntimeError("a long answer is read once, page after page")
        assert self._items is not None
        found: list[T] = []
        try:
            while len(found) < self._size:
                found.append(await anext(self._items))
        except StopAsyncIteration:
            await self.aclose()
            return Page(found)
        except BaseException:
            await self.aclose()
            raise
        self._due = str(next(self._numbers))
        return Page(found, cursor=self._due)

    async def aclose(self) -> None:
        """Leave the answer, however much of it was read; bounded in time, and cancellation does not cut it short."""
        self._items = None
        with anyio.move_on_after(_CLOSE_WITHIN, shield=True):
            await self._open.aclose()
