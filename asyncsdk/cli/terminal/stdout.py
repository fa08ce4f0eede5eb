"""Bytes to stdout without blocking the event loop, so that Ctrl-C and the network go on while a pager such as ``less`` waits."""

from __future__ import annotations

import os
import select
import stat
import sys
from typing import TYPE_CHECKING

import anyio

from .streams import stdout_failed

if TYPE_CHECKING:
    from collections.abc import Callable

# POSIX promises that a pipe that can be written to takes this much at once.
_AT_ONCE = getattr(select, "PIPE_BUF", 512)


class StandardOutput:
    """The process's stdout, as bytes.

    Args:
        before: called before the first of them goes to a terminal, to wipe out what stands there.
    """

    def __init__(self, before: Callable[[], object] | None = None) -> None:
        sys.stdout.flush()
        self._before = before if sys.stdout.isatty() else None
        self._descriptor = sys.stdout.fileno()
        # Files are always ready, and the selectors refuse them; Windows can select sockets only.
        self._may_block = sys.platform != "win32" and not stat.S_ISREG(os.fstat(self._descriptor).st_mode)

    async def write(self, data: bytes | bytearray) -> None:
        """Write all of it, as fast as the reader takes it.

        Raises:
            ReaderGone: the reader has had enough.
            OSError: it cannot be written to.
        """
        if self._before is not None:
            self._before()
            self._before = None
        rest = memoryview(data)
        while rest:
            if self._may_block:
                await self._writable()
            try:
                written = os.write(self._descriptor, rest[:_AT_ONCE] if self._may_block else rest)
            except BlockingIOError:
                continue  # somebody made it non-blocking, and somebody else filled it
            except OSError as error:
                stdout_failed(error)
            rest = rest[written:]

    async def _writable(self) -> None:
        if not select.select([], [self._descriptor], [], 0)[1]:
            await anyio.wait_writable(self._descriptor)
