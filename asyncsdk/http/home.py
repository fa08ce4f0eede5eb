"""The event loop that a client belongs to."""

from __future__ import annotations

from threading import get_ident
from typing import TYPE_CHECKING

from anyio.lowlevel import current_token

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio.lowlevel import EventLoopToken


class HomeLoop:
    """The event loop of a client's first request: its connections, permits and locks are of no use in another."""

    __slots__ = ("_runs", "_thread", "_token")

    def __init__(self) -> None:
        self._token: EventLoopToken | None = None
        self._thread = 0
        self._runs: Callable[[], bool] | None = None

    def enter(self) -> None:
        """Make sure that this is the one.

        Raises:
            ConfigurationError: it is another.
        """
        token = self._token
        if token is None:
            token = self._token = current_token()
            self._thread = get_ident()
            self._runs = getattr(token.native_token, "is_running", None)
        # A thread runs one loop of asyncio's at a time. To ask which one it is takes a system call, to ask a loop whether it runs does not.
        elif self._runs is None or not self._runs() or get_ident() != self._thread:
            self._compare(token)

    def _compare(self, token: EventLoopToken) -> None:
        try:
            # the two steps of current_token(), of which the first asks for what is known here: which library runs
            here = token.backend_class.current_token()
        except RuntimeError:  # another library's loop runs
            here = None
        if here is not token.native_token:
            raise ConfigurationError(
                "this client was first used in another event loop, and its connections belong to that loop; "
                "make one client for each loop"
            )
