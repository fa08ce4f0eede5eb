"""The small base of all resources: what each kind of operation gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from .body import body_bytes
from .codec import Model, Receipt, as_model, from_dict, receipt
from .paging import Pager, at_once

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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

        The path is checked now, so that a wrong id is refused at the call and not at the first iteration.
        """
        operation.url_path(*path)
        return at_once(lambda: self._call(operation, *path, into=as_list(of), query=query))


def listed(reply: Reply) -> tuple[list[Any], Mapping[str, Any]]:
    """The items of a list answer, and what came around them.

    Raises:
        DecodeError: no list in any of the shapes that are known.
    """
    value = reply.json()
    if isinstance(value, list):
        return value, {}
    if isinstance(value, dict):
        for name in ("results", "data", "items"):
            if isinstance(value.get(name), list):
                return value[name], value
        # Some clients meet a single object where the document has a list (FACTS 1.1, 4.3).
        return ([] if value.get("results", value) is None or not value else [value]), {}
    if value is None:
        return [], {}
    raise reply.unreadable(f"a list was promised, not {type(value).__name__}")


def as_list(of: type[M]) -> Decoder[Sequence[M]]:
    """A decoder for a list of models."""

    def decode(reply: Reply) -> list[M]:
        items, _ = listed(reply)
        for at, each in enumerate(items):
            if not isinstance(each, dict):
                raise reply.unreadable(f"item {at} is no object")
        return [from_dict(of, each) for each in items]

    return decode
