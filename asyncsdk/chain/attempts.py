"""What may be told of an attempt: an allow-list, for logs, hooks and counters.

The logger ``asyncsdk`` says at DEBUG what became of every attempt, and at INFO that one failed and another will follow.
It never says that a call failed in the end: that is an exception, which its caller may expect.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING

import anyio
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
        error: the name of the exception's class, ``"Cancelled"`` on every event loop; None where the answer was read.
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


@frozen
class Retry:
    """An attempt that failed, and will be followed by another one. Holds nothing secret.

    Attributes:
        operation: the operation's id; ``"http"`` for requests made through ``client.http``.
        number: of the attempt that failed, 1 for the first.
        of: how many there may be; None where time alone says when it is enough.
        why: it failed, in a few words.
        delay: seconds until the next one.
    """

    operation: str
    number: int
    of: int | None
    why: str
    delay: float


# A fan-out counts the attempts of its own workers: their numbers, and the bytes they received. Tasks inherit the value, so it
# needs no argument on the way down.
observer: ContextVar[Callable[[int, int], None] | None] = ContextVar("asyncsdk_observer", default=None)


def count(number: int, received: int) -> None:
    """Let the fan-out that an attempt belongs to, if there is one, count it.

    Args:
        number: 1 for the first.
        received: bytes of the body.
    """
    if (counter := observer.get()) is not None:
        counter(number, received)


def heard(hook: Callable[[Attempt], None] | None) -> bool:
    """Whether anybody wants to be told of attempts."""
    return hook is not None or logger.isEnabledFor(logging.DEBUG)


def tell(attempt: Attempt, hook: Callable[[Attempt], None] | None) -> None:
    """Log an attempt, and hand it to the client's hook.

    An exception that the hook raises goes to the caller of the request; the request's connection and permit are free by then.
    """
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


def told_of_retries() -> bool:
    """Whether anybody hears of retries."""
    return logger.isEnabledFor(logging.INFO)


def tell_of_retry(retry: Retry) -> None:
    """Log that an attempt failed and another follows; the record's ``retry`` is the same for programs."""
    logger.info(
        "%s: attempt %d%s failed (%s), the next one follows in %.2f s",
        retry.operation,
        retry.number,
        "" if retry.of is None else f" of {retry.of}",
        retry.why,
        retry.delay,
        extra={"retry": retry},
    )


def name_of(error: BaseException) -> str:
    """What an `Attempt` says of an exception."""
    return "Cancelled" if isinstance(error, anyio.get_cancelled_exc_class()) else type(error).__name__
