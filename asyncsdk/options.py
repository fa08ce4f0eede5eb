"""What the constructors of all clients take, and the environment variables that stand in for arguments."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Mapping
from typing import Any, TypedDict

import attrs
import httpx

from .chain.attempts import Attempt
from .chain.options import Options, header_safe
from .chain.retry import RetryPolicy
from .chain.telemetry.facts import AttemptStart, CallEnd, Telemetry
from .errors import ConfigurationError
from .http.clock import Clock
from .timeout import Timeout


class CopyOptions(TypedDict, total=False):
    """What every client takes and a copy of it may change (`Client.with_options`); None stands for the default.

    Attributes:
        base_url: where the service is.
        timeout: limits of time for one attempt; a number sets connect, read and write, in seconds, and None takes them away.
        retry: how often and how fast to try again.
        user_agent: the ``User-Agent`` header.
        headers: extra ones for every request to the client's hosts; never a credential's.
        max_body: bytes that one answer may hold, unpacked; streams have no such limit.
        on_attempt: called after every attempt of every request.
        on_attempt_start: called before every attempt of every request.
        on_call_end: called after every call, with all its attempts; what it raises goes to the caller.
        telemetry: watches calls and their attempts, e.g. `asyncsdk.integrations.opentelemetry.OpenTelemetry`.
        clock: time, sleep and dice, for tests.
    """

    base_url: str | None
    timeout: Timeout | float | None
    retry: RetryPolicy | None
    user_agent: str | None
    headers: Mapping[str, str] | None
    max_body: int | None
    on_attempt: Callable[[Attempt], None] | None
    on_attempt_start: Callable[[AttemptStart], None] | None
    on_call_end: Callable[[CallEnd], None] | None
    telemetry: Telemetry | None
    clock: Clock | None


class ClientOptions(CopyOptions, total=False):
    """What every client takes beside its own arguments; what stands here belongs to its connections, which copies share.

    Attributes:
        max_connections: the most requests in the air at once to each of the client's hosts (64).
        proxy: the URL of a proxy for all requests, instead of what the environment says.
        ssl_context: for a private certificate authority or a client certificate.
        transport: an innermost `httpx` transport instead of our engine: a mock, an ASGI app, a proxy of your own.
        http_client: your own `httpx.AsyncClient` or `httpx2.AsyncClient` as the engine; never closed by us.
    """

    max_connections: int
    proxy: str | None
    ssl_context: ssl.SSLContext | None
    transport: httpx.AsyncBaseTransport | None
    http_client: Any


OF_CONNECTIONS = ClientOptions.__annotations__.keys() - CopyOptions.__annotations__.keys()
"""What a copy cannot change."""

_VALUES = {each.name for each in attrs.fields(Options)}
_NONE_MEANS_SOMETHING = frozenset({"timeout"})


def as_options(given: Mapping[str, Any], before: Options | None = None) -> Options:
    """The `Options` of what a client's constructor was given, where None means the default.

    Args:
        given: some of `ClientOptions`; what is no option of a client is left out.
        before: what it changes.

    Raises:
        ConfigurationError: a value that cannot work.
    """
    said: dict[str, Any] = {
        name: value
        for name, value in given.items()
        if name in _VALUES and (value is not None or name in _NONE_MEANS_SOMETHING)
    }
    if before is None:
        return Options(**said)
    defaults: dict[str, Any] = {
        name: getattr(_DEFAULTS, name) for name, value in given.items() if name in _VALUES and value is None
    }
    return attrs.evolve(before, **{**defaults, **said})


_DEFAULTS = Options()


def base_url(given: str | None, variable: str, default: str) -> str:
    """A base URL from its argument, else from its environment variable, else the usual one."""
    return given if given is not None else os.environ.get(variable) or default


def credential(value: str | None, argument: str, variable: str) -> str:
    """A secret from its argument, else from its environment variable.

    Raises:
        ConfigurationError: neither is set, or it cannot stand in a header. The value itself is never shown.
    """
    found = value if value is not None else os.environ.get(variable)
    if not found:
        raise ConfigurationError(f"no credentials: give {argument}=... or set the environment variable {variable}")
    if not header_safe(found):
        source = argument if value is not None else f"the environment variable {variable}"
        raise ConfigurationError(
            f"{source} cannot be sent in a header: it must be printable ASCII without white space around it"
        )
    return found
