"""Lists as this service gives them: bare arrays in pages, the next of which a ``Link`` header names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ..body import checked
from ..client import Client, Decoder
from ..codec import Model, Receipt, as_list, to_dict
from ..errors import NotFoundError, PaginationError
from ..http.reply import Reply
from ..http.url import Query, encode_query
from ..operation import Operation
from ..paging import Pager, by_cursor, cursor_of, next_link
from ..resource import NO_BODY, Resource, whole_number
from .rules.calls import RememberingClient

M = TypeVar("M", bound=Model)
T = TypeVar("T")

PAGE = 100
"""Items a page, where the caller does not say. Without a number the service gives the whole list in one answer."""

_SKIP = re.compile(r"skip([0-9]{1,15})", re.ASCII)


def told(value: bool | None) -> bool | None:
    """A switch that the service takes for set whatever its value: it is sent only where it is to be set."""
    return True if value else None


def size_of(limit: int | None, page_size: int | None) -> int:
    """How many items a page has.

    Raises:
        TypeError: no whole number.
        ValueError: below 1, or two that differ.
    """
    whole_number(limit, "limit")
    whole_number(page_size, "page_size")
    if limit is not None and page_size is not None and limit != page_size:
        raise ValueError("limit and page_size are the same thing: items a page; give one of them")
    return limit or page_size or PAGE


class LivepeerResource(Resource):
    """A group of this system's operations."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        assert isinstance(client, RememberingClient)
        self._memory = client.memory

    async def _make(self, operation: Operation, *path: object, of: type[M], body: Any = NO_BODY) -> M:
        """One call that makes something, which is remembered, as is whose it is."""
        made = await self._get(operation, *path, of=of, body=body)
        fields: Any = made
        self._memory.made(_id(made), fields.user_id, self._client.clock.monotonic())
        return made

    async def _delete(self, operation: Operation, *path: object, body: Any = NO_BODY) -> Receipt:
        """One call that deletes. That it is not there is what was wanted, where an attempt before may have deleted it."""
        try:
            receipt = await self._do(operation, *path, body=body)
        except NotFoundError as error:
            if error.attempts < 2:
                raise
            receipt = Receipt(status_code=error.status_code, message="it was deleted already, by an attempt before")
        self._memory.gone(*path, *(body.get("ids") or () if isinstance(body, Mapping) else ()))
        return receipt

    def _pages(
        self,
        operation: Operation,
        *path: object,
        of: type[M],
        query: Query,
        limit: int | None,
        page_size: int | None,
        cursor: str | None,
        following: Callable[[Reply, Sequence[M], str | None, int], str | None] | None = None,
    ) -> Pager[M]:
        """A list in pages; checked now, as `_list` does. An item that a page before had is not given again.

        Args:
            operation: what to call.
            path: the values of its path parameters.
            of: the model of an item, which has an id.
            query: all but limit and cursor, wire names to values.
            limit: items a page.
            page_size: the same.
            cursor: the page to begin with.
            following: from an answer, its items, the page's own cursor and the items a page to the next page's cursor.

        Raises:
            TypeError, ValueError: a value that cannot be meant.
        """
        size = size_of(limit, page_size)
        operation.url_path(*path)
        encode_query({**query, "cursor": cursor})
        items_of, after = as_list(of), following or linked

        async def fetch(token: str | None) -> tuple[Sequence[M], str | None, str | None]:
            asked = cursor if token is None else token

            def read(reply: Reply) -> tuple[Sequence[M], str | None, str | None]:
                items = items_of(reply)
                return items, after(reply, items, asked, size), reply.headers.get("x-total-count")

            return await self._ask(operation, *path, into=read, query={"limit": size, "cursor": asked, **query})

        shown = {**query, "limit": page_size or limit, "cursor": cursor}
        return by_cursor(fetch, unique=_id).told(operation.id, operation.told(path, shown))

    async def _ask(self, operation: Operation, *path: object, into: Decoder[T], query: Query) -> T:
        """Get one page of a list."""
        return await self._call(operation, *path, into=into, query=query)


def _id(item: Any) -> object:
    return getattr(item, "id", None)


def linked(reply: Reply, items: Sequence[object], _: str | None, __: int) -> str | None:
    """The next cursor out of the ``Link`` header, whose host and scheme are never used. An empty page is the last one."""
    return cursor_of(next_link(reply.headers)) if items else None


def skipped(_: Reply, items: Sequence[object], cursor: str | None, size: int, *, filtered: bool = False) -> str | None:
    """The next cursor of a list without links: as long as pages are full, there may be more.

    Args:
        items: of the page.
        cursor: its own; None for the first one.
        size: items a page.
        filtered: whether the service leaves items out after it has cut the page: then only an empty page is the last one.

    Raises:
        PaginationError: a cursor that is none of this list.
    """
    if not items or (len(items) < size and not filtered):
        return None
    found = _SKIP.fullmatch(cursor or "skip0")
    if found is None:
        raise PaginationError("this cursor is none of this list: they are called skip and a number")
    return f"skip{int(found[1]) + size}"


def switched(operation: Operation, body: object, name: str) -> dict[str, Any]:
    """A body of one switch: given as it is, as its value, or as a whole object.

    Raises:
        TypeError, ValueError: it is not there, or no truth.
    """
    if isinstance(body, bool):
        return {name: body}
    wire = checked(operation, body)
    return {name: wire[name]} if isinstance(body, Model) or wire.get("id") is not None else to_dict(wire)
