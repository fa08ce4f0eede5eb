"""Jobs that are waited for, by the sandbox's clock."""

from __future__ import annotations

import anyio
import httpx
import pytest

from asyncsdk import AWSCredentials, JobFailedError, NotFoundError, TimeoutError as SDKTimeoutError
from asyncsdk.testing import FakeClock, Sandbox, Script, UnleashPlatformService
from asyncsdk.unleash.platform import ModellingJob, ModellingTask, UnleashPlatform

JOB = ModellingJob(identity_id="u", device_id="W123", session_id="session-1")


def world(**options):
    clock = FakeClock()
    service = UnleashPlatformService(clock=clock, **options)
    client = UnleashPlatform(
        credentials=AWSCredentials("test-access", "test-secret"),
        base_url="http://sandbox.test/prod",
        transport=httpx.ASGITransport(app=Sandbox(service)),
        clock=clock,
    )
    return client, service


@pytest.mark.anyio
class TestAJob:
    async def test_is_waited_for_until_it_has_stopped(self):
        client, _ = world(job_seconds=600)
        told = []
        async with client:
            task = await client.modelling.process(JOB)
            assert await client.modelling.status(task.task_arn) == "PENDING"
            assert await client.modelling.wait(task, on_status=told.append) == "STOPPED"
            solutions = await client.library.solutions("W123", "session-1").to_list()
        assert told == ["PENDING", "RUNNING", "STOPPED"]
        assert [each.key.endswith("/code/odm.tif") for each in solutions] == [True]

    async def test_that_fails_is_an_error(self):
        client, _ = world()
        async with client:
            task = await client.modelling.process({"identityId": "u", "deviceId": "W123", "sessionId": "none"})
            with pytest.raises(JobFailedError, match=task.task_arn):
                await client.modelling.wait(task)

    async def test_is_waited_for_through_what_passes(self):
        client, service = world()
        async with client:
            task = await client.modelling.process(JOB)
            for trouble in ("late", "throttled", "unavailable", "broken"):
                service.fail_next(trouble, 7)
            assert await client.modelling.wait(task.task_arn) == "STOPPED"

    async def test_is_waited_for_over_more_lost_connections_than_a_call_has_attempts(self, connect):
        lost = [httpx.ReadError("gone"), httpx.ConnectError("nobody there"), httpx.RemoteProtocolError("cut")] * 7
        script = Script(*lost, httpx.Response(200, json="STOPPED"))
        async with connect(script) as client:
            assert await client.modelling.wait("arn:1") == "STOPPED"
        assert len(script.requests) == 22

    async def test_that_takes_too_long_says_what_to_go_on_with(self):
        client, _ = world(job_seconds=600)
        async with client:
            task = await client.modelling.process(JOB)
            with pytest.raises(SDKTimeoutError, match="not there after 60 s") as caught:
                await client.modelling.wait(task, timeout=60)
            assert caught.value.resume == task.task_arn
            assert await client.modelling.wait(caught.value.resume) == "STOPPED"

    async def test_that_there_is_not_is_told_at_once(self):
        client, _ = world()
        async with client:
            with pytest.raises(NotFoundError):
                await client.modelling.wait("arn:none")
            for wrong in ("", ModellingTask()):
                with pytest.raises(ValueError, match="task_arn must not be ''"):
                    await client.modelling.wait(wrong)

    async def test_is_left_alone_when_its_wait_is_cancelled(self, connect):
        script = Script(httpx.Response(200, json="RUNNING"))
        clock = FakeClock(manual=True)
        async with connect(script, clock=clock) as client:
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(client.modelling.wait, "arn:1")
                    while not clock.sleeping:
                        await anyio.lowlevel.checkpoint()
                    scope.cancel()
        assert scope.cancelled_caught
        assert (clock.sleeping, len(script.requests)) == (0, 1)
