"""The small base of all resources: what each kind of operation gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from .body import body_bytes
from .client import Client, Decoder
from .codec import Created, Model, Receipt, as_list, as_model, created, receipt
from .http.url import Query, encode_query
from .operation import Operation
from .paging import Pager, at_once

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

    async def _create(self, operation: Operation, *path: object, body: Any) -> Created:
        """One call that makes something, and says what."""
        return await self._call(operation, *path, into=created, body=body)

    def _list(
        self,
        operation: Operation,
        *path: object,
        of: type[M],
        query: Query | None = None,
        within: Sequence[str] = (),
        single: bool = False,
    ) -> Pager[M]:
        """A list that comes in one answer.

        Path and query are checked now, so that a wrong value is refused at the call and not at the first iteration.

        Args:
            operation: what to call.
            path: the values of its path parameters.
            of: the model of an item.
            query: wire names to values.
            within: the names one of which holds the list, where it does not come as a bare array (`codec.as_part`).
            single: whether an object may stand for a list of one (likewise).

        Raises:
            TypeError, ValueError: a value that cannot be meant.
        """
        operation.url_path(*path)
        encode_query(query)
        into = as_list(of, within, single=single)
        pager = at_once(lambda: self._call(operation, *path, into=into, query=query), of=of)
        return pager.told(operation.id, operation.told(path, query))


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
