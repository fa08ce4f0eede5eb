"""What the operating system knows of a connection, and no event loop tells."""

from __future__ import annotations

import select
import socket as sockets
import sys
from typing import Any

if sys.platform != "win32":
    import fcntl
    import termios


def arrivals(socket: Any) -> select.poll | None:
    """What says whether a socket can be read from; None where the system has nothing of the kind."""
    if socket is None or not hasattr(select, "poll"):
        return None
    poll = select.poll()
    poll.register(socket.fileno(), select.POLLIN)
    return poll


def unsent(socket: Any) -> int:
    """Bytes written to a socket that its peer has not taken; 0 where the system does not tell.

    An event loop hears that the peer takes something only when much of it is gone.
    """
    if sys.platform == "win32" or socket is None:
        return 0
    try:
        return int.from_bytes(fcntl.ioctl(socket.fileno(), termios.TIOCOUTQ, bytes(4)), sys.byteorder)
    except (OSError, ValueError):  # it is closed
        return 0


def has_room(socket: Any, count: int) -> bool:
    """Whether so many bytes can be written at once; False where the system does not tell."""
    if sys.platform != "linux" or socket is None:
        return False
    try:
        limit: int = socket.getsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF)
    except (OSError, TypeError):  # closed, or one of uvloop's
        return False
    return limit - unsent(socket) >= 2 * count  # the limit is one of memory, of which bytes take more than they are
