"""When to try again: a policy, a pure decision, a budget, and the one loop that asks them.

`Client.call` and `RetryTransport` (under ``client.http``) run the same loop and ask the same function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import anyio
import httpx
from attrs import Attribute, field, frozen, validators

from .attempts import Attempt, tell
from .problem import is_spent_quota, retry_after
from .signing import frozen_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..operation import RetryClass
    from .clock import Clock

T = TypeVar("T")

# 2**16 half seconds is beyond any max_delay; it keeps the power from growing into a huge integer.
_MOST_DOUBLINGS = 16


def _above_zero(_: object, attribute: Attribute[float], value: float) -> None:
    if not value > 0:
        raise ValueError(f"{attribute.name} must be above zero, not {value!r}")


@frozen(kw_only=True)
class RetryPolicy:
    """How often and how fast to try again; all times in seconds.

    Attributes:
        max_attempts: the first try included; 1 switches retries off.
        base_delay: the longest wait before the second attempt; it doubles each time, and the wait is a random part of it.
        max_delay: the longest wait at all. A ``Retry-After`` beyond it raises at once.
        deadline: for all attempts and all waiting together; None for no limit.
    """

    max_attempts: int = field(default=5, validator=[validators.instance_of(int), validators.ge(1)])
    base_delay: float = field(default=0.5, validator=validators.ge(0))
    max_delay: float = field(default=30.0, validator=validators.ge(0))
    deadline: float | None = field(default=None, validator=validators.optional(_above_zero))


@frozen
class Outcome:
    """What became of one attempt that did not succeed.

    Attributes:
        status: the status the service answered; None where no whole, readable answer came.
        sent: False only where provably nothing reached the service.
        retry_after: seconds the service asked to wait.
        quota: a 429 that says that a quota is spent (API Gateway's "Limit Exceeded"), which no short wait mends.
        final: trying again cannot help whatever the class says: misuse, a refused redirect, a deadline that passed.
    """

    status: int | None = None
    sent: bool = True
    retry_after: float | None = None
    quota: bool = False
    final: bool = False


def may_repeat(outcome: Outcome, retry: RetryClass) -> bool:
    """Whether sending the same request again is both safe and sensible.

    =================  =====================  =======================
    outcome            ``safe``               ``unsent``
    =================  =====================  =======================
    nothing was sent   yes                    yes
    no whole answer    yes                    no: it may have acted
    408, 5xx           yes                    no
    429                unless a quota ended   unless a quota ended
    other statuses     no                     no
    =================  =====================  =======================
    """
    if outcome.final:
        return False
    if outcome.status is None:
        return retry == "safe" or not outcome.sent
    if outcome.status == 429:
        return not outcome.quota
    return retry == "safe" and (outcome.status == 408 or 500 <= outcome.status <= 599)


def decide(
    policy: RetryPolicy,
    retry: RetryClass,
    outcome: Outcome,
    *,
    attempt: int,
    elapsed: float = 0.0,
    luck: float = 1.0,
    affordable: bool = True,
) -> float | None:
    """How long to wait before the next attempt, in seconds; None: do not try again.

    Args:
        policy: the limits.
        retry: the operation's class.
        outcome: what became of this attempt.
        attempt: its number, from 1.
        elapsed: seconds since the first attempt began to wait for its place.
        luck: a random number in ``[0, 1)``: full jitter.
        affordable: whether the client's retry budget has room.
    """
    if attempt >= policy.max_attempts or not affordable or not may_repeat(outcome, retry):
        return None
    delay = luck * min(policy.max_delay, policy.base_delay * (1 << min(attempt - 1, _MOST_DOUBLINGS)))
    if outcome.retry_after is not None:
        if outcome.retry_after > policy.max_delay:
            return None
        delay = max(delay, outcome.retry_after)
    if policy.deadline is not None and elapsed + delay >= policy.deadline:
        return None
    return delay


class RetryBudget:
    """A token bucket that a client's calls share: what bounds retries when a service is down.

    A retry takes 5 tokens of 500. A call that succeeds gives back what its retries took, or 1 token where it needed none:
    a service that fails one request in four is still served, one that is down is asked little more than once a call.
    """

    COST = 5
    CAPACITY = 500

    def __init__(self) -> None:
        self.tokens = self.CAPACITY

    @property
    def affordable(self) -> bool:
        """Whether one more retry can be paid."""
        return self.tokens >= self.COST

    def spend(self) -> None:
        """Pay for one retry."""
        self.tokens -= self.COST

    def succeeded(self, retries: int) -> None:
        """A call ended well after this many retries."""
        if self.tokens < self.CAPACITY:
            self.tokens = min(self.CAPACITY, self.tokens + (self.COST * retries or 1))


class Attempted(Generic[T]):
    """The result of one attempt: a value, and an `Outcome` where it is a failure."""

    __slots__ = ("outcome", "value")

    def __init__(self, value: T, outcome: Outcome | None = None) -> None:
        self.value = value
        self.outcome = outcome


async def retrying(
    attempt: Callable[[int, float | None], Awaitable[Attempted[T]]],
    *,
    policy: RetryPolicy,
    retry: RetryClass,
    budget: RetryBudget,
    clock: Clock,
    discard: Callable[[T, float], Awaitable[None]] | None = None,
) -> T:
    """Run attempts until one succeeds or the decision is to stop; the last one's value either way.

    Args:
        attempt: one attempt, given its number from 1 and the seconds left of the deadline.
        policy: the limits.
        retry: the operation's class.
        budget: the client's.
        clock: time, sleep and dice.
        discard: told of a failed value and the wait in seconds, before the wait.
    """
    began = clock.monotonic() if policy.deadline is not None else 0.0
    number = 1
    while True:
        left = None if policy.deadline is None else policy.deadline - (clock.monotonic() - began)
        result = await attempt(number, left)
        if result.outcome is None:
            budget.succeeded(number - 1)
            return result.value
        delay = decide(
            policy,
            retry,
            result.outcome,
            attempt=number,
            elapsed=0.0 if policy.deadline is None else clock.monotonic() - began,
            luck=clock.random(),
            affordable=budget.affordable,
        )
        if delay is None:
            return result.value
        budget.spend()
        if discard is not None:
            await discard(result.value, delay)
        del result
        await clock.sleep(delay)
        number += 1


class DeadlineError(httpx.ReadTimeout):
    """The deadline for all attempts passed while one was under way."""


def transport_outcome(error: httpx.HTTPError) -> Outcome:
    """What an engine's exception means for another attempt."""
    unsent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
    return Outcome(sent=not isinstance(error, unsent), final=isinstance(error, DeadlineError))


_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


class RetryTransport(httpx.AsyncBaseTransport):
    """The retry loop under ``client.http``, where no operation says what is safe: there the method does.

    Args:
        inner: the throttle and what is below it.
        policy: the limits.
        budget: the client's.
        clock: the client's.
        pause: stops all workers of the client for some seconds, after a 429.
        total: the limit of one attempt in seconds.
        hook: told of every attempt.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        policy: RetryPolicy,
        budget: RetryBudget,
        clock: Clock,
        pause: Callable[[float], None],
        total: float | None,
        hook: Callable[[Attempt], None] | None,
    ) -> None:
        self._inner = inner
        self._policy = policy
        self._budget = budget
        self._clock = clock
        self._pause = pause
        self._total = total
        self._hook = hook

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send until it succeeds or must not be sent again; then give or raise what the last attempt came to."""
        await frozen_body(request)
        request.extensions = {
            **request.extensions,
            "timeout": {**request.extensions.get("timeout", {}), "total": self._total},
        }

        async def attempt(number: int, left: float | None) -> Attempted[httpx.Response | httpx.HTTPError]:
            return await self._attempt(request, number, left)

        async def discard(result: httpx.Response | httpx.HTTPError, delay: float) -> None:
            if isinstance(result, httpx.Response):
                if result.status_code == 429:
                    self._pause(delay)
                await result.aclose()

        result = await retrying(
            attempt,
            policy=self._policy,
            retry="safe" if request.method in _SAFE_METHODS else "unsent",
            budget=self._budget,
            clock=self._clock,
            discard=discard,
        )
        if isinstance(result, httpx.HTTPError):
            raise result
        return result

    async def _attempt(
        self, request: httpx.Request, number: int, left: float | None
    ) -> Attempted[httpx.Response | httpx.HTTPError]:
        began = self._clock.monotonic()
        result: Attempted[httpx.Response | httpx.HTTPError]
        status: int | None = None
        try:
            with anyio.move_on_after(left) as scope:
                response = await self._inner.handle_async_request(request)
            if scope.cancelled_caught:
                raise DeadlineError("the deadline for all attempts passed", request=request)
            status = response.status_code
            result = Attempted(response, await self._outcome(response))
        except httpx.HTTPError as error:
            result = Attempted(error, transport_outcome(error))
        tell(
            Attempt(
                operation="http",
                method=request.method,
                host=request.url.host,
                route="",
                number=number,
                status=status,
                error=type(result.value).__name__ if status is None else None,
                seconds=self._clock.monotonic() - began,
                received=0,
            ),
            self._hook,
        )
        return result

    async def _outcome(self, response: httpx.Response) -> Outcome | None:
        status = response.status_code
        if status < 400:
            return None
        quota = status == 429 and is_spent_quota(status, await response.aread())
        return Outcome(
            status=status,
            retry_after=retry_after(response.headers.get("retry-after"), self._clock.time()),
            quota=quota,
        )
