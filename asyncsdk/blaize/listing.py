"""Lists as this service gives them: wrapped or bare, whole or in pages that tell what follows in one of two ways."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define

from ..codec import Model, as_part
from ..errors import PaginationError
from ..http.counts import whole_count
from ..http.url import encode_query
from ..paging import Page, Pager, counted, page_number, parameter
from ..resource import Resource, whole_number

if TYPE_CHECKING:
    from ..http.url import Query
    from ..operation import Operation
    from ..paging import Fetch

M = TypeVar("M", bound=Model)
T = TypeVar("T")

WITHIN = ("results", "data", "items")
"""Where clients have met the items of a list, if not in a bare array."""


class BlaizeResource(Resource):
    """A group of this system's operations, among them lists."""

    def _list(
        self,
        operation: Operation,
        *path: object,
        of: type[M],
        query: Query | None = None,
        within: Sequence[str] = WITHIN,
        single: bool = True,
    ) -> Pager[M]:
        return super()._list(operation, *path, of=of, query=query, within=within, single=single)

    def _pages(
        self,
        operation: Operation,
        *path: object,
        of: type[M],
        query: Query,
        page: int | None,
        rpp: int | None,
        usual: int,
    ) -> Pager[M]:
        """A list that may come in pages, where its answers say that there is more; checked now, as `_list` does.

        Args:
            operation: what to call.
            path: the values of its path parameters.
            of: the model of an item.
            query: the filters, wire names to values.
            page: the page to begin with; None asks as the document does, without a number.
            rpp: results a page; None leaves it to the service.
            usual: how many the service gives where it is not told.

        Raises:
            TypeError, ValueError: a value that cannot be meant.
        """
        operation.url_path(*path)
        encode_query(query)
        whole_number(page, "page")
        whole_number(rpp, "rpp")
        into = as_part(of, WITHIN, single=True)

        async def fetch(number: int | None) -> tuple[Sequence[M], Mapping[str, Any]]:
            return await self._call(operation, *path, into=into, query={**query, "page": number, "rpp": rpp})

        shown = operation.told(path, {**query, "page": page, "rpp": rpp})
        return by_rpp(fetch, page=page, rpp=rpp, usual=usual, of=of).told(operation.id, shown)


def by_rpp(
    fetch: Callable[[int | None], Awaitable[tuple[Sequence[T], Mapping[str, Any]]]],
    *,
    page: int | None = None,
    rpp: int | None = None,
    usual: int,
    of: type[T] | None = None,
) -> Pager[T]:
    """A pager over a list whose answers may say that there is more: ``links.next``, or a ``total`` of results.

    An answer that says neither is the whole list, or the last page of one whose earlier pages did.

    Args:
        fetch: from a page's number (None: none is sent) to its items, and the members of the answer around them.
        page: the number to begin with, from 1; None begins without one.
        rpp: how many results a page were asked for; None if none were.
        usual: how many the service gives where it is not told.
        of: what the items are, as for any pager.
    """

    def begin() -> Fetch[T]:
        extent = Extent(rpp or usual)

        async def strategy(cursor: str | None) -> Page[T]:
            asked = page if cursor is None else page_number(cursor, 1)
            items, around = await fetch(asked)
            number = asked or 1
            following = extent.after(number, len(items), around)
            token = None if following is None else str(following)
            return Page(items, number, cursor=token, total=whole_count(around.get("total")))

        return strategy

    return Pager.of_walks(begin, of=of)


@define
class Extent:
    """How long a list is, as a walk over its pages learns it.

    Attributes:
        size: how many results a page has.
        total: how many there are, as the last page that told said; None before.
    """

    size: int
    total: int | None = None

    def after(self, number: int, count: int, around: Mapping[str, Any]) -> int | None:
        """The number of the page after one; None at the end.

        Args:
            number: of the page, from 1.
            count: how many results it holds.
            around: the members of the answer, beside the results.

        Raises:
            PaginationError: a next page that is not after this one, or that cannot be told.
        """
        told = counted(around.get("total"), "results")
        self.total = self.total if told is None else told
        if self.total is not None:
            self.size = page_size(number, count, self.total, self.size)
        links = around.get("links")
        if isinstance(links, Mapping) and "next" in links:
            following = linked_page(links["next"])
            if following is not None and following <= number:
                raise PaginationError(
                    f"page {number} names page {following} as the one after it: the walk would never end"
                )
            return following
        return None if self.total is None or number * self.size >= self.total else number + 1


def page_size(number: int, count: int, total: int, size: int) -> int:
    """How many results a page really has: what was expected while the pages agree, else what the service gives.

    A service may have a page size of its own, or cut the one it is asked for; a walk that went by the wrong one would lose
    results.

    Args:
        number: of a page, from 1.
        count: how many results it holds.
        total: how many there are.
        size: how many results a page were to be expected.
    """
    expected = min(size, max(0, total - (number - 1) * size))
    return count if count and count != expected else size


def linked_page(link: object) -> int | None:
    """The page number in a link: ``{"url": ..., "page": 2}``, or a URL with ``page=2``; None where there is no link.

    Only the number is taken: a link may point to another origin, and is never asked itself.

    Raises:
        PaginationError: a link without a number.
    """
    told = link
    if isinstance(link, Mapping):
        told = link.get("page")
        told = link.get("url") if told is None else told
    if not told and whole_count(told) is None:  # 0 is no end, but a wrong number
        return None
    number = whole_count(told)
    if number is None and isinstance(told, str):
        number = whole_count(parameter(told, "page"))
    if not number:
        raise PaginationError("the link to the next page has no page number")
    return number
