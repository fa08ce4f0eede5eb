"""Time as the chain sees it, so that no test has to wait for it."""

from __future__ import annotations

import random
import time

import anyio


class Clock:
    """The system's clocks, its sleep and its dice; replace it whole in a test."""

    def time(self) -> float:
        """Seconds since the epoch, for dates and timestamps."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never run backwards, for durations."""
        return time.monotonic()

    def random(self) -> float:
        """A number in ``[0, 1)``, for jitter."""
        return random.random()  # noqa: S311  # jitter, not a secret

    async def sleep(self, seconds: float) -> None:
        """Wait; cancellable."""
        await anyio.sleep(seconds)


SYSTEM = Clock()
