"""What can be pulled of the Platform."""

from __future__ import annotations

import json

import httpx
import pytest

from asyncsdk import AWSCredentials, NDJSONSink, PaginationError, ServerError, to_dict
from asyncsdk.testing import FakeClock, Sandbox, Script, UnleashPlatformService
from asyncsdk.unleash.platform import Device, Media, SessionSolution, UnleashPlatform
from asyncsdk.unleash.platform.datasets import SOLUTIONS


@pytest.fixture
async def platform():
    clock = FakeClock()
    async with UnleashPlatform(
        credentials=AWSCredentials("test-access", "test-secret"),
        base_url="http://sandbox.test/prod",
        transport=httpx.ASGITransport(app=Sandbox(UnleashPlatformService(clock=clock))),
        clock=clock,
    ) as client:
        yield client


@pytest.mark.anyio
class TestDataSets:
    async def test_are_devices_media_sessions_and_solutions(self, platform):
        found = platform.datasets
        assert list(found) == ["devices", "media", "sessions", "solutions"]
        assert [found[each].key for each in found] == [None, "device_id", "device_id", "device_id"]
        assert [found[each].id for each in found] == [f"unleash_platform.{each}" for each in found]

    async def test_give_all_devices(self, platform):
        async with platform.datasets.devices.fan_out() as rows:
            found = [row async for row in rows]
        assert {type(each) for each in found} == {Device}
        assert "W123" in {each.id for each in found}

    async def test_give_the_media_and_sessions_of_all_devices(self, platform):
        async with platform.datasets.media.fan_out("all") as rows:
            assert [(type(row), row.size) async for row in rows] == [(Media, 123)]
        async with platform.datasets.sessions.fan_out(["W123", "none"]) as rows:
            assert [row.session_id async for row in rows] == ["session-1"]

    async def test_give_the_solutions_of_all_sessions_each_with_its_session(self, platform):
        made = []
        for number in range(3):
            session = f"session-{number}"
            await platform.library.upload(b"x", filename="a.JPG", device_id="W123", session_id=session)
            if number != 1:
                job = {"identityId": "u", "deviceId": "W123", "sessionId": session}
                await platform.modelling.wait(await platform.modelling.process(job))
                made.append(session)
        async with platform.datasets.solutions.fan_out("all") as rows:
            found = [row async for row in rows]
        assert [row.session_id for row in found] == made
        assert {type(row) for row in found} == {SessionSolution}
        assert [row.key for row in found] == [
            each.key for session in made async for each in platform.library.solutions("W123", session)
        ]
        async with platform.datasets.solutions.fan_out(["none"]) as rows:
            assert [row async for row in rows] == []

    async def test_go_into_a_sink(self, platform, tmp_path):
        data = platform.datasets.media
        plan = data.plan(["W123"])
        report = await data.backfill(plan, NDJSONSink(tmp_path))
        assert report.rows == 1
        (file,) = [each for each in tmp_path.rglob("*.ndjson*") if each.is_file()]
        assert json.loads(file.read_text())["device_id"] == "W123"


@pytest.mark.anyio
async def test_a_walk_over_solutions_goes_on_where_it_failed(connect):
    sessions = httpx.Response(200, json=[{"sessionId": each} for each in ("1", "2", "2", "3")])
    solutions = [httpx.Response(200, json=[{"key": f"k{each}", "new": each}]) for each in (1, 2, 3)]
    async with connect(Script(sessions, solutions[0], 500, sessions, *solutions[1:])) as platform:
        pager = SOLUTIONS.read(platform, "W123", 0, 0)
        with pytest.raises(ServerError) as caught:
            await pager.to_list()
        assert caught.value.cursor == "2"
        left = [row async for page in pager.pages(caught.value.cursor) for row in page.items]
    assert [to_dict(row) for row in left] == [
        {"key": "k2", "new": 2, "sessionId": "2"},
        {"key": "k3", "new": 3, "sessionId": "3"},
    ]


@pytest.mark.anyio
async def test_a_session_that_is_gone_is_no_place_to_go_on_from(connect):
    async with connect(Script(httpx.Response(200, json=[{"sessionId": "1"}]))) as platform:
        with pytest.raises(PaginationError, match="no session '2' any more"):
            await SOLUTIONS.read(platform, "W123", 0, 0).page("2")
