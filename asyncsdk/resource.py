"""The small base of all resources: what each kind of operation gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from .body import body_bytes
from .codec import Model, Receipt, as_model, from_dict, receipt
from .http.url import encode_query
from .paging import Pager, at_once, by_rpp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .client import Client, Decoder
    from .http.reply import Reply
    from .http.url import Query
    from .operation import Operation

M = TypeVar("M", bound=Model)
T = TypeVar("T")

NO_BODY: Any = object()
"""Stands for "this operation has no body", which null is not."""


class Resource:
    """A group of a client's operations.

    Args:
        client: whose connections, credentials and limits they use.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._client!r}>"

    async def _call(
        self, operation: Operation, *path: object, into: Decoder[T], body: Any = NO_BODY, query: Query | None = None
    ) -> T:
        """One call whose answer a decoder reads."""
        return await self._client.call(
            operation,
            *path,
            into=into,
            query=query,
            body=None if body is NO_BODY else body_bytes(operation, body),
            content_type=operation.content_type,
        )

    async def _get(
        self, operation: Operation, *path: object, of: type[M], body: Any = NO_BODY, query: Query | None = None
    ) -> M:
        """One call that gives a model."""
        return await self._call(operation, *path, into=as_model(of), body=body, query=query)

    async def _do(
        self, operation: Operation, *path: object, body: Any = NO_BODY, query: Query | None = None
    ) -> Receipt:
        """One call that gives a `Receipt`."""
        return await self._call(operation, *path, into=receipt, body=body, query=query)

    def _list(self, operation: Operation, *path: object, of: type[M], query: Query | None = None) -> Pager[M]:
        """A list that comes in one answer: a bare array, ``{"results": [...]}``, or a single object.

        Path and query are checked now, so that a wrong value is refused at the call and not at the first iteration.
        """
        operation.url_path(*path)
        encode_query(query)
        return at_once(lambda: self._call(operation, *path, into=as_list(of), query=query), of=of)

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

        async def fetch(number: int | None) -> tuple[Sequence[M], Mapping[str, Any]]:
            return await self._call(operation, *path, into=as_part(of), query={**query, "page": number, "rpp": rpp})

        return by_rpp(fetch, page=page, rpp=rpp, usual=usual, of=of)


def whole_number(value: object, name: str) -> None:
    """Hold a count or page number, which may be None, against what it can be: a whole number from 1.

    Raises:
        TypeError: not an integer.
        ValueError: below 1.
    """
    if value is None:
        return
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, not {value}")


def listed(reply: Reply) -> tuple[list[Any], Mapping[str, Any]]:
    """The items of a list answer, and what came around them.

    Raises:
        DecodeError: no list in any of the shapes that are known.
    """
    value = reply.json()
    if isinstance(value, list):
        return value, {}
    if value is None:
        return [], {}
    if isinstance(value, dict):
        for name in ("results", "data", "items"):
            if isinstance(value.get(name), list):
                return value[name], value
        # Some clients meet a single object where the document has a list (FACTS 1.1, 4.3).
        single = value.get("results", value)
        return ([single] if single else []), {}
    raise reply.unreadable(f"a list was promised, not {type(value).__name__}")


def as_part(of: type[M]) -> Decoder[tuple[Sequence[M], Mapping[str, Any]]]:
    """A decoder for a list of models, or a page of one, with what came around it."""

    def decode(reply: Reply) -> tuple[Sequence[M], Mapping[str, Any]]:
        items, around = listed(reply)
        for at, each in enumerate(items):
            if not isinstance(each, Mapping):
                raise reply.unreadable(f"item {at} is no object")
        return [from_dict(of, each) for each in items], around

    return decode


def as_list(of: type[M]) -> Decoder[Sequence[M]]:
    """A decoder for a list of models."""
    part = as_part(of)
    return lambda reply: part(reply)[0]
