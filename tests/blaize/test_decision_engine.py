"""The decision engine: its status, its proof of where a visitor comes from, and that it is asked once."""

from __future__ import annotations

import hashlib
import json

import httpx
import pytest

from asyncsdk import ConnectionLostError, RetryPolicy
from asyncsdk.blaize import DecisionRequest, DecisionResponse, trusted_referrer


@pytest.mark.anyio
async def test_a_decision_has_its_status_as_text_and_as_number(client, router):
    route = router.post("/v3/decision-engine").respond(json={"status": "301", "headers": {"Location": "/login.html"}})
    request = DecisionRequest(path="/x.html", http_method="GET", request_headers={"User-Agent": "test"})
    decision = await client.decision_engine.decide(request)
    assert (decision.status, decision.status_code) == ("301", 301)
    assert decision.headers == {"Location": "/login.html"}
    assert json.loads(route.calls.last.request.content) == {
        "path": "/x.html",
        "http_method": "GET",
        "request_headers": {"User-Agent": "test"},
    }


def test_a_status_that_is_no_number_is_none():
    assert DecisionResponse(status="soon").status_code is None
    assert DecisionResponse().status_code is None


def test_a_trusted_referrer_is_the_hash_of_path_bar_and_secret():
    expected = hashlib.md5(b"/news/caf\xc3\xa9|test-secret").hexdigest()
    assert trusted_referrer("/news/café", "test-secret") == expected


@pytest.mark.anyio
async def test_a_decision_is_never_asked_for_twice(connect):
    asked = []

    def lost(request):
        asked.append(request)
        raise httpx.ReadError("lost")

    client = connect(lost, retry=RetryPolicy(max_attempts=5))
    with pytest.raises(ConnectionLostError):
        await client.decision_engine.decide({"path": "/"})
    assert len(asked) == 1
