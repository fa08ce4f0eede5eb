"""A clock for tests of your own: no retry, no pause and no refresh has to be waited for."""

from __future__ import annotations

import anyio
import anyio.lowlevel

from ..http.clock import Clock


class FakeClock(Clock):
    """Time that passes when a sleep is asked for, or when the test says so. Give it to a client as ``clock=``.

    Args:
        start: seconds since the epoch.
        luck: what `random` gives; 1 makes each wait as long as it may be.
        manual: whether sleepers wait until `advance` has brought their time.

    Attributes:
        slept: the seconds of every sleep that was asked for, in order.
    """

    def __init__(self, start: float = 1_700_000_000.0, *, luck: float = 1.0, manual: bool = False) -> None:
        self.slept: list[float] = []
        self._now = start
        self._luck = luck
        self._manual = manual
        self._sleepers: list[tuple[float, anyio.Event]] = []

    @property
    def sleeping(self) -> int:
        """How many wait for `advance`."""
        return len(self._sleepers)

    def time(self) -> float:
        """The time now."""
        return self._now

    def monotonic(self) -> float:
        """The time now: this clock never runs backwards."""
        return self._now

    def random(self) -> float:
        """Always the same."""
        return self._luck

    async def sleep(self, seconds: float) -> None:
        """Let the time pass, or wait for `advance`."""
        self.slept.append(seconds)
        until = self._now + seconds
        if not self._manual:
            await anyio.lowlevel.checkpoint()
            self._now = max(self._now, until)
            return
        sleeper = (until, anyio.Event())
        self._sleepers.append(sleeper)
        try:
            await sleeper[1].wait()
        finally:
            if sleeper in self._sleepers:
                self._sleepers.remove(sleeper)

    def advance(self, seconds: float) -> None:
        """Let the time pass, and wake whoever has slept long enough."""
        self._now += seconds
        for sleeper in [each for each in self._sleepers if each[0] <= self._now]:
            self._sleepers.remove(sleeper)
            sleeper[1].set()
