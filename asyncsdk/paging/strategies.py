"""How lists are paged: in one answer, by page numbers, by cursors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from ..errors import PaginationError
from ..http.counts import whole_count
from .pager import Page, Pager

if TYPE_CHECKING:
    from .pager import Fetch, Unique

T = TypeVar("T")
N = TypeVar("N")

Part = tuple[Sequence[T], N] | tuple[Sequence[T], N, object]
"""What a page holds, what it says of the next one, and, where the service counts them, how many items the whole list has."""

_MOST_SHOWN = 60


def at_once(fetch: Callable[[], Awaitable[Sequence[T]]], *, of: type[T] | None = None) -> Pager[T]:
    """A pager over a list that comes in one answer.

    Args:
        fetch: gives the list.
        of: as `Pager` takes it.
    """

    async def strategy(cursor: str | None) -> Page[T]:
        if cursor is not None:
            raise PaginationError(f"this list comes in one page: there is none at {_shown(cursor)}")
        return Page(await fetch())

    return Pager(strategy, of=of)


def by_number(
    fetch: Callable[[int], Awaitable[Part[T, object]]],
    first: int = 1,
    *,
    unique: Unique[T] | None = None,
    of: type[T] | None = None,
) -> Pager[T]:
    """A pager over numbered pages whose answers say how many pages there are.

    The number is read anew on each page, so one that changes in mid-walk is followed; where a page has none, the last one that
    the walk was told stands, and before any the list is one page.

    Args:
        fetch: from a page's number to its items and the number of pages; it puts its number wherever the service wants it: path, query
            or body.
        first: the number of the first page.
        unique: as `Pager` takes it.
        of: as `Pager` takes it.
    """

    def begin() -> Fetch[T]:
        known = 1

        async def strategy(cursor: str | None) -> Page[T]:
            nonlocal known
            number = first if cursor is None else page_number(cursor, first)
            items, told, *count = await fetch(number)
            pages = counted(told, "pages")
            known = known if pages is None else pages
            following = str(number + 1) if number + 1 < first + known else None
            return Page(items, number, pages, following, whole_count(count[0]) if count else None)

        return strategy

    return Pager.of_walks(begin, numbered=first, unique=unique, of=of)


def by_cursor(
    fetch: Callable[[str | None], Awaitable[Part[T, object]]],
    *,
    unique: Unique[T] | None = None,
    of: type[T] | None = None,
) -> Pager[T]:
    """A pager over pages each of which gives the cursor of the next one, in its body or in a link (`next_link`, `cursor_of`).

    Args:
        fetch: from a page's cursor (None: the first page) to its items and the cursor of the next page, None at the end.
        unique: as `Pager` takes it.
        of: as `Pager` takes it.
    """

    async def strategy(cursor: str | None) -> Page[T]:
        items, following, *count = await fetch(cursor)
        return Page(items, cursor=_sendable(following), total=whole_count(count[0]) if count else None)

    return Pager(strategy, unique=unique, of=of)


def counted(value: object, what: str) -> int | None:
    """How many pages or items a service says there are; None where it does not say.

    Args:
        value: as JSON or a header has it.
        what: it counts, for the error.

    Raises:
        PaginationError: it says something that is no count, so that nobody can tell where the list ends.
    """
    number = whole_count(value)
    if number is None and value is not None:
        raise PaginationError(f"the number of {what} that the service gives is no whole number")
    return number


def page_number(cursor: str, first: int) -> int:
    """The number a token stands for.

    Raises:
        PaginationError: it is no page number.
    """
    number = whole_count(cursor)
    if number is None or number < first:
        raise PaginationError(f"{_shown(cursor)} is no page of this list: its pages are numbered from {first}")
    return number


def _sendable(cursor: object) -> str | None:
    """A cursor as a request can carry it; None where there is none."""
    if cursor is None or cursor == "":
        return None
    text = cursor if isinstance(cursor, str) else whole_count(cursor)
    if text is None or any("\ud800" <= each <= "\udfff" for each in str(text)):  # lone surrogates have no UTF-8
        raise PaginationError("the cursor of the next page is nothing that can be sent back")
    return str(text)


def _shown(token: str) -> str:
    shown = repr(token)
    return shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}..."
