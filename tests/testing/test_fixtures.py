from __future__ import annotations

import httpx
import pytest

from asyncsdk.testing import AnalyticsService, Sandbox
from asyncsdk.testing.fixtures import sandbox_app, sandbox_url  # noqa: F401 - as `pytest_plugins` would bring them

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
