"""Connections between two requests."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator

    from ...http.url import Origin
    from .lane import Lane


class IdleConnections:
    """Connections that wait for another request to their origin; the one used last is taken first.

    aiohttp's connector opens connections and could keep them too, but to give one back to it and ask for it again costs a tenth of
    a small request.

    Args:
        loop: of the connections.
        keepalive: seconds a connection may wait.
        close: closes one for good.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, keepalive: float, close: Callable[[Lane], None]) -> None:
        self._loop = loop
        self._keepalive = keepalive
        self._close = close
        self._waiting: dict[Origin, list[tuple[float, Lane]]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def put(self, lane: Lane) -> None:
        """Keep a connection on which nothing is under way."""
        self._waiting.setdefault(lane.origin, []).append((monotonic(), lane))
        if self._timer is None:
            self._timer = self._loop.call_later(self._keepalive, self._close_old)

    def take(self, origin: Origin) -> Lane | None:
        """A connection that is still open and on which nothing came meanwhile."""
        waiting = self._waiting.get(origin)
        while waiting:
            since, lane = waiting.pop()
            if monotonic() - since < self._keepalive and lane.is_clean():
                return lane
            self._close(lane)
        return None

    def __iter__(self) -> Iterator[Lane]:
        for waiting in self._waiting.values():
            for _, lane in waiting:
                yield lane

    def clear(self) -> None:
        """Give them all back to the connector, which has been closed."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for lane in self:
            lane.connection.close()
        self._waiting.clear()

    def _close_old(self) -> None:
        self._timer = None
        oldest = monotonic() - self._keepalive
        for origin, waiting in list(self._waiting.items()):
            old = sum(since <= oldest for since, _ in waiting)
            for _, lane in waiting[:old]:
                self._close(lane)
            if old < len(waiting):
                self._waiting[origin] = waiting[old:]
            else:
                del self._waiting[origin]
        if self._waiting:
            first = min(waiting[0][0] for waiting in self._waiting.values())
            self._timer = self._loop.call_later(first - oldest, self._close_old)
