"""The event loop that a client belongs to."""

from __future__ import annotations

import os
from threading import get_ident
from typing import TYPE_CHECKING

from anyio.lowlevel import current_token

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio.lowlevel import EventLoopToken

_generation = 0


def _forked() -> None:
    global _generation  # noqa: PLW0603  # to ask for the process's id would take a system call for each request
    _generation += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


class HomeLoop:
    """The event loop of a client's first request: its connections, permits and locks are of no use in another.

    Nor in the child of a fork, though the same loop seems to run there: parent and child would write to one socket.
    """

    __slots__ = ("_generation", "_runs", "_thread", "_token")

    def __init__(self) -> None:
        self._token: EventLoopToken | None = None
        self._thread = 0
        self._generation = 0
        self._runs: Callable[[], bool] | None = None

    def enter(self) -> None:
        """Make sure that this is the one.

        Raises:
            ConfigurationError: it is another, or the process was forked.
        """
        token = self._token
        if token is None:
            token = self._token = current_token()
            self._thread = get_ident()
            self._generation = _generation
            self._runs = getattr(token.native_token, "is_running", None)
        # A thread runs one loop of asyncio's at a time. To ask which one it is takes a system call, to ask a loop whether it runs does not.
        elif self._runs is None or not self._runs() or get_ident() != self._thread or self._generation != _generation:
            self._compare()

    def leave(self) -> bool:
        """Whether there is something to close, and this is the loop to do it in; False where it was never entered, or has ended.

        Raises:
            ConfigurationError: it may still run elsewhere.
        """
        if self._token is None:
            return False
        if self._is_here():
            return True
        if self._generation == _generation and _has_ended(self._token.native_token):
            return False
        raise ConfigurationError("close a client in the event loop it was used in, and in the same process")

    def _compare(self) -> None:
        if self._is_here():
            return
        if self._generation != _generation:
            raise ConfigurationError(
                "this process was forked while the client was in use, and its connections belong to the parent; "
                "make a new client in the child"
            )
        raise ConfigurationError(
            "this client was first used in another event loop, and its connections belong to that loop; "
            "make one client for each loop"
        )

    def _is_here(self) -> bool:
        token = self._token
        assert token is not None  # it was entered
        if self._generation != _generation:
            return False
        try:
            # the two steps of current_token(), of which the first asks for what is known here: which library runs
            here = token.backend_class.current_token()
        except RuntimeError:  # none runs, or another library's
            return False
        return here is token.native_token


def _has_ended(loop: object) -> bool:
    """Whether an event loop, asyncio's or trio's token of one, will never run again."""
    is_closed = getattr(loop, "is_closed", None)
    if is_closed is not None:
        return bool(is_closed())
    try:
        loop.run_sync_soon(_nothing, idempotent=True)  # type: ignore[attr-defined]  # trio's
    except RuntimeError:  # its RunFinishedError
        return True
    return False


def _nothing() -> None:
    pass
