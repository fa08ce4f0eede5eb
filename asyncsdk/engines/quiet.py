"""Other libraries' loggers, kept from showing what our requests and their answers carry.

httpx logs whole URLs, httpcore all headers of an answer, cookies and redirects among them, and hpack, which a client that
speaks HTTP/2 brings along, those of a request too. Our own logger says what may be
said of a request. What the program sends by other ways is logged as ever.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar

inside: ContextVar[bool] = ContextVar("asyncsdk_inside", default=False)
"""Whether one of our requests is what goes on in this context."""

_SHOWING = (
    "httpx",
    "httpx2",
    "hpack.hpack",
    "hpack.table",
    *(f"{core}.{part}" for core in ("httpcore", "httpcore2") for part in ("http11", "http2", "proxy")),
)


def _is_not_ours(_: logging.LogRecord) -> bool:
    return not inside.get()


def hush() -> None:
    """Install the filter; a second time does nothing."""
    for name in _SHOWING:
        logging.getLogger(name).addFilter(_is_not_ours)
