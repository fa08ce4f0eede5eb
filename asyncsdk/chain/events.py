"""Events by the hundred thousand."""

from __future__ import annotations

import anyio


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
