"""Waiting for a job."""

from __future__ import annotations

import anyio
import pytest

from asyncsdk.chain.retry import RetryPolicy
from asyncsdk.chain.waiting import wait_until
from asyncsdk.errors import (
    APIError,
    ConnectionLostError,
    DecodeError,
    NotFoundError,
    RateLimitError,
    ServerError,
    TimeoutError as SDKTimeoutError,
)
from asyncsdk.testing.clock import FakeClock

POLICY = RetryPolicy(base_delay=1, max_delay=30)


class Job:
    """Answers what it is told to, the last of it again and again."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = 0

    async def poll(self):
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


async def wait(job, clock=None, **how):
    given = {"deadline": 3600.0, "what": "modelling.status", "resume": "arn:task", "policy": POLICY, **how}
    return await wait_until(job.poll, lambda status: status == "STOPPED", clock=clock or FakeClock(), **given)


def api(kind, status, retry_after=None):
    return kind("the service is sorry", status_code=status, retry_after=retry_after)


@pytest.mark.anyio
class TestWaiting:
    async def test_it_asks_until_it_is_there_slower_and_slower(self):
        clock = FakeClock()
        job = Job(*["RUNNING"] * 8, "STOPPED")
        assert await wait(job, clock) == "STOPPED"
        assert clock.slept == [1, 2, 4, 8, 16, 30, 30, 30]

    @pytest.mark.parametrize(
        "trouble",
        [
            api(RateLimitError, 429),
            api(ServerError, 502),
            api(ServerError, 504),
            api(APIError, 408),
            ConnectionLostError("lost"),
            SDKTimeoutError("slow"),
        ],
        ids=repr,
    )
    async def test_what_passes_is_absorbed_however_often(self, trouble):
        job = Job(*[trouble] * 40, "STOPPED")
        assert await wait(job) == "STOPPED"
        assert job.asked == 41

    @pytest.mark.parametrize("trouble", [api(NotFoundError, 404), DecodeError("no JSON"), ValueError("mine")], ids=repr)
    async def test_what_does_not_pass_ends_it(self, trouble):
        with pytest.raises(type(trouble)):
            await wait(Job(trouble))

    @pytest.mark.parametrize("after", [7, 300])
    async def test_a_retry_after_is_followed_whatever_its_length(self, after):
        clock = FakeClock()
        await wait(Job(api(RateLimitError, 429, after), "STOPPED"), clock)
        assert clock.slept == [after]

    async def test_the_deadline_caps_the_sleeps_and_its_error_says_how_to_go_on(self):
        clock = FakeClock()
        began = clock.monotonic()
        with pytest.raises(SDKTimeoutError, match=r"modelling.status: not there after 100 s") as caught:
            await wait(Job("RUNNING"), clock, deadline=100.0)
        assert clock.monotonic() - began == 100
        assert caught.value.resume == "arn:task"

    async def test_it_says_what_went_wrong_last(self):
        with pytest.raises(SDKTimeoutError, match="last: the service is sorry"):
            await wait(Job("RUNNING", api(ServerError, 504)), deadline=100.0)

    async def test_the_deadline_caps_a_request_too(self):
        from asyncsdk.http.clock import Clock

        class Hanging(Job):
            async def poll(self):
                await anyio.sleep_forever()

        with anyio.fail_after(5), pytest.raises(SDKTimeoutError):
            await wait(Hanging("RUNNING"), Clock(), deadline=0.02)

    async def test_it_can_be_cancelled(self):
        clock = FakeClock(manual=True)
        with anyio.move_on_after(0.01) as scope:
            await wait(Job("RUNNING"), clock)
        assert scope.cancelled_caught

    async def test_what_decides_may_raise(self):
        def decide(status):
            raise LookupError(status)

        with pytest.raises(LookupError, match="FAILED"):
            await wait_until(
                Job("FAILED").poll, decide, deadline=None, what="job", resume=None, policy=POLICY, clock=FakeClock()
            )
