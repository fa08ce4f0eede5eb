from __future__ import annotations

import httpx
import pytest

from asyncsdk.testing import AnalyticsService, BlaizeService, Sandbox
from asyncsdk.testing.fixtures import (  # as `pytest_plugins` would bring them
    _served,
    blaize,  # noqa: F401
    cognitive3d,  # noqa: F401
    livepeer,  # noqa: F401
    sandbox_app,  # noqa: F401
    sandbox_url,  # noqa: F401
    unleash_analytics,  # noqa: F401
    unleash_platform,  # noqa: F401
)

KEY = {"x-api-key": "test-key"}


def test_the_sandbox_is_served_for_a_test(sandbox_url, sandbox_app):  # noqa: F811
    assert isinstance(sandbox_app, Sandbox)
    with httpx.Client(base_url=f"{sandbox_url}/v1", headers=KEY, trust_env=False) as client:
        assert client.get("/analytics/version").json() == "1.0.1"


class TestAnAppOfOnesOwn:
    @pytest.fixture
    def sandbox_app(self):
        return Sandbox(AnalyticsService(devices=0))

    def test_takes_the_place_of_the_default(self, sandbox_url, document):  # noqa: F811
        with httpx.Client(base_url=f"{sandbox_url}/v1", headers=KEY, trust_env=False) as client:
            assert client.get("/analytics/devices").json() == document["devices"]


@pytest.mark.anyio
class TestClients:
    """Each speaks to the sandbox as soon as it is asked for, without a socket."""

    async def test_of_the_analytics_api(self, unleash_analytics):  # noqa: F811
        assert await unleash_analytics.version() == "1.0.1"

    async def test_of_the_platform_and_its_storage(self, unleash_platform):  # noqa: F811
        done = await unleash_platform.library.upload(b"picture", filename="1.JPG", device_id="W123", session_id="3")
        assert done

    async def test_of_blaize_also_its_export(self, blaize):  # noqa: F811
        async with blaize.users.export() as users:
            assert [each.seq_no async for each in users]

    async def test_of_cognitive3d(self, cognitive3d):  # noqa: F811
        assert await cognitive3d.sessions.list(5001).first()

    async def test_of_livepeer(self, livepeer):  # noqa: F811
        assert await livepeer.streams.list().first()


def test_a_client_of_a_service_that_is_not_served_says_so():
    with pytest.raises(LookupError, match="sandbox_app serves no BlaizeService"):
        _served(Sandbox(AnalyticsService()), BlaizeService)
