"""What may be told of a call while it goes on, and who may be told: hooks at its start and end, and tracing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from ..attempts import Attempt
    from ..throttle import Throttle


@frozen
class CallStart:
    """A call that begins. Holds nothing secret: the route's template, never the path, query, headers or body.

    Attributes:
        operation: the operation's id; ``"http"`` for requests made through ``client.http``.
        method: the HTTP method.
        scheme: ``"https"`` or ``"http"``.
        host: the origin's host.
        port: the origin's port.
        route: the path's template, e.g. ``"/analytics/{device_id}/..."``; empty for ``client.http``.
        own: whether the host is one of the client's, and not somebody else's.
        throttle: the host's.
    """

    operation: str
    method: str
    scheme: str
    host: str
    port: int
    route: str
    own: bool
    throttle: Throttle


@frozen
class AttemptStart:
    """An attempt that begins: it is about to ask for its place at the host. Holds nothing secret, as `Attempt`.

    Attributes:
        operation: the operation's id; ``"http"`` for requests made through ``client.http``.
        method: the HTTP method.
        host: the origin's host.
        route: the path's template; empty for ``client.http``.
        number: 1 for the first.
    """

    operation: str
    method: str
    host: str
    route: str
    number: int


@frozen
class CallEnd:
    """A call that has ended, whatever became of it. Holds nothing secret, as `Attempt`.

    Attributes:
        operation: the operation's id; ``"http"`` for requests made through ``client.http``.
        method: the HTTP method.
        host: the origin's host.
        route: the path's template; empty for ``client.http``.
        attempts: how many there were.
        status: the last answer's status; None where no whole answer came.
        error: the name of the exception's class, ``"Cancelled"`` on every event loop; None where the call succeeded.
        seconds: from its start to its end, waiting included; for a stream to the head of its answer.
    """

    operation: str
    method: str
    host: str
    route: str
    attempts: int
    status: int | None
    error: str | None
    seconds: float


class Telemetry(Protocol):
    """Watches all calls of a client, such as `asyncsdk.integrations.opentelemetry.OpenTelemetry`."""

    def call_starts(self, start: CallStart) -> CallWatch | None:
        """A call begins; None where nobody wants to know of it."""
        ...


class CallWatch(Protocol):
    """Watches one call. Its methods are called in the task that makes the call, and none of them may raise."""

    def attempt_starts(self, start: AttemptStart, headers: MutableMapping[str, str]) -> None:
        """An attempt begins.

        Args:
            start: which one.
            headers: what the request will carry, before it is signed; more may be added, such as ``traceparent``.
        """
        ...

    def attempt_ends(self, attempt: Attempt) -> None:
        """The attempt that began last has ended."""
        ...

    def call_ends(self, end: CallEnd) -> None:
        """The call has ended."""
        ...
