"""A call's bytes: made once, the same in every attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from .redact import is_sensitive, secrets_of
from .whole import Whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..operation import Operation


class FrozenCall:
    """What every attempt of one call sends.

    Args:
        operation: what is called.
        path: the values of its path parameters.
        url: with path and query.
        headers: unsigned.
        body: the bytes; empty for none.
        extensions: of the requests.
    """

    __slots__ = ("_body", "_extensions", "_headers", "_path", "_url", "operation")

    def __init__(
        self,
        operation: Operation,
        *,
        path: tuple[object, ...],
        url: httpx.URL,
        headers: httpx.Headers,
        body: bytes,
        extensions: Mapping[str, Any],
    ) -> None:
        self.operation = operation
        self._path = path
        self._url = url
        self._headers = headers
        self._body = body
        self._extensions = extensions

    def request(self) -> httpx.Request:
        """A request for one attempt."""
        return httpx.Request(
            self.operation.method,
            self._url,
            headers=self._headers,
            stream=Whole(self._body),
            extensions=self._extensions,
        )

    def secrets(self) -> set[str]:
        """What of it must not be shown, should the service echo it."""
        named = zip(self.operation.path_params, self._path, strict=True)
        return secrets_of(self._url, self._body) | {str(value) for name, value in named if is_sensitive(name)}
