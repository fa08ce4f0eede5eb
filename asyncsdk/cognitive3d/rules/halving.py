"""A walk over a range of time that is asked for in halves where the service cannot give it as a whole.

It fails on ranges that are long (502, a time-out), and may give fewer rows of a query than it counts. Then the range is cut in two,
the later half first, as the service orders rows, and each half again where that is needed. What was given before is not given
again, and counts are added.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence, Set as AbstractSet
from typing import Generic, TypeVar

import anyio
from attrs import evolve, frozen

from ...errors import SDKError, ServerError, ServiceUnavailableError, TimeoutError as SDKTimeoutError
from ...paging import Page
from ...paging.strategies import page_number
from .query import SessionQuery
from .walk import PageWalk

T = TypeVar("T")
R = TypeVar("R")
C = TypeVar("C")

Opens = Callable[[SessionQuery, AbstractSet[Hashable]], PageWalk[T, R]]
"""From a query and the keys of the rows that were given before to a walk over the others."""

# A range is cut into so many pieces at most: a service that is down fails on the shortest as on the longest.
_MOST_CUTS = 6


@frozen
class _Piece:
    """A part of the range that is still to come, and how often it was cut."""

    query: SessionQuery
    cuts: int


class RangeWalk(Generic[T, R]):
    """One walk over what a query means.

    Its pages are those of one `PageWalk`, and may be asked for in any order, as long as the service gives them. From then on they
    are the pages of the pieces, one after the other, whatever their numbers.

    Args:
        opened: makes the walk over a query.
        query: what is meant; only a range of time with both ends can be cut.
    """

    def __init__(self, opened: Opens[T, R], query: SessionQuery) -> None:
        self._opened = opened
        self._given: set[Hashable] = set()
        self._walk = opened(query, frozenset())
        self._piece = _Piece(query, 0)
        self._cursor: str | None = None
        self._todo: list[_Piece] = []
        self._turn: anyio.Lock | None = None  # of the pieces, once there are any
        self._first: int | None = None
        self._last = 0  # the highest number that was asked for
        self._pages = 1
        self._total: int | None = None

    async def page(self, cursor: str | None) -> Page[R]:
        """A page by its number, without the rows that were given before.

        Raises:
            PaginationError: as `PageWalk.page`, where a range cannot be cut any further.
            SDKError: what the call met, likewise.
        """
        number = 0 if cursor is None else page_number(cursor, 0)
        self._first = number if self._first is None else self._first
        self._last = max(self._last, number)
        if self._turn is None:
            whole = self._walk
            try:
                page = await whole.page(cursor)
            except SDKError as error:
                # where it is over, another page of it was the first to fail
                if not whole.over and not self._cut(whole, error):
                    raise
            else:
                if not whole.over:
                    self._pages, self._total = max(self._pages, page.total_pages or 1), page.total
                    return page
        assert self._turn is not None
        async with self._turn:
            return await self._next(number)

    async def _next(self, number: int) -> Page[R]:
        """The next page of the pieces, under the number that it was asked for by."""
        while self._walk.over and self._todo:
            self._piece = self._todo.pop()
            self._walk, self._cursor = self._opened(self._piece.query, self._given), None
            try:
                page = await self._of_piece()
            except SDKError as error:
                if not self._cut(self._walk, error):
                    self._todo.append(self._piece)
                    self._walk.over = True
                    raise
            else:
                return self._as(page, number)
        if self._walk.over:
            return Page((), number, self._last + 1, None, self._total)
        try:
            page = await self._of_piece()
        except SDKError as error:
            if not self._cut(self._walk, error):
                raise
            return await self._next(number)
        return self._as(page, number)

    async def _of_piece(self) -> Page[R]:
        page = await self._walk.page(self._cursor)
        self._cursor = page.cursor
        if page.cursor is None:
            self._leave(self._walk)
        return page

    def _as(self, page: Page[R], number: int) -> Page[R]:
        more = bool(self._todo) or not self._walk.over
        pages = max(self._pages, self._last + 1 + more)
        cursor = str(number + 1) if more or number < self._last else None
        return evolve(page, number=number, total_pages=pages, cursor=cursor, total=self._total)

    def _leave(self, walk: PageWalk[T, R]) -> None:
        walk.over = True
        self._given |= walk.given

    def _cut(self, walk: PageWalk[T, R], error: SDKError) -> bool:
        """Whether to go on with the halves of what a walk has failed on."""
        # A walk that began in its middle knows nothing of what was given before.
        if self._first or not (walk.is_cut_off or _is_overwhelmed(error)):
            return False
        halves = _halves(self._piece)
        if not halves:
            return False
        self._leave(walk)
        self._todo += halves
        self._turn = self._turn or anyio.Lock()
        return True


def _halves(piece: _Piece) -> Sequence[_Piece]:
    """The halves of a range, the earlier one first; none where it cannot be cut, or was cut often enough."""
    query, cuts = piece.query, piece.cuts + 1
    if query.start is None or query.end is None or query.end - query.start < 2 or cuts > _MOST_CUTS:
        return ()
    middle = (query.start + query.end) // 2
    return (
        _Piece(evolve(query, end=middle, sent_end=middle - 1), cuts),
        _Piece(evolve(query, start=middle), cuts),
    )


async def in_halves(ask: Callable[[SessionQuery], Awaitable[C]], query: SessionQuery, add: Callable[[C, C], C]) -> C:
    """What is counted over a range, or the sum of its halves where the service fails on the whole, and so on.

    Args:
        ask: asks for the counts of a range.
        query: the range.
        add: from the counts of two ranges to those of both.

    Raises:
        SDKError: what the call met, where the range cannot be cut any further.
    """

    async def counted(piece: _Piece) -> C:
        try:
            return await ask(piece.query)
        except SDKError as error:
            halves = _halves(piece) if _is_overwhelmed(error) else ()
            if not halves:
                raise
        return add(*[await counted(each) for each in halves])

    return await counted(_Piece(query, 0))


def _is_overwhelmed(error: SDKError) -> bool:
    """Whether a shorter range may help: a service that is away says so by another status."""
    return isinstance(error, ServerError | SDKTimeoutError) and not isinstance(error, ServiceUnavailableError)
