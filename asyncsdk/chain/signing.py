"""What a signer is, and the one exchange that is signed: sign, send, and once more where the refusal can be mended.

A signer turns frozen bytes into headers, once per attempt. Nothing may change a request after that, which is why signing is
the last link of the chain before the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

import httpx

from ..errors import ConfigurationError
from ..http.reply import read_whole, readable
from ..http.whole import Whole

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from ..http.body import Body
    from ..http.reply import Reply
    from ..operation import Operation

T = TypeVar("T")

Header = tuple[bytes, bytes]


class Network(Protocol):
    """What a signer may ask the network with: the client's own way, unsigned, to a host that is not the one it signs for."""

    async def ask(
        self,
        operation: Operation,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        into: Callable[[Reply], T],
        secrets: Iterable[str] = (),
    ) -> T:
        """Make one call, with the client's connections, hooks and log lines.

        Args:
            operation: what it is, and whether it may be repeated.
            url: where to, absolute.
            headers: what it carries.
            body: what is sent.
            into: turns the answer into what the call gives.
            secrets: what must not be shown of it.

        Raises:
            SDKError: whatever became of the last attempt.
        """
        ...


class Signer:
    """What proves to a service who is asking; as it stands here, nothing does. Signers derive from it."""

    hashes_body: bool = False
    """Whether a signature covers the body, which then has to be bytes."""

    def loading(self) -> Callable[[], object] | None:
        """What loads all that signing takes, and may be called in a thread; None where nothing is missing."""
        return None

    async def ready(self, network: Network) -> None:
        """Have credentials at hand. Awaited before a permit is taken, so that it may ask the network."""

    def headers(self, request: httpx.Request, body: bytes) -> Iterable[Header]:  # noqa: ARG002
        """The headers that sign this very request.

        Args:
            request: as it will be sent.
            body: its bytes; empty where `hashes_body` is False.
        """
        return ()

    async def recover(
        self,
        request: httpx.Request,  # noqa: ARG002
        response: httpx.Response,  # noqa: ARG002
        body: bytes,  # noqa: ARG002
        network: Network,  # noqa: ARG002
    ) -> bool:
        """Whether the request, signed anew, has a chance: what made a service refuse it was mended. Asked once, for a 401 or 403.

        Args:
            request: as it was signed and sent.
            response: the refusal.
            body: its body, decompressed.
            network: for new credentials.
        """
        return False

    def recovered(self, *, accepted: bool) -> None:
        """Learn whether what `recover` mended did help."""

    def secrets(self) -> Iterable[str]:
        """The values that must never be shown."""
        return ()


async def exchange(
    carry: Callable[[httpx.Request], Awaitable[httpx.Response]],
    request: httpx.Request,
    body: Body,
    signer: Signer,
    network: Network,
) -> httpx.Response:
    """Sign a request and send it.

    A refusal that the signer can mend is answered once, by the same request signed anew: a service that turns a
    signature down has not acted, whatever the method. This is no attempt of the retry loop.

    Args:
        carry: sends a request as it is.
        request: nobody else's; it gets the signature.
        body: what it sends.
        signer: what signs.
        network: for the signer.
    """
    signature = _sign(signer, request, body)
    response = await carry(request)
    if response.status_code not in (401, 403):
        return response
    response = await in_full(response)
    if body.spent or not await signer.recover(request, response, readable(response), network):
        return response
    for name, _ in signature:
        del request.headers[name.decode("ascii")]  # the next signature may have fewer headers
    request.stream = body.stream()
    _sign(signer, request, body)
    response = await carry(request)
    signer.recovered(accepted=response.status_code not in (401, 403))
    return response


def _sign(signer: Signer, request: httpx.Request, body: Body) -> Iterable[Header]:
    """Add the headers of a signature, and give them."""
    signature = signer.headers(request, body.held or b"")
    headers = request.headers
    for name, value in signature:
        headers[name.decode("ascii")] = value.decode("ascii")
    return signature


def refuse_unhashable(signer: Signer | None, body: Body, operation: str) -> None:
    """Hold a body against what a signature needs.

    Raises:
        ConfigurationError: the signature covers the body, which is still to be streamed.
    """
    if body.held is None and signer is not None and signer.hashes_body:
        raise ConfigurationError(
            f"{operation}: the signature for this host covers the body, so that it cannot be streamed: give bytes "
            "(of an httpx request: await request.aread() first)"
        )


def spelled(url: httpx.URL) -> httpx.URL:
    """The URL with ``%20`` for every ``+`` of its query."""
    if b"+" not in url.query:
        return url
    # httpx writes a space of `params` so, and services differ in how they read it, even while they check a signature
    return url.copy_with(query=url.query.replace(b"+", b"%20"))


async def in_full(response: httpx.Response) -> httpx.Response:
    """An answer that holds its body instead of a connection."""
    if isinstance(response.stream, Whole):
        return response
    return httpx.Response(
        response.status_code,
        headers=response.headers,
        stream=Whole(await read_whole(response)),
        extensions=response.extensions,
    )
