"""From an engine's exception to one clear error of ours, and what it means for another attempt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from .. import errors
from ..http.redact import MASK, redact, redact_value
from ..http.whole import TooLargeError
from .retry import Attempted, transport_outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

E = TypeVar("E", bound=BaseException)
S = TypeVar("S", bound=errors.SDKError)
H = TypeVar("H", bound=httpx.HTTPError)

_MOST = 500
# h11 and others quote the line of an answer that they do not understand, which may be a cookie's.
_QUOTED = re.compile(r"(?:bytearray\()?\bb(['\"]).*\1\)?", re.DOTALL)


def transport_failure(
    operation: str, request: httpx.Request, error: httpx.HTTPError, secrets: Iterable[str] = ()
) -> Attempted[Any]:
    """The error for an attempt that got no whole answer, with what it means for another one.

    Args:
        operation: the operation's id.
        request: what was sent, or was to be.
        error: the engine's exception.
        secrets: values that must not be shown though the exception's text may hold them.
    """
    outcome = transport_outcome(error)
    where = f"{request.url.scheme}://{request.url.netloc.decode('ascii')}"
    why = _shown(str(error) or type(error).__name__, secrets)
    if isinstance(error, TooLargeError):
        return Attempted(errors.DecodeError(f"{operation}: {why}", operation=operation), outcome)
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


def bare(error: E) -> E:
    """The error without the frames and exceptions it came from: they hold requests and answers."""
    error.__traceback__ = error.__context__ = error.__cause__ = None
    return error


def plain(error: H, secrets: Iterable[str] = ()) -> H:
    """An engine's exception, bare, without what it quotes of an answer and without what must not be shown."""
    secrets = tuple(secrets)
    error.args = (_shown(str(error), secrets),)
    if notes := getattr(error, "__notes__", None):
        error.__notes__ = [_shown(note, secrets) for note in notes]
    return bare(error)


def _shown(text: str, secrets: Iterable[str]) -> str:
    return redact(_QUOTED.sub(MASK, text), secrets, most=_MOST)


def masked(error: S, secrets: Iterable[str]) -> S:
    """The error with known secrets taken out of all its texts."""
    secrets = tuple(secrets)
    error.args = (redact(error.message, secrets),)
    for name in ("code", "detail", "body", "snippet"):
        if isinstance(text := getattr(error, name, None), str):
            setattr(error, name, redact(text, secrets))
    if isinstance(error, errors.APIError):
        error.value = redact_value(error.value, secrets)
    return error
