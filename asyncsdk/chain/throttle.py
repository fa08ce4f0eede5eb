"""How many requests a client has in the air at once: what the service bears, and never more than its connections."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from ..http.clock import Clock

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
    """

    def __init__(self, most: int, clock: Clock) -> None:
        self.most = most
        self.limit = most
        self.active = 0
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
