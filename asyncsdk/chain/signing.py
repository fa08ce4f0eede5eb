"""The signing middleware and the signers.

A signer turns frozen bytes into headers, once per attempt. Nothing may change a request after that, which is why signing is
the last link of the chain before the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

import httpx
from attrs import frozen

from ..http.reply import read_whole, readable
from ..http.url import Origin, origin
from ..http.whole import Whole, body_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

Header = tuple[bytes, bytes]


class Signer(Protocol):
    """What proves to a service who is asking."""

    async def ready(self) -> None:
        """Have credentials at hand. Awaited before a permit is taken, so that it may ask the network."""
        ...

    def headers(self, request: httpx.Request, body: bytes) -> tuple[Header, ...]:
        """The headers that sign this very request."""
        ...

    def secrets(self) -> Iterable[str]:
        """The values that must never be shown."""
        ...


@runtime_checkable
class Recovering(Protocol):
    """A signer that can mend what makes a service refuse a signature: expired credentials, a clock that is off."""

    async def recover(self, request: httpx.Request, response: httpx.Response, body: bytes) -> bool:
        """Whether the request, signed anew, has a chance. Asked once, for a 401 or 403.

        Args:
            request: as it was signed and sent.
            response: the refusal.
            body: its body, decompressed.
        """
        ...


@runtime_checkable
class Networked(Protocol):
    """A signer that asks the network for credentials."""

    def bind(self, engine: httpx.AsyncBaseTransport) -> None:
        """Take the client's engine, for requests that are neither signed nor throttled."""
        ...


@frozen
class NoSigner:
    """For operations that must go without credentials."""

    async def ready(self) -> None:
        """Nothing to fetch."""

    def headers(self, request: httpx.Request, body: bytes) -> tuple[Header, ...]:  # noqa: ARG002
        """None."""
        return ()

    def secrets(self) -> Iterable[str]:
        """None."""
        return ()


class SigningTransport(httpx.AsyncBaseTransport):
    """The last link before the engine: freezes the body, signs, sends.

    Only requests to the client's own origins are signed; any other goes out as it is, without credentials. A request that
    carries the extension ``unsigned`` does too.

    Args:
        inner: the engine.
        signer: what signs.
        origins: the client's own.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, signer: Signer, origins: Collection[Origin]) -> None:
        self._inner = inner
        self._signer = signer
        self._origins = origins
        if isinstance(signer, Networked):
            signer.bind(inner)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request signed: a copy, so that whoever keeps the request given keeps no secret. Only the requests of
        `Client.call`, which are made for one attempt and kept by nobody, are signed as they are.

        A refusal that the signer can mend is answered once, by the same request signed anew: a service that turns a
        signature down has not acted, whatever the method. This is no attempt of the retry loop.
        """
        if "unsigned" in request.extensions or origin(request.url) not in self._origins:
            return await self._inner.handle_async_request(request)
        body = await frozen_body(request)
        signed = request if "whole" in request.extensions else _copied(request)
        signature = self._sign(signed, body)
        response = await self._inner.handle_async_request(signed)
        if response.status_code in (401, 403) and isinstance(self._signer, Recovering):
            response = await _in_full(response)
            if await self._signer.recover(signed, response, readable(response)):
                for name, _ in signature:
                    del signed.headers[name.decode("ascii")]  # the next signature may have fewer headers
                self._sign(signed, body)
                response = await self._inner.handle_async_request(signed)
        return response

    def _sign(self, request: httpx.Request, body: bytes) -> tuple[Header, ...]:
        """Add the headers of a signature, and give them."""
        signature = self._signer.headers(request, body)
        for name, value in signature:
            request.headers[name.decode("ascii")] = value.decode("ascii")
        return signature


def _copied(request: httpx.Request) -> httpx.Request:
    """The request with ``%20`` for every ``+`` of its query."""
    url = request.url
    if b"+" in url.query:
        # httpx writes a space of `params` so, and services differ in how they read it, even while they check a signature
        url = url.copy_with(query=url.query.replace(b"+", b"%20"))
    return httpx.Request(
        request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
    )


async def _in_full(response: httpx.Response) -> httpx.Response:
    """An answer that holds its body instead of a connection."""
    return httpx.Response(
        response.status_code,
        headers=response.headers,
        stream=Whole(await read_whole(response)),
        extensions=response.extensions,
    )


async def frozen_body(request: httpx.Request) -> bytes:
    """The bytes of a request's body; what had to be streamed is kept, so that it can be sent, and sent again."""
    body = body_of(request.stream)
    if body is None:
        body = await request.aread()
        request.stream = Whole(body)
    return body
