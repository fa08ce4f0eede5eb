"""`asyncsdk.responses`: what came back inside a block, for every kind of call."""

from __future__ import annotations

import anyio
import httpx
import pytest

import asyncsdk
from asyncsdk import Answer, Blaize, NotFoundError, RetryPolicy, fan_out, responses
from asyncsdk.http import answers
from asyncsdk.testing import FakeClock, Script

pytestmark = pytest.mark.anyio

ROW = {"user_id": "u"}
PAGE = {"results": [ROW], "total": 3, "page": 1, "rpp": 1}


def client(*script, **options):
    options.setdefault("clock", FakeClock())
    return Blaize("demo", access_key="test-access", secret_key="test-secret", transport=Script(*script), **options)


async def test_each_call_adds_its_answer():
    headers = {"ETag": '"7"', "X-RateLimit-Remaining": "12", "X-Request-Id": "r-1", "Set-Cookie": "a=test-secret"}
    async with client(httpx.Response(200, json=ROW, headers=headers)) as blaize:
        with responses() as got:
            await blaize.users.get("u")
        await blaize.users.get("u")
    (answer,) = got
    assert isinstance(answer, Answer)
    assert (answer.operation, answer.status_code, answer.status) == ("blaize.users.get", 200, 200)
    assert (answer.request_id, answer.attempts) == ("r-1", 1)
    assert answer.headers["etag"] == '"7"'
    assert answer.headers["x-ratelimit-remaining"] == "12"
    assert "set-cookie" not in answer.headers


async def test_a_call_that_was_tried_again_is_one_answer():
    async with client(503, httpx.Response(200, json=ROW)) as blaize:
        with responses() as got:
            await blaize.users.get("u")
    assert [(each.status_code, each.attempts) for each in got] == [(200, 2)]


async def test_an_error_is_an_answer_and_no_answer_is_none():
    async with client(404, httpx.ConnectError("refused"), retry=RetryPolicy(max_attempts=1)) as blaize:
        with responses() as got:
            with pytest.raises(NotFoundError):
                await blaize.users.get("u")
            with pytest.raises(asyncsdk.ConnectError):
                await blaize.users.get("u")
    assert [each.status_code for each in got] == [404]


async def test_blocks_may_be_nested():
    async with client(httpx.Response(200, json=ROW)) as blaize:
        with responses() as outer:
            await blaize.users.get("u")
            with responses() as inner:
                await blaize.users.get("u")
    assert (len(outer), len(inner)) == (2, 1)


async def test_a_secret_that_the_service_echoes_is_hidden():
    async with client(
        httpx.Response(200, json=ROW, headers={"X-Request-Id": "test-secret", "Etag": "test-secret"})
    ) as b:
        with responses() as got:
            await b.users.get("u")
    assert "test-secret" not in repr(got)


async def test_the_requests_of_a_fan_out_are_answers_too():
    async with client(httpx.Response(200, json=[{"id": "x"}])) as blaize:
        with responses() as got:
            async with fan_out(["a", "b"], lambda key: blaize.gifts.list()) as stream:
                _ = [each async for each in stream]
    assert [each.operation for each in got] == ["blaize.gifts.list"] * 2


async def test_streams_pagers_and_own_requests_are_answers_too():
    async with client(httpx.Response(200, json=[ROW])) as blaize:
        with responses() as got:
            async with blaize.users.export() as exported:
                _ = exported
            await blaize.gifts.list().to_list()
            await blaize.http.get("/anything")
    assert [each.operation for each in got] == ["blaize.users.export", "blaize.gifts.list", "http"]


async def test_a_block_may_be_left_by_another_task_than_entered_it():
    block = responses()

    async def enter():
        block.__enter__()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(enter)
    block.__exit__(None, None, None)
    assert answers._open.get() == ()
