"""From an engine's exception to one clear error of ours, and what it means for another attempt."""

from __future__ import annotations

from typing import Any

import httpx

from .. import errors
from .redact import redact
from .retry import Attempted, transport_outcome


def transport_failure(operation: str, request: httpx.Request, error: httpx.HTTPError) -> Attempted[Any]:
    """The error for an attempt that got no whole answer, with what it means for another one."""
    outcome = transport_outcome(error)
    where = f"{request.url.scheme}://{request.url.netloc.decode('ascii')}"
    why = redact(str(error) or type(error).__name__)
    failure: errors.TransportError
    if isinstance(error, httpx.TimeoutException):
        failure = errors.TimeoutError(f"{operation}: {where} took too long: {why}", operation=operation)
    elif not outcome.sent:
        failure = errors.ConnectError(f"{operation}: cannot connect to {where}: {why}", operation=operation)
    else:
        failure = errors.ConnectionLostError(
            f"{operation}: the connection to {where} was lost: {why}", operation=operation
        )
    failure.sent = outcome.sent
    return Attempted(failure, outcome)
