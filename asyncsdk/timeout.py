"""Limits of time for one attempt."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from attrs import Attribute, field, frozen

from .errors import ConfigurationError


def _limit(value: float | None) -> float | None:
    """Infinity means what None means, and not every event loop can wait for it."""
    return None if value == math.inf else value


def _positive(_: object, attribute: Attribute[Any], value: object) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigurationError(
            f"timeout {attribute.name!r} must be a number of seconds, or None for no limit, not {type(value).__name__}"
        )
    if not value > 0:
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
        """As the ``timeout`` extension of an httpx request; `total` is none of its limits."""
        return {"connect": self.connect, "read": self.read, "write": self.write, "pool": None}


def as_timeout(value: Timeout | float | None) -> Timeout:
    """A `Timeout` as it is; a number for connect, read and write alike; None for no limits."""
    return value if isinstance(value, Timeout) else Timeout(connect=value, read=value, write=value)


DEFAULT_TIMEOUT = Timeout()
