"""A call: bytes that are made once and the same in every attempt, the host they go to, and the limits they go under."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ..http.redact import is_sensitive, secrets_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..http.body import Body
    from ..operation import Operation
    from ..timeout import Timeout
    from .host import Host


class Call:
    """What every attempt of one call sends.

    Args:
        operation: what is called, and whether it may be repeated.
        host: where it goes.
        url: with path and query.
        headers: unsigned.
        body: opened anew for each attempt.
        timeout: the limits of one attempt.
        most: the answer is wanted whole, and may hold so many bytes; None for an answer that is read while it arrives.
        path: the values of the operation's path parameters.
        secrets: what else must not be shown.
        extensions: of the requests, beside their limits of time; for a caller's own transport.
    """

    __slots__ = ("_extensions", "_path", "_secrets", "body", "headers", "host", "most", "operation", "timeout", "url")

    def __init__(
        self,
        operation: Operation,
        host: Host,
        *,
        url: httpx.URL,
        headers: httpx.Headers,
        body: Body,
        timeout: Timeout,
        most: int | None,
        path: tuple[object, ...] = (),
        secrets: Iterable[str] = (),
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        self.operation = operation
        self.host = host
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.most = most
        self._path = path
        self._secrets = secrets
        self._extensions = {"timeout": timeout.extension()} if extensions is None else extensions

    def request(self) -> httpx.Request:
        """A request for one attempt."""
        return httpx.Request(
            self.operation.method,
            self.url,
            headers=self.headers,
            stream=self.body.stream(),
            extensions=self._extensions,
        )

    def secrets(self) -> set[str]:
        """What of it must not be shown, should the service echo it."""
        named = zip(self.operation.path_params, self._path, strict=True)
        return {
            *secrets_of(self.url, self.body.held or b""),
            *(str(value) for name, value in named if is_sensitive(name)),
            *self._secrets,
        }


class Sending:
    """One attempt of a call under way.

    Attributes:
        call: whose.
        request: what goes out; nobody else's, so that it may carry the signature.
        admitted: whether it has had its place: until then nothing was sent.
    """

    __slots__ = ("admitted", "call", "request")

    def __init__(self, call: Call) -> None:
        self.call = call
        self.request = call.request()
        self.admitted = False
