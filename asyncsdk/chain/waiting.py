"""Waiting for a job: the same question again and again, over the same decisions as retries."""

from __future__ import annotations

import math
from itertools import count
from typing import TYPE_CHECKING, TypeVar

import anyio

from ..errors import APIError, SDKError, TimeoutError as SDKTimeoutError, TransportError
from .attempts import Retry, tell_of_retry
from .retry import Outcome, may_repeat, wait_for

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..http.clock import Clock
    from .retry import RetryPolicy

T = TypeVar("T")


async def wait_until(
    poll: Callable[[], Awaitable[T]],
    done: Callable[[T], bool],
    *,
    deadline: float | None,
    what: str,
    resume: object,
    policy: RetryPolicy,
    clock: Clock,
) -> T:
    """Ask until the answer is the one that was waited for.

    A 429, a 5xx and a lost connection are absorbed, whatever their number: what is asked changes nothing. Questions come slower
    and slower, up to ``policy.max_delay``, and never faster than a ``Retry-After`` allows.

    Args:
        poll: asks once; one attempt or several.
        done: whether this is it. What it raises ends the wait.
        deadline: seconds for all of it, requests and sleeps; None for no limit.
        what: what is waited for, for the error and the log.
        resume: plain data to go on with after a time-out, such as the job's id.
        policy: how fast to ask.
        clock: time, sleep and dice.

    Raises:
        TimeoutError: the deadline passed; its ``resume`` is what was given, and its text says what went wrong last.
        SDKError: what asking again does not mend.
    """
    ends = math.inf if deadline is None else clock.monotonic() + deadline
    trouble: SDKError | None = None
    for number in count(1):
        with anyio.move_on_after(max(0.0, ends - clock.monotonic())):
            outcome = Outcome()
            try:
                answer = await poll()
            except SDKError as error:
                outcome = outcome_of(error)
                if not may_repeat(outcome, "safe"):
                    raise
                trouble = error
            else:
                if done(answer):
                    return answer
                trouble = None
            pause = (
                wait_for(policy, outcome, attempt=number, luck=0.5 + clock.random() / 2) or outcome.retry_after or 0.0
            )
            if trouble is not None:
                tell_of_retry(Retry(what, number, None, str(trouble), pause))
            await clock.sleep(min(pause, max(0.0, ends - clock.monotonic())))
        if clock.monotonic() >= ends:
            break
    late = SDKTimeoutError(f"{what}: not there after {deadline:g} s{f'; last: {trouble}' if trouble else ''}")
    late.resume = resume
    raise late


def outcome_of(error: SDKError) -> Outcome:
    """What an error means for asking again; what is no answer of a service and no failure on the way to it is final."""
    if isinstance(error, TransportError):
        return Outcome(sent=error.sent)
    if isinstance(error, APIError):
        return Outcome(status=error.status_code, retry_after=error.retry_after)
    return Outcome(final=True)
