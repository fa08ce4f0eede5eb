"""Lists that come in pages: a page, a pager, and one small strategy a paging style."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Self, TypeVar
from urllib.parse import parse_qs, urlsplit

from attrs import frozen

from .errors import DecodeError, PaginationError, SDKError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

T = TypeVar("T")


@frozen
class Page(Generic[T]):
    """One page of a list.

    Attributes:
        items: what it holds.
        number: the page's number as on the wire; None where pages have none.
        total_pages: how many there are, as this page says; None where the service does not tell.
        cursor: the token of the *next* page; None at the end.
    """

    items: Sequence[T]
    number: int | None = None
    total_pages: int | None = None
    cursor: str | None = None


Fetch = Callable[[str | None], Awaitable[Page[T]]]
"""A paging strategy: from a page's token (None: the first page) to the page, with the token of the next."""


class Pager(Generic[T]):
    """A list that is fetched page by page while it is iterated.

    ``async for item in pager`` gives the items, `pages` the pages. No request is made before, and nothing is held open between
    pages; it can be iterated again, from the start.

    Args:
        fetch: the strategy.
        numbered: the number of the first page, where tokens are page numbers and each page says how many there are: then
            pages can be fetched in any order, which a fan-out makes use of.
        of: what the items are, a model or `str`: then there are frames of them, typed also where the list is empty.
    """

    def __init__(self, fetch: Fetch[T], *, numbered: int | None = None, of: type[T] | None = None) -> None:
        self._fetch = fetch
        self.numbered = numbered
        self.of = of

    def __aiter__(self) -> Items[T]:
        return Items(Pages(self, None))

    def __await__(self) -> NoReturn:
        raise TypeError('a pager is not awaited: iterate it ("async for item in pager") or await pager.to_list()')

    def pages(self, start: str | int | None = None) -> Pages[T]:
        """The pages one after the other.

        Args:
            start: the token to begin at, inclusive: a `Page.cursor`, or the ``.cursor`` of an error.
        """
        return Pages(self, None if start is None else str(start))

    async def page(self, cursor: str | None = None) -> Page[T]:
        """Fetch one page by its token; None is the first.

        Raises:
            SDKError: with ``.cursor``, from which a walk can go on.
        """
        try:
            return await self._fetch(cursor)
        except SDKError as error:
            error.cursor = cursor if cursor is not None or self.numbered is None else str(self.numbered)
            if isinstance(error, DecodeError) and self.numbered is not None:
                error.args = (f"{error.message} (page {error.cursor})",)
            raise

    async def to_list(self, max_items: int | None = None) -> list[T]:
        """All items, or the first `max_items`, in a list."""
        found: list[T] = []
        if max_items is not None and max_items <= 0:
            return found
        async for page in self.pages():
            found.extend(page.items)
            if max_items is not None and len(found) >= max_items:
                return found[:max_items]
        return found

    async def first(self) -> T | None:
        """The first item; None if there is nothing."""
        async for item in self:
            return item
        return None

    async def to_arrow(self) -> pa.Table:
        """All items as an Arrow table, in the schema of their model (`asyncsdk.columns`); of texts, one column ``value``.

        Raises:
            ConfigurationError: the extra ``arrow`` is not installed.
            TypeError: a pager that does not say what its items are.
        """
        from .columns.frames import arrow_of_pages

        return await arrow_of_pages(self.pages(), self.of)

    async def to_polars(self) -> pl.DataFrame:
        """The same as a polars frame; it takes the extra ``polars``."""
        from .columns.frames import as_polars

        return await as_polars(self.to_arrow)

    async def to_pandas(self) -> pd.DataFrame:
        """The same as a pandas frame of Arrow's types, in which null is no float; it takes the extra ``pandas``."""
        from .columns.frames import as_pandas

        return await as_pandas(self.to_arrow)


class Trail:
    """The way a walk by cursors has come, so that it cannot go in circles."""

    def __init__(self) -> None:
        self._passed: set[str] = set()

    def page(self, pager: Pager[T], cursor: str | None) -> Awaitable[Page[T]]:
        """The next page of the walk.

        Raises:
            PaginationError: this cursor was asked for before.
            SDKError: as `Pager.page`; the same page may be asked for again then.
        """
        return self._unpassed(pager, cursor) if pager.numbered is None else pager.page(cursor)

    async def _unpassed(self, pager: Pager[T], cursor: str | None) -> Page[T]:
        if cursor in self._passed:
            error = PaginationError(f"the service gave the cursor {cursor!r} twice: the walk would never end")
            error.cursor = cursor
            raise error
        page = await pager.page(cursor)
        if cursor is not None:
            self._passed.add(cursor)
        return page


class Pages(Generic[T]):
    """The walk from page to page."""

    def __init__(self, pager: Pager[T], start: str | None) -> None:
        self._pager = pager
        self._trail = Trail()
        self._next = start
        self._started = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Page[T]:
        if self._started and self._next is None:
            raise StopAsyncIteration
        page = await self._trail.page(self._pager, self._next)
        self._started = True
        self._next = page.cursor
        return page


class Items(Generic[T]):
    """The items of a walk, one by one."""

    def __init__(self, pages: Pages[T]) -> None:
        self._pages = pages
        self._items: Iterator[T] = iter(())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while True:
            for item in self._items:
                return item
            self._items = iter((await self._pages.__anext__()).items)


def by_number(
    fetch: Callable[[int], Awaitable[tuple[Sequence[T], int | None]]], first: int = 1, *, of: type[T] | None = None
) -> Pager[T]:
    """A pager over numbered pages whose every answer says how many pages there are.

    The total is read anew on each page, so a total that changes in mid-walk is followed; a missing one counts as one page.

    Args:
        fetch: from a page's number to its items and the total.
        first: the number of the first page.
        of: what the items are, as for any pager.
    """

    async def strategy(cursor: str | None) -> Page[T]:
        number = first if cursor is None else page_number(cursor, first)
        items, total = await fetch(number)
        there_is_more = number + 1 < first + (1 if total is None else total)
        return Page(items, number, total, str(number + 1) if there_is_more else None)

    return Pager(strategy, numbered=first, of=of)


def page_number(cursor: str, first: int) -> int:
    """The number a token stands for.

    Raises:
        PaginationError: it is no page number.
    """
    if not (cursor.isascii() and cursor.isdigit()) or int(cursor) < first:
        raise PaginationError(f"{cursor!r} is no page of this list: its pages are numbered from {first}")
    return int(cursor)


def at_once(fetch: Callable[[], Awaitable[Sequence[T]]], *, of: type[T] | None = None) -> Pager[T]:
    """A pager over a list that comes in one answer.

    Args:
        fetch: gives the list.
        of: what the items are, as for any pager.
    """

    async def strategy(cursor: str | None) -> Page[T]:
        if cursor is not None:
            raise PaginationError(f"this list comes in one page: there is none at {cursor!r}")
        return Page(await fetch())

    return Pager(strategy, of=of)


def by_rpp(
    fetch: Callable[[int | None], Awaitable[tuple[Sequence[T], Mapping[str, Any]]]],
    *,
    page: int | None = None,
    rpp: int | None = None,
    usual: int,
    of: type[T] | None = None,
) -> Pager[T]:
    """A pager over a list whose answers may say that there is more: ``links.next``, or a ``total`` of results.

    An answer that says neither is the whole list.

    Args:
        fetch: from a page's number (None: none is sent) to its items, and the members of the answer around them.
        page: the number to begin with, from 1; None begins without one.
        rpp: how many results a page were asked for; None if none were.
        usual: how many the service gives where it is not told.
        of: what the items are, as for any pager.
    """
    size = rpp or usual

    async def strategy(cursor: str | None) -> Page[T]:
        nonlocal size
        asked = page if cursor is None else page_number(cursor, 1)
        items, around = await fetch(asked)
        number = asked or 1
        size = page_size(number, len(items), around, size)
        following = next_page(number, around, size)
        return Page(items, number, cursor=None if following is None else str(following))

    return Pager(strategy, of=of)


def page_size(number: int, count: int, around: Mapping[str, Any], size: int) -> int:
    """How many results a page really has: what was expected while the pages agree, else what the service gives.

    A service may have a page size of its own, or cut the one it is asked for; a walk that went by the wrong one would lose
    results.

    Args:
        number: of this page, from 1.
        count: how many results it holds.
        around: the members of the answer, beside the results.
        size: how many results a page were to be expected.
    """
    total = around.get("total")
    if not isinstance(total, int):
        return size
    expected = min(size, max(0, total - (number - 1) * size))
    return count if count and count != expected else size


def next_page(number: int, around: Mapping[str, Any], size: int) -> int | None:
    """The number of the page after this one; None at the end.

    Args:
        number: of this page, from 1.
        around: the members of the answer, beside the results.
        size: how many results a page has.

    Raises:
        PaginationError: a next page that is not after this one.
    """
    links = around.get("links")
    if isinstance(links, Mapping):
        following = linked_page(links.get("next"))
        if following is not None and following <= number:
            raise PaginationError(f"page {number} names page {following} as the one after it: the walk would never end")
        return following
    total = around.get("total")
    return number + 1 if isinstance(total, int) and number * size < total else None


def linked_page(link: Any) -> int | None:
    """The page number in a link: ``{"url": ..., "page": 2}`` or a URL with ``page=2``; None where there is no link.

    Only the number is taken: a link may point to another origin, and is never asked itself.

    Raises:
        PaginationError: a link without a number.
    """
    if not link:
        return None
    token = link.get("page") if isinstance(link, Mapping) else None
    if token is None:
        url = link.get("url") if isinstance(link, Mapping) else link
        if not url:
            return None
        found = parse_qs(urlsplit(str(url)).query).get("page", [""])
        token = found[0]
    return page_number(str(token), 1)
