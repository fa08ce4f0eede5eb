from __future__ import annotations

import math
import random
from itertools import product

import anyio
import httpx
import pytest
from hypothesis import given, strategies as st

from asyncsdk.chain.retry import (
    Attempted,
    DeadlineError,
    Outcome,
    RetryBudget,
    RetryPolicy,
    decide,
    may_repeat,
    retrying,
    transport_outcome,
    wait_for,
)
from asyncsdk.errors import ConfigurationError
from asyncsdk.testing.clock import FakeClock

POLICY = RetryPolicy()
LOST = Outcome()
UNSENT = Outcome(sent=False)
THROTTLED = Outcome(status=429)
DOWN = Outcome(status=503)

REQUEST = httpx.Request("GET", "https://example.com")


class TestTheDecision:
    @pytest.mark.parametrize(
        ("outcome", "safe", "unsent"),
        [
            (UNSENT, True, True),
            (LOST, True, False),
            (THROTTLED, True, True),
            (Outcome(status=429, quota=True), False, False),
            (Outcome(status=408), True, False),
            *((Outcome(status=status), True, False) for status in (500, 501, 502, 503, 504, 599)),
            *(
                (Outcome(status=status), False, False)
                for status in (200, 301, 304, 400, 401, 403, 404, 405, 409, 413, 422, 425, 428, 451, 600)
            ),
            (Outcome(final=True), False, False),
            (Outcome(sent=False, final=True), False, False),
            (Outcome(status=503, final=True), False, False),
        ],
        ids=str,
    )
    @pytest.mark.parametrize("attempt", [1, 4, 5, 6])
    def test_class_and_outcome_and_attempt_decide(self, outcome, safe, unsent, attempt):
        left = attempt < POLICY.max_attempts
        assert may_repeat(outcome, "safe") is safe
        assert may_repeat(outcome, "unsent") is unsent
        assert (decide(POLICY, "safe", outcome, attempt=attempt) is not None) == (safe and left)
        assert (decide(POLICY, "unsent", outcome, attempt=attempt) is not None) == (unsent and left)

    @given(
        status=st.none() | st.integers(100, 599),
        quota=st.booleans(),
        final=st.booleans(),
        attempt=st.integers(1, 9),
        after=st.none() | st.floats(0, 100),
    )
    def test_what_may_have_reached_the_service_is_never_sent_again_if_that_is_not_safe(
        self, status, quota, final, attempt, after
    ):
        outcome = Outcome(status=status, sent=True, quota=quota, final=final, retry_after=after)
        if decide(POLICY, "unsent", outcome, attempt=attempt) is not None:
            assert status == 429

    @pytest.mark.parametrize(
        ("after", "delay"),
        [(None, 0.5), (0.0, 0.5), (0.4, 0.5), (2.0, 2.0), (30.0, 30.0), (30.1, None), (1e12, None), (math.inf, None)],
    )
    @pytest.mark.parametrize("status", [429, 503])
    def test_what_the_service_asks_for_is_honoured_up_to_the_longest_wait(self, status, after, delay):
        assert decide(POLICY, "safe", Outcome(status=status, retry_after=after), attempt=1) == delay

    @pytest.mark.parametrize(
        ("elapsed", "after", "delay"),
        [(0, None, 0.5), (9.4, None, 0.5), (9.5, None, None), (20, None, None), (0, 9.9, 9.9), (0, 10.0, None)],
    )
    def test_nothing_is_begun_that_the_deadline_would_cut_off(self, elapsed, after, delay):
        policy = RetryPolicy(deadline=10.0)
        assert decide(policy, "safe", Outcome(status=503, retry_after=after), attempt=1, elapsed=elapsed) == delay

    @pytest.mark.parametrize("outcome", [UNSENT, LOST, THROTTLED, DOWN], ids=str)
    def test_one_attempt_switches_retries_off(self, outcome):
        assert decide(RetryPolicy(max_attempts=1), "safe", outcome, attempt=1) is None

    @pytest.mark.parametrize("outcome", [UNSENT, LOST, THROTTLED, DOWN], ids=str)
    def test_an_empty_budget_ends_it(self, outcome):
        assert decide(POLICY, "safe", outcome, attempt=1, affordable=False) is None


class TestTheWait:
    def test_it_doubles_up_to_the_longest(self):
        waits = [wait_for(POLICY, DOWN, attempt=attempt) for attempt in range(1, 10)]
        assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]

    @pytest.mark.parametrize("attempt", [17, 1000, 10**6, 10**12])
    def test_no_number_of_attempts_makes_it_overflow(self, attempt):
        assert wait_for(POLICY, DOWN, attempt=attempt) == 30

    @given(attempt=st.integers(1, 10**9), luck=st.floats(0, 1, exclude_max=True), base=st.floats(0, 1e6))
    def test_it_is_any_part_of_its_longest(self, attempt, luck, base):
        policy = RetryPolicy(base_delay=base)
        longest = wait_for(policy, DOWN, attempt=attempt)
        wait = wait_for(policy, DOWN, attempt=attempt, luck=luck)
        assert longest is not None
        assert wait == pytest.approx(luck * longest)
        assert 0 <= wait <= longest <= policy.max_delay

    def test_no_luck_does_not_go_below_what_the_service_asks(self):
        assert wait_for(POLICY, Outcome(status=429, retry_after=3), attempt=1, luck=0.0) == 3


class TestThePolicy:
    @pytest.mark.parametrize("value", [0, -1, 1.5, True, "5", None])
    def test_attempts_are_counted_from_one(self, value):
        with pytest.raises(ConfigurationError, match="max_attempts"):
            RetryPolicy(max_attempts=value)

    @pytest.mark.parametrize(
        ("name", "value"), list(product(["base_delay", "max_delay", "deadline"], [-1, math.nan, "5", True]))
    )
    def test_times_are_seconds(self, name, value):
        with pytest.raises(ConfigurationError, match=name):
            RetryPolicy(**{name: value})

    def test_a_deadline_of_nothing_is_no_deadline_anybody_can_keep(self):
        with pytest.raises(ConfigurationError, match="deadline"):
            RetryPolicy(deadline=0)


@pytest.mark.parametrize(
    ("error", "sent"),
    [
        (httpx.ConnectError("refused"), False),
        (httpx.ConnectTimeout("slow"), False),
        (httpx.PoolTimeout("full"), False),
        (httpx.ProxyError("no"), False),
        (httpx.ReadError("cut"), True),
        (httpx.WriteError("cut"), True),
        (httpx.CloseError("cut"), True),
        (httpx.ReadTimeout("slow"), True),
        (httpx.WriteTimeout("slow"), True),
        (httpx.RemoteProtocolError("hung up"), True),
        (httpx.DecodingError("cut"), True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_an_engines_exception_says_of_the_request(error, sent):
    assert transport_outcome(error) == Outcome(sent=sent)


@pytest.mark.parametrize(
    ("error", "sent"), [(httpx.UnsupportedProtocol("ftp"), False), (httpx.LocalProtocolError("two lines"), True)]
)
def test_a_request_that_cannot_be_sent_is_not_tried_again(error, sent):
    assert transport_outcome(error) == Outcome(sent=sent, final=True)


@pytest.mark.parametrize("sent", [True, False])
def test_a_deadline_that_passed_is_final(sent):
    assert transport_outcome(DeadlineError(REQUEST, sent=sent)) == Outcome(sent=sent, final=True)


def served(rate, *, calls, at_once, budget=None, attempts=5, seed=1):
    """How many calls succeed, and how many requests that takes, where one in `rate` fails; waits overlap."""
    dice = random.Random(seed)
    budget = budget or RetryBudget()
    done = requests = started = 0
    held = [0] * at_once
    while started < calls or any(number is not None for number in held):
        for worker in range(at_once):
            number = held[worker]
            if number is None:
                continue
            if number == 0:
                if started == calls:
                    held[worker] = None
                    continue
                started += 1
            requests += 1
            if dice.random() >= rate:
                budget.answered(number)
                done += 1
                held[worker] = 0
            elif number + 1 < attempts and budget.affordable:
                budget.spend()
                held[worker] = number + 1
            else:
                held[worker] = 0
    return done, requests


class TestTheBudget:
    @pytest.mark.parametrize("at_once", [1, 16, 64, 1000, 5000])
    def test_a_service_that_fails_one_request_in_four_is_served_however_many_ask_at_once(self, at_once):
        done, requests = served(0.25, calls=10_000, at_once=at_once)
        # five attempts in a row fail once in 1024 calls
        assert done >= 9_970
        assert requests < 10_000 * 1.4

    @pytest.mark.parametrize("at_once", [1, 16, 1000])
    def test_one_that_is_down_is_asked_little_more_than_once_a_call(self, at_once):
        done, requests = served(1.0, calls=10_000, at_once=at_once)
        assert done == 0
        assert requests == 10_000 + RetryBudget.CAPACITY / RetryBudget.COST

    @pytest.mark.parametrize("at_once", [1, 64])
    def test_one_that_is_nearly_down_is_not_hammered(self, at_once):
        _, requests = served(0.9, calls=10_000, at_once=at_once)
        assert requests < 10_000 * 1.1

    def test_it_recovers_when_the_service_does(self):
        budget = RetryBudget()
        served(1.0, calls=1_000, at_once=8, budget=budget)
        assert not budget.affordable
        done, _ = served(0.25, calls=10_000, at_once=8, budget=budget)
        assert done > 9_950

    @given(st.lists(st.sampled_from(["spend", "refund", "answered", "retried"]), max_size=400))
    def test_it_stays_between_empty_and_full(self, steps):
        budget = RetryBudget()
        for step in steps:
            if step == "spend" and budget.affordable:
                budget.spend()
            elif step == "refund":
                budget.refund()
            elif step == "answered":
                budget.answered(0)
            elif step == "retried":
                budget.answered(3)
            assert 0 <= budget.tokens <= RetryBudget.CAPACITY


class Service:
    """Attempts that come out as a list says, the last one for ever."""

    def __init__(self, *outcomes, seconds=0.0, clock=None):
        self.outcomes = outcomes
        self.seconds = seconds
        self.clock = clock
        self.left = []

    async def __call__(self, number, left):
        self.left.append(left)
        assert number == len(self.left)
        if self.seconds:
            await self.clock.sleep(self.seconds)
        return Attempted(number, self.outcomes[min(number, len(self.outcomes)) - 1])


def loop(service, clock, *, policy=POLICY, retry="safe", **how):
    return retrying(service, policy=policy, retry=retry, clock=clock, **{"budget": RetryBudget(), **how})


@pytest.mark.anyio
class TestTheLoop:
    async def test_it_goes_on_until_one_succeeds(self):
        clock = FakeClock()
        assert await loop(Service(DOWN, LOST, None), clock) == 3
        assert clock.slept == [0.5, 1.0]

    async def test_it_gives_the_last_failure(self):
        clock = FakeClock()
        assert await loop(Service(DOWN), clock) == 5
        assert clock.slept == [0.5, 1.0, 2.0, 4.0]

    async def test_luck_shortens_the_waits(self):
        clock = FakeClock(luck=0.25)
        await loop(Service(DOWN), clock)
        assert clock.slept == [0.125, 0.25, 0.5, 1.0]

    async def test_the_deadline_covers_attempts_and_waits(self):
        clock = FakeClock()
        service = Service(DOWN, seconds=3, clock=clock)
        assert await loop(service, clock, policy=RetryPolicy(deadline=7.5)) == 2
        assert service.left == [7.5, 4.0]

    async def test_without_a_deadline_no_attempt_is_limited(self):
        service = Service(DOWN)
        await loop(service, FakeClock())
        assert service.left == [None] * 5

    async def test_success_gives_back_what_its_retries_took(self):
        budget = RetryBudget()
        budget.tokens = 100
        await loop(Service(DOWN, DOWN, None), FakeClock(), budget=budget)
        assert budget.tokens == 100
        await loop(Service(None), FakeClock(), budget=budget)
        assert budget.tokens == 101

    async def test_so_does_an_answer_that_is_an_error_of_the_callers(self):
        budget = RetryBudget()
        budget.tokens = 100
        await loop(Service(DOWN, Outcome(status=404)), FakeClock(), budget=budget)
        assert budget.tokens == 100

    @pytest.mark.parametrize("outcome", [DOWN, LOST, THROTTLED, UNSENT], ids=str)
    async def test_a_call_that_fails_loses_what_its_retries_took(self, outcome):
        budget = RetryBudget()
        await loop(Service(outcome), FakeClock(), budget=budget)
        assert budget.tokens == RetryBudget.CAPACITY - 4 * RetryBudget.COST

    async def test_an_empty_budget_leaves_one_attempt_a_call(self):
        budget = RetryBudget()
        budget.tokens = 1
        assert await loop(Service(DOWN), FakeClock(), budget=budget) == 1

    @pytest.mark.parametrize("in_attempt", [True, False])
    async def test_a_retry_that_is_cancelled_is_not_paid_for(self, in_attempt):
        budget = RetryBudget()
        clock = FakeClock(manual=True)
        service = Service(DOWN, DOWN, None)

        async def attempt(number, left):
            if in_attempt and number == 2:
                await anyio.sleep_forever()
            return await service(number, left)

        async with anyio.create_task_group() as group:
            group.start_soon(lambda: loop(attempt, clock, budget=budget))
            await anyio.wait_all_tasks_blocked()
            if in_attempt:
                clock.advance(0.5)
                await anyio.wait_all_tasks_blocked()
            assert budget.tokens == RetryBudget.CAPACITY - RetryBudget.COST
            group.cancel_scope.cancel()
        assert budget.tokens == RetryBudget.CAPACITY

    @pytest.mark.parametrize(
        ("outcome", "pauses"),
        [
            (Outcome(status=429, retry_after=7), [7] * 5),
            (Outcome(status=503, retry_after=7), [7] * 5),
            (Outcome(status=429, retry_after=31), []),  # for which this call does not wait either
            (Outcome(status=429, retry_after=0), []),
            (Outcome(status=429, retry_after=7, quota=True), []),
            (Outcome(status=500, retry_after=7), []),
            (THROTTLED, []),
            (DOWN, []),
            (LOST, []),
        ],
        ids=str,
    )
    async def test_what_the_service_asks_for_pauses_the_others_also_where_this_call_gives_up(self, outcome, pauses):
        seen = []
        await loop(Service(outcome), FakeClock(), pause=seen.append)
        assert seen == pauses

    async def test_with_retries_off_they_are_still_paused(self):
        seen = []
        asked = Outcome(status=429, retry_after=2)
        await loop(Service(asked), FakeClock(), policy=RetryPolicy(max_attempts=1), pause=seen.append)
        assert seen == [2]

    async def test_what_a_failed_attempt_holds_is_closed_before_the_wait(self):
        clock = FakeClock()
        seen = []

        async def discard(value):
            seen.append((value, list(clock.slept)))

        assert await loop(Service(DOWN, LOST, None), clock, discard=discard) == 3
        assert seen == [(1, []), (2, [0.5])]

    async def test_a_wait_is_told_of_by_name_and_status_alone(self, caplog):
        caplog.set_level("INFO", "asyncsdk")
        await loop(Service(DOWN, LOST, None), FakeClock(), name="shop.list")
        assert caplog.messages == [
            "shop.list: attempt 1 of 5 failed (503), the next one follows in 0.50 s",
            "shop.list: attempt 2 of 5 failed (no whole answer), the next one follows in 1.00 s",
        ]

    async def test_an_exception_of_the_attempt_is_not_caught(self):
        async def attempt(number, left):
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await loop(attempt, FakeClock())
