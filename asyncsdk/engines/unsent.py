"""Whether a peer takes what is written to it, though slowly: the event loop hears of it only when much has become free."""

from __future__ import annotations

import sys
from typing import Any

if sys.platform != "win32":
    import fcntl
    import termios


def unsent(socket: Any) -> int:
    """Bytes written to a socket that its peer has not taken; 0 where the operating system does not tell."""
    if sys.platform == "win32" or socket is None:
        return 0
    try:
        return int.from_bytes(fcntl.ioctl(socket.fileno(), termios.TIOCOUTQ, bytes(4)), sys.byteorder)
    except (OSError, ValueError):  # it is closed
        return 0
