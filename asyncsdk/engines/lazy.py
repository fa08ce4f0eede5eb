"""What a client and its copies hold of their engine: made by the first request, closed once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import anyio

from ..errors import ConfigurationError
from ..http.home import HomeLoop
from .quiet import hush

if TYPE_CHECKING:
    from collections.abc import Callable

    from .common import Engine

_CLOSE_WITHIN = 5.0


class Maker(Protocol):
    """What makes an engine."""

    def __call__(self) -> Engine:
        """An engine for the event loop that runs now."""
        ...

    def loading(self, *, tls: bool) -> Callable[[], None] | None:
        """What loads all that making it will take, and may be called in a thread; None where nothing is missing.

        Args:
            tls: whether the first request will need TLS.
        """
        ...


class Connections:
    """An engine, or what makes one in the event loop of the first request.

    Args:
        engine: the engine, or what makes it.

    Attributes:
        home: the event loop that the engine belongs to, or will; to be entered before a request is carried.
        closed: whether `aclose` has been called.
    """

    def __init__(self, engine: Engine | Maker) -> None:
        if callable(engine):
            self._make: Maker = engine
            self._engine: Engine | None = None
            self.home = HomeLoop()
        else:
            self._engine = engine
            self.home = engine.home
        self.closed = False
        hush()

    def loading(self, *, tls: bool) -> Callable[[], None] | None:
        """What loads all that the first request will need, in a thread; None where nothing is missing.

        Args:
            tls: whether it will need TLS.
        """
        return self._make.loading(tls=tls) if self._engine is None else None

    def opened(self) -> Engine:
        """The engine; made now, if this is the first request.

        Raises:
            ConfigurationError: the client is closed, or no engine can be made.
        """
        if self.closed:
            raise ConfigurationError("this client is closed; make a new one")
        engine = self._engine
        if engine is None:
            engine = self._engine = self._make()
            engine.home = self.home  # which was entered before there was an engine
        return engine

    async def aclose(self) -> None:
        """Close the engine; may be called again. Bounded in time, and cancellation does not cut it short.

        Raises:
            ConfigurationError: it belongs to another event loop, where it can still be closed.
        """
        if not self.closed:
            self.closed = True
            if self._engine is not None:
                try:
                    with anyio.move_on_after(_CLOSE_WITHIN, shield=True):
                        await self._engine.aclose()
                except ConfigurationError:
                    self.closed = False
                    raise
