"""Hooks at the start of an attempt and at the end of a call, and what watches calls."""

from __future__ import annotations

import attrs
import httpx
import pytest

from asyncsdk import Blaize, NotFoundError, RetryPolicy
from asyncsdk.chain.telemetry.facts import AttemptStart, CallEnd, CallStart
from asyncsdk.testing import Script

USER = "/v3/users/{user_id}"
_AT_ONCE = RetryPolicy(base_delay=0)


def client(*answers, **options):
    options.setdefault("retry", _AT_ONCE)
    return Blaize("demo", access_key="test-access", secret_key="test-secret", transport=Script(*answers), **options)


def facts(value):
    return {name: each for name, each in attrs.asdict(value).items() if name != "seconds"}


def test_they_have_an_allow_list_of_facts():
    names = [[each.name for each in attrs.fields(cls)] for cls in (CallStart, AttemptStart, CallEnd)]
    assert names == [
        ["operation", "method", "scheme", "host", "port", "route", "own", "throttle"],
        ["operation", "method", "host", "route", "number"],
        ["operation", "method", "host", "route", "attempts", "status", "error", "seconds"],
    ]


@pytest.mark.anyio
async def test_hooks_are_told_in_order():
    told = []
    hooks = dict.fromkeys(("on_attempt_start", "on_attempt", "on_call_end"), told.append)
    async with client(503, httpx.Response(200, json={"user_id": "secret-id"}), **hooks) as blaize:
        await blaize.users.get("secret-id")
    assert [type(each).__name__ for each in told] == ["AttemptStart", "Attempt", "AttemptStart", "Attempt", "CallEnd"]
    known = {"operation": "blaize.users.get", "method": "GET", "host": "demo.api.zephr.com", "route": USER}
    assert facts(told[2]) == {**known, "number": 2}
    assert facts(told[4]) == {**known, "attempts": 2, "status": 200, "error": None}
    assert told[4].seconds >= told[3].seconds
    assert "secret-id" not in repr(told)


@pytest.mark.anyio
async def test_the_end_of_a_call_tells_its_error():
    told = []
    async with client(404, on_call_end=told.append) as blaize:
        with pytest.raises(NotFoundError):
            await blaize.users.get("7")
        with pytest.raises(ValueError, match="user_id"):  # a call that never was
            await blaize.users.get("")
    assert [(each.attempts, each.status, each.error) for each in told] == [(1, 404, "NotFoundError")]


@pytest.mark.anyio
async def test_own_requests_are_told_of_too():
    told = []
    async with client(200, on_call_end=told.append) as blaize:
        await blaize.http.get("/v3/users/secret-id")
    assert [(each.operation, each.route, each.status) for each in told] == [("http", "", 200)]


def refuse(_):
    raise LookupError("the hook's own")


@pytest.mark.anyio
@pytest.mark.parametrize("hook", ["on_attempt_start", "on_attempt", "on_call_end"])
async def test_what_a_hook_raises_goes_to_the_caller_and_no_place_is_lost(hook):
    async with client(200, **{hook: refuse}) as blaize:
        with pytest.raises(LookupError, match="the hook's own"):
            await blaize.users.get("7")
        with pytest.raises(LookupError, match="the hook's own"):
            async with blaize.http.stream("GET", "/v3/users/7"):
                pass
        assert blaize.throttle.active == 0


class Adds:
    """Watches nothing but adds a header to each attempt."""

    def call_starts(self, start):
        return self

    def attempt_starts(self, start, headers):
        headers["traceparent"] = f"attempt-{start.number}"

    def attempt_ends(self, attempt):
        pass

    def call_ends(self, end):
        pass


@pytest.mark.anyio
async def test_a_header_that_is_added_comes_with_its_attempt_alone():
    seen = []

    def answer(request):
        seen.append(request.headers.get_list("traceparent"))
        return httpx.Response(503 if len(seen) == 1 else 200, json={})

    transport = httpx.MockTransport(answer)
    keys = {"access_key": "test-access", "secret_key": "test-secret"}
    async with Blaize("demo", **keys, transport=transport, telemetry=Adds(), retry=_AT_ONCE) as blaize:
        await blaize.users.get("7")
        await blaize.with_options(telemetry=None).users.get("7")
    assert seen == [["attempt-1"], ["attempt-2"], []]
