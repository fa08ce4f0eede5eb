"""What a client's constructor is given, and the environment variables that stand in for arguments."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .chain.options import USER_AGENT, Options, header_safe
from .chain.retry import RetryPolicy
from .errors import ConfigurationError
from .http.clock import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable

    from .chain.attempts import Attempt
    from .chain.options import Timeout
    from .http.clock import Clock


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


def options(
    *,
    timeout: Timeout | float | None,
    retry: RetryPolicy | None,
    max_connections: int,
    user_agent: str | None,
    on_attempt: Callable[[Attempt], None] | None,
    clock: Clock | None,
) -> Options:
    """The `Options` of what a client's constructor was given, where None means the default.

    Raises:
        ConfigurationError: a value that cannot work.
    """
    return Options(
        timeout=timeout,
        retry=RetryPolicy() if retry is None else retry,
        max_connections=max_connections,
        user_agent=USER_AGENT if user_agent is None else user_agent,
        on_attempt=on_attempt,
        clock=SYSTEM if clock is None else clock,
    )
