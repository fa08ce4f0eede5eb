"""Lists in pages from 0, over rows that move while they are read.

Each answer says how many rows there are (``count``) and how many pages (``pages``). Rows that come in meanwhile push others on to
later pages: those come twice, and are dropped here. Pages that are asked for at once may also be served in another order than
theirs, and then a row may slip through between two of them. The counts tell: the page in front knows of more rows than the one
behind it, which is asked for once more.

That no row is lost so, whatever comes in: let a row be there all the time, and its index only grow. If it is on none of the pages,
it lies behind some page and before the next one, each time that those were served. But of these two the second was served last, at
least once, and an index that was behind the first one then is not before the second one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from ..errors import PaginationError
from ..http.counts import whole_count
from ..paging import Page
from ..paging.strategies import counted, page_number

if TYPE_CHECKING:
    from ..codec.lists import Around

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
    """

    def __init__(
        self,
        serve: Serve[T],
        *,
        key: Callable[[T], Hashable],
        prepare: Prepare[T, R],
        limit: int | None,
        start: int = 0,
    ) -> None:
        self._serve = serve
        self._key = key
        self._prepare = prepare
        self._limit = self._size = limit
        self._start = start
        self._given: set[Hashable] = set()
        self._rows = 0
        self._end: int | None = None  # the first page beyond those that were promised that had nothing
        self._first: dict[int, int] = {}  # by page: the count when it was served first
        self._last: dict[int, int] = {}  # and when it was served last
        self._asked: set[int] = set()

    async def page(self, cursor: str | None) -> Page[R]:
        """A page by its number, without the rows that were given before.

        Raises:
            PaginationError: the service gives the same rows again and again, or fewer than it counts.
            SDKError: what the call met.
        """
        number = self._start if cursor is None else page_number(cursor, 0)
        rows, count, told = await self._served(number)
        pages = self._known(number, len(rows), count, told)
        found = [*rows]
        for later in self._overtaken(number):
            found += await self._again(later)
        become = await self._prepare(found)
        # From here on nothing waits, and nothing fails that would not fail again: a page that failed has given nothing.
        fresh = self._fresh(found)
        if rows and not fresh and number + 1 < pages and self._came_in < len(rows):
            raise PaginationError(
                "a page that is not the last holds nothing that the pages before it did not: the walk might never end"
            )
        self._rows += len(fresh)
        self._asked.add(number)
        self._hold_to_count(pages, count, told)
        return Page(become(fresh), number, pages, str(number + 1) if number + 1 < pages else None, count)

    async def _served(self, number: int) -> tuple[Sequence[T], int | None, int | None]:
        rows, around = await self._serve(number)
        count = whole_count(around.get("count"))
        if count is not None:
            self._first.setdefault(number, count)
            self._last[number] = count
        return rows, count, counted(around.get("pages"), "pages")

    def _known(self, number: int, size: int, count: int | None, told: int | None) -> int:
        """How many pages there are: as the service says, or as its count and the size of its pages do."""
        if count is None:
            more = size > 0 and size == self._limit
            return told if told is not None else number + 1 + more
        if number == 0 and 0 < size < count and (self._size is None or size < self._size):
            self._size = size  # the service cuts the limit down
        promised = told or 1
        if number >= promised and not size:
            self._end = min(number, self._end or number)
        needed = -(-count // self._size) if self._size else promised
        return max(promised, needed if self._end is None else min(needed, self._end))

    @property
    def _came_in(self) -> int:
        """How many rows have come in, as far as the counts tell."""
        return max(self._last.values(), default=0) - min(self._first.values(), default=0)

    def _overtaken(self, number: int) -> list[int]:
        """Of this page and the next: those that were served before the page in front of them."""
        pair = (number, number + 1)
        return [each for each in pair if each in self._last and self._last[each] < self._first.get(each - 1, 0)]

    async def _again(self, number: int) -> list[T]:
        """A page once more; where more rows have come in than a page holds, the next ones too."""
        before = self._last[number]
        rows, count, _ = await self._served(number)
        found = [*rows]
        for skipped in range(((count or before) - before) // self._size if self._size else 0):
            found += (await self._served(number + 1 + skipped))[0]
        return found

    def _fresh(self, rows: Sequence[T]) -> list[T]:
        fresh = []
        for row in rows:
            key = self._key(row)
            if key is None or key not in self._given:
                fresh.append(row)
                if key is not None:
                    self._given.add(key)
        return fresh

    def _hold_to_count(self, pages: int, count: int | None, told: int | None) -> None:
        """Once all pages have come, hold what was given against what was counted: a list that is cut off must not look whole."""
        if count is None or self._start or len(self._asked) < pages:
            return
        least = min(self._first.values())
        cut = (self._limit is not None and self._size != self._limit) or self._end is not None
        if cut and self._rows < least:
            raise PaginationError(
                f"the service counts {least} rows, but its {told or pages} pages hold {self._rows}: ask for shorter ranges of time"
            )
