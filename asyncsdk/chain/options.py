"""What a client is told, as a frozen value."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import httpx
from attrs import Attribute, field, frozen

from ..errors import ConfigurationError
from ..http.clock import SYSTEM, Clock
from ..http.coding import MAX_BODY
from ..http.redact import is_sensitive
from ..timeout import DEFAULT_TIMEOUT, Timeout, as_timeout
from ..version import __version__
from .retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .attempts import Attempt
    from .signing import Header
    from .telemetry.facts import AttemptStart, CallEnd, Telemetry

USER_AGENT = f"asyncsdk/{__version__}"

# A request has these from us, or from what signs it.
_OURS = frozenset({"host", "user-agent", "content-length", "transfer-encoding", "content-type", "connection"})


def _at_least_one(_: object, attribute: Attribute[Any], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError(f"{attribute.name} must be a whole number of at least 1, not {value!r}")


def _a_policy(_: object, attribute: Attribute[Any], value: object) -> None:
    if not isinstance(value, RetryPolicy):
        raise ConfigurationError(f"{attribute.name} takes a RetryPolicy, not {type(value).__name__}")


def _sendable(_: object, attribute: Attribute[Any], value: object) -> None:
    if not header_safe(value):
        raise ConfigurationError(f"{attribute.name} must be printable ASCII text")


def _a_context(_: object, attribute: Attribute[Any], value: object) -> None:
    if value is not None and not isinstance(value, ssl.SSLContext):
        raise ConfigurationError(f"{attribute.name} takes an ssl.SSLContext, not {type(value).__name__}")


def _a_proxy(_: object, attribute: Attribute[Any], value: object) -> None:
    if value is None:
        return
    try:
        url = httpx.URL(value if isinstance(value, str) else "")
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.raw_host:  # the value may hold a password
        raise ConfigurationError(f"{attribute.name} must be an http:// or https:// URL")


def _extra_headers(_: object, attribute: Attribute[Any], value: Mapping[str, object]) -> None:
    for name, each in value.items():
        if not header_safe(name) or not isinstance(each, str) or not each.isascii() or not each.isprintable():
            raise ConfigurationError(f"{attribute.name} are names and values of printable ASCII text")
        if name.lower() in _OURS or is_sensitive(name):
            raise ConfigurationError(
                f"{attribute.name} cannot set {name!r}: credentials and what frames a request have arguments of their own"
            )


@frozen(kw_only=True)
class Options:
    """What every client takes, whatever its system.

    Attributes:
        timeout: limits of time for one attempt.
        retry: how often and how fast to try again.
        max_connections: the most requests in the air at once to each of the client's hosts, and connections that are kept.
        user_agent: the ``User-Agent`` header.
        headers: extra ones for every request to the client's hosts.
        proxy: the URL of a proxy for all requests, instead of what the environment says.
        ssl_context: for a private certificate authority or a client certificate.
        max_body: bytes that one answer may hold, unpacked; an answer that is streamed has no such limit.
        clock: time, sleep and dice; for tests.
        on_attempt: told of every attempt once it has ended, whatever its outcome.
        on_attempt_start: told of every attempt before it asks for its place.
        on_call_end: told of every call once it has ended, whatever its outcome.
        telemetry: watches calls and their attempts, for tracing.
    """

    timeout: Timeout = field(default=DEFAULT_TIMEOUT, converter=as_timeout)
    retry: RetryPolicy = field(factory=RetryPolicy, validator=_a_policy)
    max_connections: int = field(default=64, validator=_at_least_one)
    user_agent: str = field(default=USER_AGENT, validator=_sendable)
    headers: Mapping[str, str] = field(factory=dict, validator=_extra_headers, hash=False)
    proxy: str | None = field(default=None, validator=_a_proxy, repr=False)
    ssl_context: ssl.SSLContext | None = field(default=None, validator=_a_context)
    max_body: int = field(default=MAX_BODY, validator=_at_least_one)
    clock: Clock = SYSTEM
    on_attempt: Callable[[Attempt], None] | None = None
    on_attempt_start: Callable[[AttemptStart], None] | None = None
    on_call_end: Callable[[CallEnd], None] | None = None
    telemetry: Telemetry | None = None

    def sends_like(self, other: Options) -> bool:
        """Whether other options lead to the same headers of a request."""
        return self.user_agent == other.user_agent and self.headers == other.headers

    @property
    def extra(self) -> list[Header]:
        """The extra headers, as they go out."""
        return [(name.encode("ascii"), value.encode("ascii")) for name, value in self.headers.items()]


def header_safe(value: object) -> bool:
    """Whether something is a text that can be the value of a header as it is."""
    return isinstance(value, str) and bool(value) and value.isascii() and value.isprintable() and value == value.strip()
