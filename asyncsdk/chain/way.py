"""The one way for what is sent: loop check, credentials, permit, signature, engine, recovery, and the limit of time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import anyio
import httpx

from ..engines.quiet import inside
from ..engines.time_limit import limited
from .signing import exchange

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from ..engines.common import Engine
    from ..engines.lazy import Connections
    from .call import Sending
    from .signing import Network
    from .throttle import Throttle


class Way:
    """How everything that a client and its copies send goes out.

    Args:
        connections: the engine, opened by the first request.
    """

    def __init__(self, connections: Connections) -> None:
        self.connections = connections

    async def send(self, sending: Sending, network: Network) -> httpx.Response:
        """Wait for a place at the host, send, and learn from what comes back.

        Credentials are fetched before the permit is taken: a provider may need the network itself. A permit belongs to the
        answer, and is given back when its stream is closed.

        Args:
            sending: one attempt.
            network: for the host's signer.

        Raises:
            httpx.TransportError: as the engine raises it; `httpx.ReadTimeout` where the attempt's whole time was too short.
            ConfigurationError: the client is closed, or belongs to another event loop.
        """
        self.connections.home.enter()
        host = sending.call.host
        token = inside.set(True)
        try:
            if host.signer is not None:
                await host.signer.ready(network)
            throttle = host.state.throttle
            since = await throttle.acquire()
            sending.admitted = True
            try:
                engine = self.connections.opened()
                total = sending.call.timeout.total
                how: Callable[[Engine, Sending, Network], Awaitable[httpx.Response]]
                how = _exchanged if sending.call.body.held is not None else _streamed
                if total is None:
                    response = await how(engine, sending, network)
                else:
                    response = await _within(total, how(engine, sending, network), sending.request)
            except BaseException as error:
                if isinstance(error, httpx.TimeoutException):
                    throttle.overloaded()
                throttle.release()
                raise
        finally:
            inside.reset(token)
        if response.status_code in (429, 503):
            throttle.overloaded()
        else:
            throttle.succeeded(since)
        if isinstance(response.stream, httpx.ByteStream):  # all there already: the connection is free again
            throttle.release()
        else:
            assert isinstance(response.stream, httpx.AsyncByteStream)
            response.stream = _PermitStream(response.stream, throttle)
        return response


def _exchanged(engine: Engine, sending: Sending, network: Network) -> Awaitable[httpx.Response]:
    """Sign where that is asked for, and send."""
    call = sending.call
    if call.host.signer is None:
        return engine.carry(sending.request, most=call.most)
    return exchange(partial(engine.carry, most=call.most), sending.request, call.body, call.host.signer, network)


async def _streamed(engine: Engine, sending: Sending, network: Network) -> httpx.Response:
    """The same with a body that is read while it is sent; what it was read from is closed then."""
    try:
        return await _exchanged(engine, sending, network)
    finally:
        assert isinstance(sending.request.stream, httpx.AsyncByteStream)
        await sending.request.stream.aclose()


async def _within(total: float, answer: Awaitable[httpx.Response], request: httpx.Request) -> httpx.Response:
    ends = anyio.current_time() + total
    with anyio.move_on_after(total):
        return limited(await answer, ends, request)
    raise httpx.ReadTimeout(f"the attempt took longer than {total:g} s", request=request)


class _PermitStream(httpx.AsyncByteStream):
    """An answer's stream that gives its permit back once, when it is closed."""

    def __init__(self, inner: httpx.AsyncByteStream, throttle: Throttle) -> None:
        self._inner = inner
        self._throttle: Throttle | None = throttle

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._inner)

    async def aclose(self) -> None:
        throttle, self._throttle = self._throttle, None
        if throttle is not None:
            try:
                await self._inner.aclose()
            finally:
                throttle.release()
