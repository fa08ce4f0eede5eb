"""A list in pages, and the walk over it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Self, TypeVar

from attrs import evolve, frozen

from ..codec.model import Model, cells
from ..errors import DecodeError, PaginationError, SDKError
from ..http.redact import MASK, is_sensitive, redact
from ..later import Later
from ..notebook import MOST_ROWS, table
from .pydantic import page_schema

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema
else:
    pd = Later("pandas")
    pl = Later("polars")
    pa = Later("pyarrow")
    GetCoreSchemaHandler = CoreSchema = Any

T = TypeVar("T")

_MOST_SHOWN = 100
# What `is_sensitive` takes for secrets for the word in them.
_NO_SECRETS = frozenset({"session_id"})


@frozen(repr=False)
class Page(Generic[T]):
    """One page of a list.

    Attributes:
        items: what it holds; in a walk of a pager with ``unique``, what no page before it held.
        number: the page's number as on the wire; None where pages have none.
        total_pages: how many there are, as this page says; None where the service does not tell.
        cursor: the token of the *next* page; None at the end.
        total: how many items the whole list has, as this page says; None where the service does not count them.
        warnings: what there is to know of its items, such as which of them the service has cut short; a sentence each.
    """

    items: Sequence[T]
    number: int | None = None
    total_pages: int | None = None
    cursor: str | None = None
    total: int | None = None
    warnings: tuple[str, ...] = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How pydantic is to read and write a page: an object of its attributes, with items of the type that it is one of."""
        return page_schema(cls, source, handler)

    def __repr__(self) -> str:
        told = [
            f"{name}={_shown(getattr(self, name))}"
            for name in ("number", "total_pages", "total")
            if getattr(self, name) is not None
        ]
        count = f"{len(self.items)} item{'' if len(self.items) == 1 else 's'}"
        following = [] if self.cursor is None else [f"next={_shown(self.cursor)}"]
        return f"Page({', '.join([*told, count, *following])})"

    def _repr_html_(self) -> str:
        first = list(islice(self.items, MOST_ROWS))
        if first and all(isinstance(each, Model) for each in first):
            rows = [cells(each) for each in first if isinstance(each, Model)]
            heads = list(dict.fromkeys(name for row in rows for name in row))
            body: list[list[object]] = [[row.get(name, "") for name in heads] for row in rows]
            return table(body, heads, caption=repr(self), count=len(self.items))
        return table([[_shown(each)] for each in first], caption=repr(self), count=len(self.items))


def _shown(value: object) -> str:
    return redact(repr(value), most=_MOST_SHOWN)


Fetch = Callable[[str | None], Awaitable[Page[T]]]
"""A paging strategy: from a page's token (None: the first page) to the page, with the token of the next."""

Unique = Callable[[T], object]
"""From an item to what tells it from all others of its list; None for an item that has nothing of the kind."""


class Pager(Generic[T]):
    """A list that is fetched page by page while it is iterated.

    ``async for item in pager`` gives the items, `pages` the pages. No request is made before, and nothing is held open between
    pages; it can be iterated again, from the start.

    Args:
        fetch: the strategy.
        numbered: the number of the first page, where tokens are page numbers and each page says how many there are: then
            pages can be fetched in any order, which a fan-out makes use of.
        unique: what tells an item from all others. A walk then gives none twice, as paging by offset does where rows come in
            meanwhile; it remembers a key an item. A page of which it has given everything already is an error, unless it is the
            last one.
        of: what the items are, a model or `str`: then there are frames of them, typed also where the list is empty.

    Attributes:
        total: how many items the list has, as the last page that was fetched and counts them said; None before.
    """

    def __init__(
        self,
        fetch: Fetch[T],
        *,
        numbered: int | None = None,
        unique: Unique[T] | None = None,
        of: type[T] | None = None,
    ) -> None:
        self._begin: Callable[[], Fetch[T]] = lambda: fetch
        self.numbered = numbered
        self.unique = unique
        self.of = of
        self.total: int | None = None
        self._told: tuple[str, Mapping[str, object]] | None = None

    def told(self, operation: str, values: Mapping[str, object]) -> Self:
        """Say what the list is, for its repr.

        Args:
            operation: the id of what gives it.
            values: what that was given; None for what it was not.
        """
        self._told = operation, values
        return self

    def __repr__(self) -> str:
        if self._told is None:
            return f"<Pager of {self.of.__name__}>" if self.of is not None else "<Pager>"
        operation, values = self._told
        given = [
            f"{name}={MASK if is_sensitive(name) and name not in _NO_SECRETS else _shown(value)}"
            for name, value in values.items()
            if value is not None
        ]
        return f"<{' '.join(['Pager', operation, *given])}>"

    @classmethod
    def of_walks(
        cls,
        begin: Callable[[], Fetch[T]],
        *,
        numbered: int | None = None,
        unique: Unique[T] | None = None,
        of: type[T] | None = None,
    ) -> Self:
        """A pager whose strategy remembers what earlier pages of the same walk said.

        Args:
            begin: makes the strategy of one walk.
            numbered: as for any pager.
            unique: likewise.
            of: likewise.
        """
        pager = cls(begin(), numbered=numbered, unique=unique, of=of)
        pager._begin = begin
        return pager

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
        return await self.begin()(cursor)

    def begin(self) -> Fetch[T]:
        """What fetches the pages of one walk, as `page` fetches one."""
        strategy = self._begin()

        async def fetch(cursor: str | None) -> Page[T]:
            try:
                page = await strategy(cursor)
            except SDKError as error:
                error.cursor = cursor if cursor is not None or self.numbered is None else str(self.numbered)
                if isinstance(error, DecodeError) and self.numbered is not None:
                    error.args = (f"{error.message} (page {error.cursor})",)
                raise
            if page.total is not None:
                self.total = page.total
            return page

        return fetch

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
        from ..columns.frames import arrow_of_pages

        return await arrow_of_pages(self.pages(), self.of)

    async def to_polars(self) -> pl.DataFrame:
        """The same as a polars frame; it takes the extra ``polars``."""
        from ..columns.frames import as_polars

        return await as_polars(self.to_arrow)

    async def to_pandas(self) -> pd.DataFrame:
        """The same as a pandas frame of Arrow's types, in which null is no float; it takes the extra ``pandas``."""
        from ..columns.frames import as_pandas

        return await as_pandas(self.to_arrow)


class Trail(Generic[T]):
    """What one walk knows of the way it has come, so that it neither goes in circles nor gives an item twice."""

    def __init__(self) -> None:
        self._fetch: Fetch[T] | None = None
        self._passed: set[str] = set()
        self._given: set[object] = set()

    async def page(self, pager: Pager[T], cursor: str | None) -> Page[T]:
        """A page of the walk, without what the walk has given before; where pages are numbered, in any order.

        Args:
            pager: always the same one.
            cursor: the page's token.

        Raises:
            PaginationError: this cursor was asked for before, or the page holds nothing new and is not the last.
            SDKError: as `Pager.page`; the same page may be asked for again then.
        """
        if cursor in self._passed:
            raise _endless("the service gave one cursor twice", cursor)
        if self._fetch is None:
            self._fetch = pager.begin()
        page = await self._fetch(cursor)
        if pager.unique is not None:
            page = self._new(pager.unique, page, cursor)
        if cursor is not None and pager.numbered is None:
            self._passed.add(cursor)
        return page

    def _new(self, unique: Unique[T], page: Page[T], cursor: str | None) -> Page[T]:
        keys = [unique(item) for item in page.items]  # all of them first: one may fail, and then nothing was given
        items = [item for item, key in zip(page.items, keys, strict=True) if self._is_new(key)]
        if len(items) == len(page.items):
            return page
        if not items and page.cursor is not None:
            raise _endless("a page that is not the last holds nothing that the pages before it did not", cursor)
        return evolve(page, items=items)

    def _is_new(self, key: object) -> bool:
        try:
            if key in self._given:
                return False
        except (
            TypeError
        ):  # a service may send a list for an id: what cannot be told apart is rather given twice than lost
            return True
        if key is not None:
            self._given.add(key)
        return True


def _endless(what: str, cursor: str | None) -> PaginationError:
    """The cursor itself is not shown: it is the service's text."""
    error = PaginationError(f"{what}: the walk might never end")
    error.cursor = cursor
    return error


class Pages(Generic[T]):
    """The walk from page to page."""

    def __init__(self, pager: Pager[T], start: str | None) -> None:
        self._pager = pager
        self._trail: Trail[T] = Trail()
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
