"""How many requests a client has in the air at once: what the service bears, and never more than its connections."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import anyio
import httpx

from ..http.home import HomeLoop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ..http.clock import Clock
    from .signing import Signer

# One cut a second, however many of the requests in the air meet the same overload.
_COOL_DOWN = 1.0


class Throttle:
    """Permits, first come first served: additive increase, multiplicative decrease, and a pause that all share.

    The limit starts at `most`. An overload (429, 503, a timeout) halves it, at most once a second; every round of successes
    raises it by one. A 429 also pauses everybody. The engine's own pool has `most` places, so it never makes anybody wait.

    Args:
        most: the highest limit, the client's ``max_connections``.
        clock: time and sleep.

    Attributes:
        limit: how many permits there are now.
        active: how many are taken.
        home: the event loop that the permits belong to.
    """

    def __init__(self, most: int, clock: Clock) -> None:
        self.most = most
        self.limit = most
        self.active = 0
        self.home = HomeLoop()
        self._clock = clock
        self._successes = 0
        self._cooled = float("-inf")
        self._resume_at = 0.0
        self._waiting: OrderedDict[anyio.Event, None] = OrderedDict()

    @property
    def waiting(self) -> int:
        """How many wait for a permit."""
        return len(self._waiting)

    async def acquire(self) -> None:
        """Take a permit; give it back with `release`. Cancelled while it waits, it holds none."""
        if self.active < self.limit and not self._waiting:
            self.active += 1
        else:
            await self._turn()
        if self._resume_at:
            await self._pause_over()

    async def _turn(self) -> None:
        turn = anyio.Event()
        self._waiting[turn] = None
        try:
            await turn.wait()
        except BaseException:
            if turn.is_set():  # the permit came with the cancellation: hand it on
                self.release()
            else:
                del self._waiting[turn]
            raise

    async def _pause_over(self) -> None:
        """Wait for the end of a pause with the permit in hand, so that the order of the queue holds."""
        try:
            while (rest := self._resume_at - self._clock.monotonic()) > 0:
                await self._clock.sleep(rest)
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Give a permit back; the longest waiting gets it."""
        self.active -= 1
        self._hand_out()

    def _hand_out(self) -> None:
        while self._waiting and self.active < self.limit:
            self.active += 1
            self._waiting.popitem(last=False)[0].set()

    def succeeded(self) -> None:
        """The service answered in good order."""
        if self.limit < self.most:
            self._successes += 1
            if self._successes >= self.limit:
                self._successes = 0
                self.limit += 1
                self._hand_out()

    def overloaded(self) -> None:
        """The service (or the way to it) showed that it is asked too much."""
        now = self._clock.monotonic()
        if now - self._cooled >= _COOL_DOWN:
            self._cooled = now
            self._successes = 0
            self.limit = max(1, self.limit // 2)

    def pause(self, seconds: float) -> None:
        """Let nobody start for this long."""
        self._resume_at = max(self._resume_at, self._clock.monotonic() + seconds)


class ThrottleTransport(httpx.AsyncBaseTransport):
    """Takes a permit before the engine is asked, and keeps it until the answer's stream is closed.

    Credentials are fetched before the permit: a provider may need the network itself, and would wait for the permit that its
    own caller holds.

    Args:
        inner: the signing transport.
        throttle: shared by all copies of a client.
        signer: to have credentials ready.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, throttle: Throttle, signer: Signer) -> None:
        self._inner = inner
        self._throttle = throttle
        self._signer = signer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Wait for a place, send, and learn from what comes back. The extension ``admitted`` says that the wait is over.

        Raises:
            ConfigurationError: the client belongs to another event loop.
        """
        throttle = self._throttle
        throttle.home.enter()
        if "unsigned" not in request.extensions:
            await self._signer.ready()
        await throttle.acquire()
        request.extensions["admitted"] = True
        try:
            response = await self._inner.handle_async_request(request)
        except BaseException as error:
            if isinstance(error, httpx.TimeoutException):
                throttle.overloaded()
            throttle.release()
            raise
        if response.status_code in (429, 503):
            throttle.overloaded()
        else:
            throttle.succeeded()
        if isinstance(response.stream, httpx.ByteStream):  # all there already: the connection is free again
            throttle.release()
        else:
            assert isinstance(response.stream, httpx.AsyncByteStream)
            response.stream = _PermitStream(response.stream, throttle)
        return response


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
