"""When to try again: a policy, a pure decision, a budget, and the one loop that asks them.

`Client.call` and ``client.http`` run the same loop and ask the same function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

import httpx
from attrs import Attribute, field, frozen

from ..errors import ConfigurationError
from ..http.whole import TooLargeError
from .attempts import Retry, tell_of_retry, told_of_retries

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..http.clock import Clock
    from ..operation import RetryClass

T = TypeVar("T")

# 2**16 half seconds is beyond any max_delay; it keeps the power from growing into a huge integer.
_MOST_DOUBLINGS = 16


def _whole_from_one(_: object, attribute: Attribute[Any], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError(f"{attribute.name} must be a whole number of at least 1, not {value!r}")


def _seconds(_: object, attribute: Attribute[Any], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise ConfigurationError(f"{attribute.name} must be a number of seconds, zero or more, not {value!r}")


def _seconds_or_none(instance: object, attribute: Attribute[Any], value: object) -> None:
    if value is not None:
        _seconds(instance, attribute, value)
        if value == 0:
            raise ConfigurationError(f"{attribute.name} must be above zero seconds, or None for no limit")


@frozen(kw_only=True)
class RetryPolicy:
    """How often and how fast to try again; all times in seconds.

    Attributes:
        max_attempts: the first try included; 1 switches retries off.
        base_delay: the longest wait before the second attempt; it doubles each time, and the wait is a random part of it.
        max_delay: the longest wait at all. A ``Retry-After`` beyond it raises at once.
        deadline: for all attempts and all waiting together; None for no limit.

    Raises:
        ConfigurationError: a value that cannot work.
    """

    max_attempts: int = field(default=5, validator=_whole_from_one)
    base_delay: float = field(default=0.5, validator=_seconds)
    max_delay: float = field(default=30.0, validator=_seconds)
    deadline: float | None = field(default=None, validator=_seconds_or_none)


@frozen
class Outcome:
    """What became of one attempt that did not succeed.

    Attributes:
        status: the status the service answered; None where no whole, readable answer came.
        sent: False only where provably nothing reached the service.
        retry_after: seconds the service asked to wait.
        quota: a 429 that says that a quota is spent (API Gateway's "Limit Exceeded"), which no short wait mends.
        final: trying again cannot help whatever the class says: a deadline that passed, a client that was closed, a request
            that cannot be sent.
    """

    status: int | None = None
    sent: bool = True
    retry_after: float | None = None
    quota: bool = False
    final: bool = False

    @property
    def throttled(self) -> bool:
        """Whether the service said that it is asked too fast."""
        return self.status == 429 and not self.quota

    @property
    def pause(self) -> float:
        """Seconds for which the service asks everybody to leave it alone; 0 where it asks nobody."""
        return (self.retry_after or 0.0) if self.throttled or self.status == 503 else 0.0

    @property
    def answered(self) -> bool:
        """Whether this is an answer of a service in good order, though not the one that was hoped for."""
        return self.status is not None and self.status < 500 and self.status not in (408, 429)


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


def wait_for(policy: RetryPolicy, outcome: Outcome, *, attempt: int, luck: float = 1.0) -> float | None:
    """How long to leave the service alone after this attempt, in seconds; None: longer than the policy waits.

    Args:
        policy: the limits.
        outcome: what became of the attempt.
        attempt: its number, from 1.
        luck: a random number in ``[0, 1)``: full jitter.
    """
    backoff = luck * min(policy.max_delay, policy.base_delay * (1 << min(attempt - 1, _MOST_DOUBLINGS)))
    if outcome.retry_after is None:
        return backoff
    return max(backoff, outcome.retry_after) if outcome.retry_after <= policy.max_delay else None


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
    delay = wait_for(policy, outcome, attempt=attempt, luck=luck)
    if delay is None or (policy.deadline is not None and elapsed + delay >= policy.deadline):
        return None
    return delay


class RetryBudget:
    """A token bucket that a client's calls share: what bounds retries when a service is down.

    A retry takes 2 tokens of 200. A call that the service answers gives back what its retries took, or 1 token where it
    needed none. So a service that fails one request in four is still served, however many calls are under way: three
    first attempts that succeed bring more than the fourth one's retries hold. One that is down brings nothing, and is asked
    once a call when the bucket is empty.
    """

    COST = 2
    CAPACITY = 200

    def __init__(self) -> None:
        self.tokens = self.CAPACITY

    @property
    def affordable(self) -> bool:
        """Whether one more retry can be paid."""
        return self.tokens >= self.COST

    def spend(self) -> None:
        """Pay for one retry."""
        self.tokens -= self.COST

    def refund(self) -> None:
        """Take back the pay for a retry that came to nothing: it was cancelled."""
        self.tokens = min(self.CAPACITY, self.tokens + self.COST)

    def answered(self, retries: int) -> None:
        """A call ended in an answer of the service after this many retries."""
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
    name: str = "",
    pause: Callable[[float], None] | None = None,
    discard: Callable[[T], Awaitable[None]] | None = None,
) -> T:
    """Run attempts until one succeeds or the decision is to stop; the last one's value either way.

    Args:
        attempt: one attempt, given its number from 1 and the seconds left of the deadline.
        policy: the limits.
        retry: the operation's class.
        budget: the client's.
        clock: time, sleep and dice.
        name: of the operation, for the log.
        pause: stops all workers of the client for some seconds; called where the service asks for it.
        discard: given a failed value before the next attempt, to close what it holds.
    """
    began = clock.monotonic() if policy.deadline is not None else 0.0
    number = 1
    result = await attempt(number, policy.deadline)
    while (outcome := result.outcome) is not None:
        luck = clock.random()
        delay = decide(
            policy,
            retry,
            outcome,
            attempt=number,
            elapsed=0.0 if policy.deadline is None else clock.monotonic() - began,
            luck=luck,
            affordable=budget.affordable,
        )
        if pause is not None and 0 < outcome.pause <= policy.max_delay:
            # The others are to wait even where this call gives up; but not for what they would not wait for either.
            pause(outcome.pause)
        if delay is None:
            break
        if told_of_retries():
            why = _why(result.value, outcome, name)
            tell_of_retry(Retry(name, number, policy.max_attempts, why, delay))
        number += 1
        budget.spend()
        try:
            if discard is not None:
                await discard(result.value)
            del result  # nothing of a failed attempt is kept while the next one waits
            await clock.sleep(delay)
            left = None if policy.deadline is None else policy.deadline - (clock.monotonic() - began)
            result = await attempt(number, left)
        except BaseException:
            budget.refund()
            raise
    if outcome is None or outcome.answered:
        budget.answered(number - 1)
    return result.value


def _why(value: object, outcome: Outcome, name: str) -> str:
    """Why an attempt failed, as its error has it; errors that come here hold no secret."""
    if isinstance(value, Exception):
        return str(value.args[0] if value.args else type(value).__name__).removeprefix(f"{name}: ")
    return "no whole answer" if outcome.status is None else str(outcome.status)


class DeadlineError(httpx.ReadTimeout):
    """The deadline for all attempts passed while one was under way.

    Attributes:
        sent: False where the request was still waiting for its place.
    """

    def __init__(self, request: httpx.Request, *, sent: bool) -> None:
        where = "was under way" if sent else "waited for its place"
        super().__init__(f"the deadline for all attempts passed while the request {where}", request=request)
        self.sent = sent


_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
# The request cannot be sent, or the answer cannot be held: another attempt would end the same way.
_FINAL = (httpx.LocalProtocolError, httpx.UnsupportedProtocol, TooLargeError)


def transport_outcome(error: httpx.HTTPError) -> Outcome:
    """What an engine's exception means for another attempt."""
    if isinstance(error, DeadlineError):
        return Outcome(sent=error.sent, final=True)
    return Outcome(sent=not isinstance(error, _UNSENT), final=isinstance(error, _FINAL))
