"""What can be pulled of the Platform."""

from __future__ import annotations

import json

import httpx
import pytest

from asyncsdk import AWSCredentials, NDJSONSink
from asyncsdk.testing import FakeClock, Sandbox, UnleashPlatformService
from asyncsdk.unleash.platform import Device, Media, UnleashPlatform


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
    async def test_are_devices_media_and_sessions(self, platform):
        found = platform.datasets
        assert list(found) == ["devices", "media", "sessions"]
        assert [found[each].key for each in found] == [None, "device_id", "device_id"]
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

    async def test_go_into_a_sink(self, platform, tmp_path):
        data = platform.datasets.media
        plan = data.plan(["W123"])
        report = await data.backfill(plan, NDJSONSink(tmp_path))
        assert report.rows == 1
        (file,) = [each for each in tmp_path.rglob("*.ndjson*") if each.is_file()]
        assert json.loads(file.read_text())["device_id"] == "W123"
