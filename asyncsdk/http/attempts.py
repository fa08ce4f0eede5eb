"""What may be told of an attempt: an allow-list, for logs, hooks and counters."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger("asyncsdk")


@frozen
class Attempt:
    """One attempt that has ended. Holds nothing secret: the route's template, never the path, query, headers or body.

    Attributes:
        operation: the operation's id; ``"http"`` for requests made through ``client.http``.
        method: the HTTP method.
        host: the origin's host.
        route: the path's template, e.g. ``"/analytics/{device_id}/..."``; empty for ``client.http``.
        number: 1 for the first.
        status: the answer's status; None where no whole answer came.
        error: the name of the exception's class; None where the answer was read.
        seconds: from asking for a place to the last byte decoded (to the headers, for a stream).
        received: bytes of the body as they came over the wire, where it was read whole.
    """

    operation: str
    method: str
    host: str
    route: str
    number: int
    status: int | None
    error: str | None
    seconds: float
    received: int


# A fan-out counts the attempts of its own workers; tasks inherit the value, so it needs no argument on the way down.
observer: ContextVar[Callable[[Attempt], None] | None] = ContextVar("asyncsdk_observer", default=None)


def tell(attempt: Attempt, hook: Callable[[Attempt], None] | None) -> None:
    """Log an attempt, and hand it to the client's hook and the fan-out it belongs to."""
    if logger.isEnabledFor(logging.DEBUG):
        logger.debug(
            "%s %s%s status=%s error=%s attempt=%d ms=%.1f bytes=%d",
            attempt.method,
            attempt.host,
            attempt.route,
            attempt.status,
            attempt.error,
            attempt.number,
            attempt.seconds * 1000,
            attempt.received,
        )
    if hook is not None:
        hook(attempt)
    if (count := observer.get()) is not None:
        count(attempt)
