from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from asyncsdk.testing.documents import documents

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="session")
def document():
    """The samples of the Analytics API's document."""
    return json.loads((DATA / "analytics_document.json").read_text())


@pytest.fixture(scope="session")
def contract():
    """What the Analytics API's document says of each operation, by id."""
    return documents("unleash_analytics")


@pytest.fixture
def in_process():
    """Makes a client that talks to an app in process, with the default key unless told otherwise."""

    def client(app, **headers):
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url="http://sandbox.test/v1",
            headers=headers or {"x-api-key": "test-key"},
        )

    return client
