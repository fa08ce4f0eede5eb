"""A service whose requests are counted, and a recipe for its client that holds no key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from asyncsdk import Plan, UnleashAnalytics
from asyncsdk.testing import AnalyticsService, Sandbox, serve

START = datetime(2020, 8, 17, 6, tzinfo=UTC)


class Asked(list):
    """The paths that were asked for."""

    def __call__(self, request):
        self.append(request.url.path)

    @property
    def shards(self):
        """Devices and ranges, each once."""
        return {path.rpartition("/")[0] for path in self if not path.endswith("/devices")}


@pytest.fixture(scope="session")
def service():
    return AnalyticsService(devices=3, rows_per_hour=60, page_size=25)


@pytest.fixture
def asked():
    return Asked()


@pytest.fixture
def connect(service, asked, monkeypatch):
    monkeypatch.setenv("UNLEASH_API_KEY", service.api_key)
    with serve(Sandbox(service, on_request=asked)) as url:
        yield partial(UnleashAnalytics, base_url=f"{url}/v1")


@pytest.fixture
def plan(service):
    return Plan.make(
        "unleash_analytics.rows",
        service.device_ids,
        START,
        START + timedelta(hours=3),
        timedelta(hours=1),
    )
