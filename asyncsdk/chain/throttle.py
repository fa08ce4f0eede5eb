"""How many requests are in the air to a host at once: what it bears, and never more than the client's connections."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import anyio

from .limit import Limit

if TYPE_CHECKING:
    from ..http.clock import Clock

_PATIENT = 0.1
"""Seconds without any answer, while nothing was ever refused, after which who waits gets a place: slow answers are no refusal."""


class Throttle:
    """Permits, first come first served, as many as the service bears (`Limit`), and a pause that all share.

    The engine's own pool has as many places as there can be, so it never makes anybody wait.

    Args:
        most: the highest number of permits, the client's ``max_connections``.
        clock: time and sleep.

    Attributes:
        active: how many are taken.
    """

    def __init__(self, most: int, clock: Clock) -> None:
        self.most = most
        self.active = 0
        self._bears = Limit(most)
        self._clock = clock
        self._answers = 0
        self._careful = False  # since the service refused something or asked for a pause
        self._resume_at = 0.0
        self._next_start = 0.0
        self._waiting: OrderedDict[anyio.Event, None] = OrderedDict()

    @property
    def limit(self) -> int:
        """How many permits there are now."""
        return self._bears.at_once

    @property
    def waiting(self) -> int:
        """How many wait for a permit."""
        return len(self._waiting)

    @property
    def paused(self) -> float:
        """Seconds that are left of a pause; 0 for none."""
        return max(0.0, self._resume_at - self._clock.monotonic()) if self._resume_at else 0.0

    async def acquire(self) -> float:
        """Take a permit; give it back with `release`. Cancelled while it waits, it holds none.

        Returns:
            When it was had, by the clock's `monotonic`.
        """
        if self.active < self._bears.places and not self._waiting:
            self.active += 1
        else:
            await self._turn()
        return await self._start() if self._careful else self._clock.monotonic()

    async def _turn(self) -> None:
        turn = anyio.Event()
        self._waiting[turn] = None
        try:
            while self._bears.untried and self.limit < self.most and not turn.is_set():
                answers = self._answers
                with anyio.move_on_after(_PATIENT):
                    await turn.wait()
                if not turn.is_set() and answers == self._answers and self._bears.untried:
                    self._bears.open_one()
                    self._hand_out()
            await turn.wait()
        except BaseException:
            if turn.is_set():  # the permit came with the cancellation: hand it on
                self.release()
            else:
                del self._waiting[turn]
            raise

    async def _start(self) -> float:
        """Wait for the end of a pause, and for the turn to start, with the permit in hand, so that the order of the queue holds."""
        try:
            while (rest := self._resume_at - self._clock.monotonic()) > 0:
                await self._clock.sleep(rest)
            now = self._clock.monotonic()
            gap = self._bears.gap
            mine = max(now, self._next_start)
            self._next_start = mine + gap
            self._careful = bool(gap) or mine > now or not self._bears.open
            if mine > now:
                await self._clock.sleep(mine - now)
        except BaseException:
            self.release()
            raise
        return mine

    def release(self) -> None:
        """Give a permit back; the longest waiting gets it."""
        self.active -= 1
        self._hand_out()

    def _hand_out(self) -> None:
        while self._waiting and self.active < self._bears.places:
            self.active += 1
            self._waiting.popitem(last=False)[0].set()

    def succeeded(self, since: float) -> None:
        """The service answered in good order.

        Args:
            since: when the permit was had.
        """
        bears = self._bears
        self._answers += 1
        busy = self.active >= bears.places
        if bears.open or (not busy and not self._careful):
            return
        now = self._clock.monotonic()
        bears.succeeded(now, now - since, busy=busy)
        if self._waiting:
            self._hand_out()

    def overloaded(self) -> None:
        """The service (or the way to it) showed that it is asked too much. Asked while the permit is still taken."""
        self._careful = True
        self._bears.refused(self._clock.monotonic(), self.active - 1)

    def pause(self, seconds: float) -> None:
        """Let nobody start for this long: the service asks for it."""
        self._careful = True
        now = self._clock.monotonic()
        self._bears.paused(now, seconds)
        self._resume_at = max(self._resume_at, now + seconds)
