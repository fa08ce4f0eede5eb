"""The way of this service's calls: what was just made is waited for, and an error says what the service does not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from ...chain.retry import RetryPolicy
from ...client import Client, Decoder
from ...errors import NotFoundError, SDKError
from ...http.body import Body
from ...http.url import Query
from ...operation import Operation
from ...timeout import Timeout
from .conceal import Sent, conceal
from .hints import explain
from .memory import Memory

T = TypeVar("T")

# Seconds. Reads go to a replica, which may be a moment behind.
_DELAYS = (0.1, 0.2, 0.4, 0.8)


class RememberingClient(Client):
    """A client that knows whose credentials it has, and what it has just made.

    Attributes:
        memory: what it knows; copies for the same user share it.
    """

    memory: Memory

    async def call(
        self,
        operation: Operation,
        *path: object,
        into: Decoder[T],
        query: Query | None = None,
        body: bytes | Body | None = None,
        content_type: str = "application/json",
        timeout: Timeout | None = None,  # noqa: ASYNC109  # limits of each attempt, which the engine keeps
        secrets: Iterable[str] = (),
    ) -> T:
        """As `Client.call`. A 404 for an id that this client made less than half a minute ago is asked again, up to four times."""
        held = body if isinstance(body, bytes) else b""
        more: dict[str, Any] = {"query": query, "body": body, "content_type": content_type, "timeout": timeout}
        more["secrets"] = Sent(operation, path, held, secrets)
        began = self.clock.monotonic()
        for delay in (*_DELAYS, None):
            try:
                return await super().call(operation, *path, into=into, **more)
            except SDKError as error:
                if delay is None or not self._may_come(error, path, began, delay):
                    conceal(error, operation)
                    explain(error)
                    raise
            await self.clock.sleep(delay)
        raise AssertionError  # the last round returns or raises

    def _may_come(self, error: SDKError, path: tuple[object, ...], began: float, delay: float) -> bool:
        """Whether what is not there is only not there yet."""
        if not isinstance(error, NotFoundError) or "html" in error.headers.get("content-type", ""):
            return False
        now = self.clock.monotonic()
        policy: RetryPolicy = self._options.retry
        in_time = policy.deadline is None or now + delay - began < policy.deadline
        # a DELETE that was sent twice may have made it so itself
        first = error.attempts <= 1
        return policy.max_attempts > 1 and in_time and first and any(self.memory.is_fresh(each, now) for each in path)
