"""Lists in pages from 0, over rows that move while they are read.

Each answer says how many rows there are (``count``) and how many pages (``pages``). Rows that come in meanwhile push others on to
later pages: those come twice, and are dropped here. Pages that are asked for at once may also be served in another order than
theirs, and then a row may slip through between two of them. The counts tell: the page in front knows of more rows than the one
behind it, which is asked for once more.

That no row is lost so, whatever comes in: let a row be there all the time, so that its index only grows. If it is on none of the
pages, it lies behind some page and before the next one, each time that those were served. But of these two the second was served
last, at least once, and an index that was behind the first one then is not before the second one. Where a page is served twice and
so many rows came in between that the row may have passed it, the next page has to know of those too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence, Set as AbstractSet
from typing import TYPE_CHECKING, Generic, TypeVar

from ...errors import PaginationError
from ...http.counts import whole_count
from ...paging import Page
from ...paging.strategies import counted, page_number

if TYPE_CHECKING:
    from ...codec.lists import Around

T = TypeVar("T")
R = TypeVar("R")

Serve = Callable[[int], Awaitable[tuple[Sequence[T], "Around"]]]
"""From a page's number to its rows and to what comes around them."""

Prepare = Callable[[Sequence[T]], Awaitable[Callable[[Sequence[T]], Sequence[R]]]]
"""From the rows of a page to what turns some of them into what is given: what has to be asked for is asked for here."""


class PageWalk(Generic[T, R]):
    """One walk over the pages of a list.

    Args:
        serve: makes the call.
        key: what tells a row from all others; None for one that has nothing of the kind, and is always given.
        prepare: what becomes of the rows.
        limit: rows a page, as asked for; None where that was left to the service.
        start: the number of the page to begin with.
        before: keys of rows that are not given, since another walk has given them.
        warn: what there is to know of the rows that are given, in a sentence each.

    Attributes:
        given: the keys of the rows that were given.
        over: whether somebody goes on in its place: a page that comes later gives nothing.
        is_cut_off: whether the service has given fewer rows than it counts.
    """

    def __init__(
        self,
        serve: Serve[T],
        *,
        key: Callable[[T], Hashable],
        prepare: Prepare[T, R],
        limit: int | None,
        start: int = 0,
        before: AbstractSet[Hashable] = frozenset(),
        warn: Callable[[Sequence[T]], Iterable[str]] = lambda _: (),
    ) -> None:
        self._serve = serve
        self._key = key
        self._prepare = prepare
        self._limit = self._size = limit
        self._start = start
        self._before = before
        self._warn = warn
        self.given: set[Hashable] = set()
        self.over = False
        self.is_cut_off = False
        self._rows = 0
        self._end: int | None = None  # the first page beyond those that were promised that had nothing
        self._least: int | None = None  # of all counts
        self._most = 0
        self._last: dict[int, int] = {}  # by page: the count when it was served last
        self._due: dict[int, int] = {}  # and the count that the next page has to know of
        self._is_short = False  # whether a page had fewer rows than its own count has left for it
        self._repeated = False  # whether a page was asked for once more
        self._told: int | None = None  # pages, as the service says
        self._asked: set[int] = set()

    async def page(self, cursor: str | None) -> Page[R]:
        """A page by its number, without the rows that were given before.

        Raises:
            PaginationError: the service gives the same rows again and again, or fewer than it counts.
            SDKError: what the call met.
        """
        number = self._start if cursor is None else page_number(cursor, 0)
        rows, count = await self._served(number)
        self._measure(number, len(rows), count)
        found = [*rows, *await self._again(number), *await self._again(number + 1)]
        pages = self._pages(number, len(rows), count)
        become = await self._prepare(found)
        if self.over:
            return Page(())
        # From here on nothing waits, and a page that fails has given nothing.
        fresh = self._fresh(found)
        stuck = bool(rows) and not fresh and number + 1 < pages
        if stuck and not self._repeated and self._most - (self._least or 0) < len(rows):
            raise PaginationError(
                "a page that is not the last holds nothing that the pages before it did not: the walk might never end"
            )
        self._asked.add(number)
        self._hold_to_count(pages, self._rows + len(fresh))
        self._rows += len(fresh)
        self.given.update(key for key, _ in fresh if key is not None)
        new = [row for key, row in fresh if key not in self._before]
        cursor = str(number + 1) if number + 1 < pages else None
        return Page(become(new), number, pages, cursor, count, tuple(self._warn(new)))

    async def _served(self, number: int) -> tuple[Sequence[T], int | None]:
        rows, around = await self._serve(number)
        count, told = whole_count(around.get("count")), counted(around.get("pages"), "pages")
        if count is not None:
            before = self._last.get(number)
            if before is None or (self._size and count - before >= self._size):
                self._due[number] = count
            self._last[number] = max(count, before or 0)
            self._most = max(self._most, count)
            self._least = count if self._least is None else min(self._least, count)
        if told is not None:
            self._told = max(told, self._told or 0)
        return rows, count

    def _measure(self, number: int, size: int, count: int | None) -> None:
        """Whether pages are shorter than was asked for, and whether they end before the count does."""
        if number == 0 and count is not None and 0 < size < count and (self._size is None or size < self._size):
            self._size = size  # the service cuts the limit down
        if number >= (self._told or 1) and not size:
            self._end = number if self._end is None else min(number, self._end)
        if self._size and count is not None and size < min(self._size, count - number * self._size):
            self._is_short = True

    def _pages(self, number: int, size: int, count: int | None) -> int:
        """How many pages there are: as the service says, or as its count and the size of its pages do."""
        told = self._told or 1
        if count is None:
            return told if self._told is not None else number + 1 + (size > 0 and size == self._limit)
        needed = -(-self._most // self._size) if self._size else told
        return max(told, needed if self._end is None else min(needed, self._end))

    def _is_overtaken(self, number: int) -> bool:
        """Whether a page was served before the page in front of it."""
        return number in self._last and self._last[number] < self._due.get(number - 1, 0)

    async def _again(self, number: int) -> list[T]:
        """A page once more, if it was overtaken; and the next one, if so many rows came in that some were moved past this one."""
        found: list[T] = []
        while self._is_overtaken(number):
            self._repeated = True
            found += (await self._served(number))[0]
            number += 1
        return found

    def _fresh(self, rows: Sequence[T]) -> list[tuple[Hashable, T]]:
        """The rows that this walk has not given yet, each with its key."""
        fresh, keys = [], set[Hashable]()
        for row in rows:
            key = self._key(row)
            if key is None or (key not in self.given and key not in keys):
                fresh.append((key, row))
                keys.add(key)
        return fresh

    def _hold_to_count(self, pages: int, rows: int) -> None:
        """Once all pages have come, hold what was given against what was counted: a list that is cut off must not look whole."""
        if self._least is None or 0 not in self._asked or len(self._asked) < pages:
            return
        is_cut = (self._limit is not None and self._size != self._limit) or self._end is not None or self._is_short
        if is_cut and rows < self._least:
            self.is_cut_off = True
            raise PaginationError(
                f"the service counts {self._least} rows, but its {pages} pages hold {rows}: ask for shorter ranges of time"
            )
