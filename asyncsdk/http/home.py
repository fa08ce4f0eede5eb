"""The event loop that a client belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio.lowlevel import current_token

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from anyio.lowlevel import EventLoopToken


class HomeLoop:
    """The event loop of a client's first request: its connections, permits and locks are of no use in another."""

    __slots__ = ("_token",)

    def __init__(self) -> None:
        self._token: EventLoopToken | None = None

    def enter(self) -> None:
        """Make sure that this is the one.

        Raises:
            ConfigurationError: it is another.
        """
        token = self._token
        if token is None:
            self._token = current_token()
            return
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
