"""One exception tree for all five systems.

Every class derives from `SDKError`. Errors hold plain data only (no response, no request, no connection), so
they pickle, and may travel between processes or sit in a list of failures for as long as anybody likes.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any


def _rebuild(cls: type[SDKError], message: str, state: dict[str, Any]) -> SDKError:
    error = cls.__new__(cls, message)
    error.args = (message,)
    error.__dict__.update(state)
    return error


class SDKError(Exception):
    """The root of everything this package raises on purpose.

    Attributes:
        message: one sentence for a person.
        operation: the id of the operation, e.g. ``"unleash_analytics.rows"``; None outside a call.
        cursor: where a paged walk can be taken up again (`Pager.pages(start=cursor)`); None elsewhere.
        shard: the shard that failed, in a fan-out; None elsewhere.
        attempts: how many times the request was tried; 0 outside a call.
        items_read: how many items a stream had given before it broke; None elsewhere.
    """

    operation: str | None = None
    cursor: str | None = None
    shard: Any = None
    attempts: int = 0
    items_read: int | None = None

    def __init__(self, message: str = "", *, operation: str | None = None) -> None:
        super().__init__(message)
        if operation is not None:
            self.operation = operation

    @property
    def message(self) -> str:
        """One sentence for a person."""
        return str(self.args[0]) if self.args else ""

    def __str__(self) -> str:
        """The message, which begins with the operation, and how often it was tried if it was more than once."""
        return f"{self.message} ({self.attempts} attempts)" if self.attempts > 1 else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, dict(self.__dict__))


class ConfigurationError(SDKError):
    """A client, plan or sink was set up in a way that cannot work."""


class PaginationError(SDKError):
    """A paged answer that cannot be walked on, such as a cursor that repeats."""


class DecodeError(SDKError):
    """A 2xx body that cannot be read as what the operation promises.

    Attributes:
        content_type: the answer's ``Content-Type``, or None.
        snippet: the first bytes of the body, with secrets taken out.
    """

    def __init__(
        self,
        message: str = "",
        *,
        operation: str | None = None,
        content_type: str | None = None,
        snippet: str = "",
    ) -> None:
        super().__init__(message, operation=operation)
        self.content_type = content_type
        self.snippet = snippet


class TransportError(SDKError):
    """No complete answer came back: the network or the peer failed, not the service.

    Attributes:
        sent: whether the service may have seen the request. False means provably not.
    """

    sent: bool = True

    def __init__(self, message: str = "", *, operation: str | None = None, sent: bool | None = None) -> None:
        super().__init__(message, operation=operation)
        if sent is not None:
            self.sent = sent


class ConnectError(TransportError, builtins.ConnectionError):
    """No connection could be made, so nothing was sent. Also a builtin `ConnectionError`."""

    sent = False


class TimeoutError(TransportError, builtins.TimeoutError):
    """A limit of time passed. Also a builtin `TimeoutError`.

    Attributes:
        resume: what to go on with, where a job was waited for: plain data, such as its id. None elsewhere.
    """

    resume: Any = None


class ConnectionLostError(TransportError):
    """The connection broke after the request may have been sent."""


class APIError(SDKError):
    """The service answered, and the answer is an error.

    Attributes:
        status_code: the HTTP status.
        code: the service's own name for the error, where it gives one.
        request_id: what to quote to the vendor's support, where one was sent.
        detail: the service's own sentence, alone and cut, for those who show it to people; None where it says nothing.
        body: the answer's body as text, cut, with secrets taken out (`json` gives it as data).
        headers: the few headers that help (an allow-list), lower-case names.
        retry_after: seconds the service asked to wait; None if it did not.
        value: the body as plain data, with secrets taken out; None where it is not JSON (`json` says so).
    """

    def __init__(
        self,
        message: str = "",
        *,
        status_code: int = 0,
        code: str | None = None,
        detail: str | None = None,
        request_id: str | None = None,
        operation: str | None = None,
        body: str = "",
        headers: Mapping[str, str] | None = None,
        retry_after: float | None = None,
        value: Any = None,
    ) -> None:
        super().__init__(message, operation=operation)
        self.status_code = status_code
        self.code = code
        self.detail = detail
        self.request_id = request_id
        self.body = body
        self.headers = dict(headers or {})
        self.retry_after = retry_after
        self.value = value

    def json(self) -> Any:
        """The answer's body as plain data, with secrets taken out.

        Raises:
            ValueError: it is not JSON.
        """
        if self.value is None and self.body.strip() != "null":
            raise ValueError("the body of this error is not JSON: see its body")
        return self.value


class RedirectError(APIError):
    """3xx. Redirects are never followed: a signature belongs to one URL of one origin."""


class BadRequestError(APIError):
    """400."""


class AuthenticationError(APIError):
    """401."""


class PermissionDeniedError(APIError):
    """403. Several of these services say 403 where others say 401."""


class NotFoundError(APIError):
    """404, and a 200 whose body is ``null`` where an object was promised."""


class ConflictError(APIError):
    """409."""


class UnprocessableError(APIError):
    """422."""


class RateLimitError(APIError):
    """429."""


class ServerError(APIError):
    """5xx."""


class ServiceUnavailableError(ServerError):
    """503."""


class GraphQLError(APIError):
    """A 200 whose GraphQL body carries ``errors``."""


class JobFailedError(SDKError):
    """A job that was waited for ended in failure."""


class MissingFieldError(SDKError, AttributeError):
    """A field was asked for that every answer has, and that the service left out of this one. Also a builtin `AttributeError`.

    Attributes:
        field: its name.
    """

    def __init__(self, message: str = "", *, operation: str | None = None, field: str = "") -> None:
        super().__init__(message, operation=operation)
        self.field = field


class WebhookError(SDKError):
    """What came in is not genuine, or no event: it was not the service that sent it, or not now.

    Attributes:
        unreadable: whether it is no event, whoever sent it; False where it is not known to be the service's, or too old.
    """

    unreadable: bool = False

    def __init__(self, message: str = "", *, operation: str | None = None, unreadable: bool | None = None) -> None:
        super().__init__(message, operation=operation)
        if unreadable is not None:
            self.unreadable = unreadable


_BY_STATUS: dict[int, type[APIError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableError,
    429: RateLimitError,
    503: ServiceUnavailableError,
}


def error_class(status_code: int) -> type[APIError]:
    """The class for a status: exact where there is one, else by hundred."""
    if status_code in _BY_STATUS:
        return _BY_STATUS[status_code]
    if 300 <= status_code < 400:
        return RedirectError
    if status_code >= 500:
        return ServerError
    return APIError
