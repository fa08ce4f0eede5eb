"""What a client is told: frozen values, and the environment variables that stand in for arguments."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from attrs import Attribute, field, frozen

from ..errors import ConfigurationError
from ..http.clock import SYSTEM, Clock
from ..version import __version__
from .retry import RetryPolicy

USER_AGENT = f"asyncsdk/{__version__}"

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .attempts import Attempt


def _limit(value: float | None) -> float | None:
    """Infinity means what None means, and not every event loop can wait for it."""
    return None if value == math.inf else value


def _positive(_: object, attribute: Attribute[Any], value: object) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or not value > 0):
        raise ConfigurationError(
            f"timeout {attribute.name!r} must be above zero seconds, or None for no limit, not {value!r}"
        )


@frozen
class Timeout:
    """Limits of time for one attempt, in seconds; None for no limit.

    Attributes:
        connect: until a connection stands, TLS included.
        read: between two arrivals of bytes.
        write: between two departures of bytes.
        total: from asking for a connection to the last byte read. Waiting for a place among ``max_connections`` does not count;
            `RetryPolicy.deadline` covers that too, and all attempts together.

    Raises:
        ConfigurationError: a value that cannot work.
    """

    connect: float | None = field(default=10.0, validator=_positive, converter=_limit)
    read: float | None = field(default=60.0, validator=_positive, converter=_limit)
    write: float | None = field(default=60.0, validator=_positive, converter=_limit)
    total: float | None = field(default=None, validator=_positive, converter=_limit)

    def extension(self) -> Mapping[str, float | None]:
        """As the ``timeout`` extension of an httpx request."""
        return {"connect": self.connect, "read": self.read, "write": self.write, "pool": None, "total": self.total}


def as_timeout(value: Timeout | float | None) -> Timeout:
    """A `Timeout` as it is; a number for connect, read and write alike; None for no limits."""
    return value if isinstance(value, Timeout) else Timeout(connect=value, read=value, write=value)


DEFAULT_TIMEOUT = Timeout()


def _at_least_one(_: object, attribute: Attribute[Any], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError(f"{attribute.name} must be a whole number of at least 1, not {value!r}")


def _a_policy(_: object, attribute: Attribute[Any], value: object) -> None:
    if not isinstance(value, RetryPolicy):
        raise ConfigurationError(f"{attribute.name} takes a RetryPolicy, not {type(value).__name__}")


def _sendable(_: object, attribute: Attribute[Any], value: object) -> None:
    if not header_safe(value):
        raise ConfigurationError(f"{attribute.name} must be printable ASCII text")


@frozen(kw_only=True)
class Options:
    """What every client takes, whatever its system.

    Attributes:
        timeout: limits of time for one attempt.
        retry: how often and how fast to try again.
        max_connections: the most requests in the air, and connections open, at once.
        user_agent: the ``User-Agent`` header.
        clock: time, sleep and dice; for tests.
        on_attempt: told of every attempt once it has ended, whatever its outcome.
    """

    timeout: Timeout = field(default=DEFAULT_TIMEOUT, converter=as_timeout)
    retry: RetryPolicy = field(factory=RetryPolicy, validator=_a_policy)
    max_connections: int = field(default=64, validator=_at_least_one)
    user_agent: str = field(default=USER_AGENT, validator=_sendable)
    clock: Clock = SYSTEM
    on_attempt: Callable[[Attempt], None] | None = None


def header_safe(value: object) -> bool:
    """Whether something is a text that can be the value of a header as it is."""
    return isinstance(value, str) and bool(value) and value.isascii() and value.isprintable() and value == value.strip()
