"""Rows as JSON lines and as server-sent events, for a web server to hand on."""

from __future__ import annotations

import gc
import json
from datetime import UTC, datetime, timedelta

import anyio
import httpx
import pytest

from asyncsdk import Blaize, NDJSONSink, RetryPolicy, ServerError, UnleashAnalytics, to_dict
from asyncsdk.datasets.text import events
from asyncsdk.testing import AnalyticsService, BlaizeService, Sandbox

START = datetime(2020, 8, 17, 6, tzinfo=UTC)
END = START + timedelta(hours=2)
RANGE = ("all", START, END)


@pytest.fixture
def app():
    return Sandbox(AnalyticsService(devices=3, rows_per_hour=60, page_size=25))


@pytest.fixture
def analytics(app):
    return UnleashAnalytics("test-key", transport=httpx.ASGITransport(app), retry=RetryPolicy(max_attempts=1))


async def rows_of(analytics, *range_):
    async with analytics.fan_out(*range_, ordered=True) as stream:
        return [to_dict(row) async for row in stream]


@pytest.mark.anyio
async def test_lines_are_the_rows_as_they_came(analytics):
    pieces = [piece async for piece in analytics.fan_out(*RANGE, ordered=True).ndjson()]
    assert len(pieces) > 3  # a piece a page
    assert [json.loads(line) for line in b"".join(pieces).splitlines()] == await rows_of(analytics, *RANGE)


@pytest.mark.anyio
async def test_lines_have_the_key_that_rows_do_not_have(tmp_path):
    transport = httpx.ASGITransport(Sandbox(BlaizeService(users=5)))
    keys = {"access_key": "test-access", "secret_key": "test-secret"}
    async with Blaize("demo", base_url="http://sandbox", **keys, transport=transport) as blaize:
        grants = blaize.datasets.grants
        lines = b"".join([piece async for piece in grants.fan_out().ndjson()]).splitlines()
        await grants.backfill(grants.plan("all"), NDJSONSink(tmp_path / "grants"))
    written = [line for file in (tmp_path / "grants").rglob("*.ndjson") for line in file.read_bytes().splitlines()]
    assert sorted(lines) == sorted(written)
    assert all(next(iter(json.loads(line))) == "user_id" for line in lines)


@pytest.mark.anyio
async def test_events_are_the_same_rows_and_an_end(analytics):
    told = b"".join([piece async for piece in analytics.fan_out(*RANGE, ordered=True).sse()]).decode()
    *rows, end, rest = told.split("\n\n")
    assert [json.loads(each.removeprefix("data: ")) for each in rows] == await rows_of(analytics, *RANGE)
    assert end == f'event: end\ndata: {{"rows":{len(rows)}}}'
    assert rest == ""


def test_a_line_is_an_event():
    assert events(b"") == b""
    assert events('{"a":"\u2028"}\n{"b":1}\n'.encode()) == 'data: {"a":"\u2028"}\n\ndata: {"b":1}\n\n'.encode()


@pytest.mark.anyio
async def test_a_failure_is_told_by_its_class_alone_and_raised(app, analytics):
    app.on_request = lambda request: None if "/ids" in request.url.path else _refusal()
    pieces = analytics.fan_out("W9d3f1bcad8e8abd", START, END).sse()
    assert await anext(pieces) == b'event: failed\ndata: {"error":"ServerError"}\n\n'
    with pytest.raises(ServerError):
        await anext(pieces)


def _refusal():
    from starlette.responses import JSONResponse

    return JSONResponse({"message": "canary"}, 500)


@pytest.mark.anyio
async def test_silence_is_broken_by_a_comment(app, analytics):
    going = anyio.Event()

    async def wait(_):
        await going.wait()

    app.on_request = wait
    async with analytics:
        events_ = analytics.fan_out("W9d3f1bcad8e8abd", START, END).sse(heartbeat=0.01)
        assert await anext(events_) == b":\n\n"
        assert await anext(events_) == b":\n\n"
        going.set()
        rest = b"".join([piece async for piece in events_])
        rows = await rows_of(analytics, "W9d3f1bcad8e8abd", START, END)
    assert rest.count(b"data: {") == len(rows) + 1


@pytest.mark.anyio
async def test_nothing_is_fetched_faster_than_it_is_taken():
    app = Sandbox(AnalyticsService(devices=3, rows_per_hour=2000, page_size=25))
    asked = []
    app.on_request = lambda request: asked.append(request.url.path)
    async with UnleashAnalytics("test-key", transport=httpx.ASGITransport(app)) as analytics:
        pieces = analytics.fan_out(*RANGE, concurrency=2).ndjson()
        await anext(pieces)
        await anyio.sleep(0.1)
        at_rest = len(asked)
        await anyio.sleep(0.1)
        assert len(asked) == at_rest < 20  # of more than a hundred pages
        await pieces.aclose()


@pytest.mark.anyio
@pytest.mark.parametrize("taken", [0, 1, 3])
@pytest.mark.parametrize("form", ["ndjson", "sse"])
async def test_whoever_leaves_stops_the_fan_out(app, analytics, taken, form):
    asked = []
    app.on_request = lambda request: asked.append(request.url.path)
    pieces = getattr(analytics.fan_out(*RANGE, window=timedelta(minutes=5)), form)()
    for _ in range(taken):
        await anext(pieces)
    async with anyio.create_task_group() as group:
        group.start_soon(pieces.aclose)  # by another task than the one that began
    at_end = len(asked)
    await anyio.sleep(0.05)
    assert len(asked) == at_end
    assert analytics.throttle.active == 0
    assert analytics.throttle.waiting == 0
    gc.collect()


@pytest.mark.anyio
async def test_a_stream_that_is_entered_stays_so(analytics):
    async with analytics.fan_out(*RANGE) as stream:
        pieces = stream.ndjson()
        await anext(pieces)
        await pieces.aclose()
        assert stream.progress.pages > 0
        rest = [row async for row in stream]
    assert rest


def test_wrong_arguments_are_told_before_anything_is_sent(analytics):
    with pytest.raises(TypeError, match="start and end are needed"):
        analytics.fan_out("W9d3f1bcad8e8abd").ndjson()
    stream = analytics.fan_out(*RANGE)
    stream.batches()
    with pytest.raises(RuntimeError, match="not both"):
        stream.sse()
