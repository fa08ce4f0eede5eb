"""Ranges that the service cannot serve as a whole: cut in two until it can, each row once, and no further than helps."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import httpx
import pytest

from asyncsdk import NDJSONSink, PaginationError, RetryPolicy, ServerError, ServiceUnavailableError, fan_out, to_dict
from asyncsdk.testing import CognitiveService, Script
from asyncsdk.times import DAY, instant

END = 1_767_225_600_000
START = END - 30 * DAY
ONCE = RetryPolicy(max_attempts=1)


def each_once(found, service):
    assert Counter(found) == Counter(service.session_ids(5001))


@pytest.mark.anyio
@pytest.mark.parametrize(
    "odd", [{"cap": 120}, {"longest": 24 * 3}, {"cap": 150, "most": 40}], ids=["capped", "502", "cut"]
)
class TestARange:
    async def test_is_listed_whole(self, connect, odd):
        service = CognitiveService(sessions=500, **odd)
        async with connect(service) as c3d:
            each_once([row.session_id async for row in c3d.sessions.list(5001, start=START, end=END)], service)

    async def test_is_fetched_whole_though_its_pages_are_asked_for_at_once(self, connect, odd):
        service = CognitiveService(sessions=500, **odd)
        async with connect(service) as c3d:
            lists = lambda key: c3d.sessions.list(key, start=START, end=END)  # noqa: E731
            async with fan_out([5001], lists, concurrency=8) as stream:
                each_once([row.session_id async for _, row in stream], service)

    async def test_is_pulled_whole(self, connect, tmp_path, odd):
        service = CognitiveService(sessions=500, **odd)
        async with connect(service) as c3d:
            data = c3d.datasets.sessions
            plan = data.plan([5001], START, END, window=timedelta(days=1))
            await data.backfill(plan, NDJSONSink(tmp_path), concurrency=4)
            async with data.fan_out([5001], START, END, window=timedelta(days=1), ordered=True) as stream:
                each_once([row.session_id async for row in stream], service)
        lines = [json.loads(line) for file in tmp_path.rglob("*.ndjson") for line in file.read_text().splitlines()]
        each_once([row["sessionId"] for row in lines], service)


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["events", "session_objectives"])
async def test_what_is_made_of_sessions_is_whole_too(connect, name):
    async def rows(service):
        async with (
            connect(service) as c3d,
            c3d.datasets[name].fan_out([5001], START, END, window=timedelta(days=1)) as stream,
        ):
            return sorted([json.dumps(row._wire, sort_keys=True) async for row in stream])

    expected = await rows(CognitiveService(sessions=300))
    assert await rows(CognitiveService(sessions=300, longest=5)) == expected
    assert await rows(CognitiveService(sessions=300, cap=3)) == expected


@pytest.mark.anyio
async def test_what_is_counted_is_the_sum_of_the_halves(connect):
    async def rows(**options):
        async with connect(CognitiveService(sessions=300, **options)) as c3d:
            lists = (c3d.objectives.by_version, c3d.question_sets.answers)
            return [
                sorted([json.dumps(to_dict(row), sort_keys=True) async for row in each(5001, start=START, end=END)])
                for each in lists
            ]

    expected = await rows()
    assert all(expected)
    assert await rows(longest=24 * 4) == expected
    with pytest.raises(ServerError):
        await rows(longest=1)


@pytest.mark.anyio
async def test_a_session_in_the_middle_comes_once(scripted):
    middle = (START + END) // 2
    asked = []

    def answer(request):
        first, last = (each["value"] for each in json.loads(request.content)["sessionFilters"])
        asked.append((first, last))
        if last - first > 20 * DAY:
            return httpx.Response(500, text="too long")
        rows = [
            {"sessionId": str(at), "date": instant(at).isoformat()}
            for at in (middle - 1, middle)
            if first <= at <= last
        ]
        return httpx.Response(200, json={"count": len(rows), "pages": 1, "results": rows})

    async with scripted(Script(answer), retry=ONCE) as c3d:
        found = await c3d.sessions.list(4460, start=START, end=END).to_list()
    assert [each.session_id for each in found] == [str(middle), str(middle - 1)]
    assert asked == [(START, END), (middle, END), (START, middle - 1)]


@pytest.mark.anyio
async def test_a_service_that_is_down_is_not_asked_for_ever(scripted):
    for status, error, most in ((500, ServerError, 7), (503, ServiceUnavailableError, 1)):
        script = Script(lambda _, status=status: httpx.Response(status, text="down"))
        async with scripted(script, retry=ONCE) as c3d:
            with pytest.raises(error):
                await c3d.sessions.list(4460, start=START, end=END).to_list()
        assert len(script.bodies) == most


@pytest.mark.anyio
async def test_what_no_cut_mends_is_an_error(connect):
    async with connect(CognitiveService(sessions=500, cap=1)) as c3d:
        with pytest.raises(PaginationError, match="the service counts"):
            await c3d.sessions.list(5001, start=START, end=END).to_list()
        with pytest.raises(PaginationError, match="the service counts"):  # no range that could be cut
            await c3d.sessions.list(5001).to_list()


@pytest.mark.anyio
async def test_a_walk_that_begins_in_its_middle_is_not_cut(connect):
    async with connect(CognitiveService(sessions=500, cap=120)) as c3d:
        pages = c3d.sessions.list(5001, start=START, end=END).pages(start="1")
        assert sum([len(page.items) async for page in pages]) == 20
