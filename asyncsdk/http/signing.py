"""The signing middleware and the signers.

A signer turns frozen bytes into headers, once per attempt. Nothing may change a request after that, which is why signing is
the last link of the chain before the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import httpx
from attrs import field, frozen

from .url import Origin, origin

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


@frozen
class HeaderSigner:
    """One fixed header: an API key, a Bearer token, an organization key.

    Args:
        name: the header, lower case.
        value: its whole value.
        key: the secret inside the value.
    """

    name: str
    value: str = field(repr=False)
    key: str = field(repr=False)

    async def ready(self) -> None:
        """Nothing to fetch."""

    def headers(self, request: httpx.Request, body: bytes) -> tuple[Header, ...]:  # noqa: ARG002
        """The one header."""
        return ((self.name.encode(), self.value.encode()),)

    def secrets(self) -> Iterable[str]:
        """The key and the header's value."""
        return (self.key, self.value)


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

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a signed copy; the request given stays without a signature, so whoever keeps it keeps no secret."""
        if "unsigned" in request.extensions or origin(request.url) not in self._origins:
            return await self._inner.handle_async_request(request)
        signature = self._signer.headers(request, await frozen_body(request))
        ours = {name.lower() for name, _ in signature}
        signed = httpx.Request(
            request.method,
            request.url,
            headers=[*(each for each in request.headers.raw if each[0].lower() not in ours), *signature],
            stream=request.stream,
            extensions=request.extensions,
        )
        return await self._inner.handle_async_request(signed)


async def frozen_body(request: httpx.Request) -> bytes:
    """The bytes of a request's body; what had to be streamed is kept, so that it can be sent, and sent again."""
    if type(request.stream) is httpx.ByteStream:
        return b"".join(request.stream)
    body = await request.aread()
    request.stream = httpx.ByteStream(body)
    return body
