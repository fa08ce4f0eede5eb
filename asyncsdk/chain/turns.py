"""Whose turn it is to decode an answer that has been read."""

from __future__ import annotations

from collections import deque
from contextvars import ContextVar
from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from collections.abc import Callable


class Events:
    """Makes events for one event loop, the one it is first asked in; to ask which one that is takes longer than to make one."""

    __slots__ = ("_kind",)

    def __init__(self) -> None:
        self._kind: type[anyio.Event] | None = None

    def new(self) -> anyio.Event:
        """An `anyio.Event`."""
        if self._kind is None:
            self._kind = type(anyio.Event())
        return self._kind()


class Turns:
    """Lets what was decoded be used before more is decoded, first come first served.

    Many answers can arrive at the same moment. Decoded all at once they would take their memory all at once, and be out of the
    processor's caches when somebody gets to use them. Nobody waits for longer than others decode and `busy` says so.

    Args:
        busy: whether something decoded is about to be used.
        events: of the event loop.
    """

    def __init__(self, busy: Callable[[], bool], events: Events) -> None:
        self._busy = busy
        self._events = events
        self._waiting: deque[anyio.Event] = deque()

    async def come(self) -> None:
        """Wait for one's turn. Whoever has come decodes at once, and calls `pass_on` then."""
        line_up = self._waiting.append
        if not self._waiting and not self._busy():
            return
        while True:
            turn = self._events.new()
            line_up(turn)
            try:
                await turn.wait()
            except BaseException:
                if turn.is_set():
                    self.pass_on()
                else:
                    self._waiting.remove(turn)
                raise
            if not self._busy():
                return
            line_up = self._waiting.appendleft  # the turn came before what was decoded last was used

    def pass_on(self) -> None:
        """Let the next one have its turn: after decoding, and when `busy` is over."""
        if self._waiting and not self._busy():
            self._waiting.popleft().set()


# A fan-out sets it for its own workers, as it does with `asyncsdk.chain.attempts.observer`.
turns: ContextVar[Turns | None] = ContextVar("asyncsdk_turns", default=None)
