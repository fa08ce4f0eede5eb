"""Windows of time over projects: each row once, whatever the windows, and pulled again the same."""

from __future__ import annotations

import json
from datetime import date, timedelta

import httpx
import pyarrow.dataset as ds
import pytest

from asyncsdk import ConfigurationError, ParquetSink, SDKError
from asyncsdk.testing import CognitiveService, FakeClock, Script
from asyncsdk.times import DAY, instant

END = 1_767_225_600_000
START = END - 30 * DAY
NAMES = ["sessions", "events", "objective_results", "session_objectives", "exit_polls"]


def test_there_are_five_with_the_agreed_keys(connect):
    datasets = connect().datasets
    assert list(datasets) == NAMES
    for name in NAMES:
        assert (datasets[name].id, datasets[name].key, datasets[name].time) == (
            f"cognitive3d.{name}",
            "project_id",
            "date",
        )
        assert datasets[name].schema().names[0] == "project_id"


@pytest.mark.anyio
@pytest.mark.parametrize("hours", [7, 24, 24 * 30])
@pytest.mark.parametrize("name", ["sessions", "events", "session_objectives"])
async def test_any_windows_give_the_rows_of_the_list(connect, name, hours):
    async with connect(CognitiveService(sessions=120)) as c3d:
        lists = {
            "sessions": c3d.sessions.list,
            "events": c3d.sessions.events,
            "session_objectives": c3d.sessions.objectives,
        }
        expected = [json.dumps(row._wire, sort_keys=True) async for row in lists[name](5001)]
        data = c3d.datasets[name]
        async with data.fan_out([5001], START, END, window=timedelta(hours=hours)) as stream:
            given = [json.dumps(row._wire, sort_keys=True) async for row in stream]
        assert stream.progress.outside == 0
    assert sorted(given) == sorted(expected)
    assert len(expected) > 100


@pytest.mark.anyio
async def test_a_window_goes_out_without_its_end(scripted):
    script = Script(httpx.Response(200, json={"count": 0, "pages": 0, "results": []}))
    async with (
        scripted(script) as c3d,
        c3d.datasets.sessions.fan_out([4460], START, START + DAY, window=timedelta(hours=12)) as stream,
    ):
        assert [row async for row in stream] == []
    sent = [json.loads(each)["sessionFilters"] for each in script.bodies]
    half = DAY // 2
    assert sorted([each["value"] for each in filters] for filters in sent) == [
        [START, START + half - 1],
        [START + half, START + DAY - 1],
    ]


@pytest.mark.anyio
async def test_a_session_on_each_edge_comes_once(scripted):
    edges = [START + number * DAY // 4 for number in range(5)]

    def answer(request):
        first, last = (each["value"] for each in json.loads(request.content)["sessionFilters"])
        rows = [{"sessionId": str(at), "date": instant(at).isoformat()} for at in edges if first <= at <= last]
        return httpx.Response(200, json={"count": len(rows), "pages": 1, "results": rows})

    async with scripted(Script(answer)) as c3d:
        for hours in (1, 6, 24):
            data = c3d.datasets.sessions
            async with data.fan_out([4460], START, START + 2 * DAY, window=timedelta(hours=hours)) as stream:
                assert sorted([row.session_id async for row in stream]) == sorted(map(str, edges))


@pytest.mark.anyio
async def test_counts_of_windows_add_up(connect):
    async with connect() as c3d:
        (whole,) = await c3d.objectives.by_version(5001, start=START, end=END).to_list()
        polled = [row async for row in c3d.question_sets.answers(5001, start=START, end=END)]
        async with c3d.datasets.objective_results.fan_out([5001], START, END, window=timedelta(days=1)) as stream:
            parts = [row async for row in stream]
        async with c3d.datasets.exit_polls.fan_out([5001], START, END, window=timedelta(days=1)) as stream:
            counts = [row async for row in stream]
    assert sum(each.succeeded for each in parts) == whole.succeeded
    assert {each.date for each in parts} == {instant(START + day * DAY) for day in range(30)}
    assert sum(each.count for each in counts) == sum(each.count for each in polled) == 3 * 250


@pytest.mark.anyio
async def test_a_pull_that_was_stopped_goes_on_to_the_same_rows(connect, tmp_path):
    service = CognitiveService(sessions=300)

    async def pull(path, **options):
        async with connect(service, **options) as c3d:
            data = c3d.datasets.sessions
            return await data.backfill(
                data.plan([5001], START, END, window=timedelta(days=3)), ParquetSink(path), concurrency=1
            )

    class StoppedError(SDKError):
        pass

    asked = []

    def stop(attempt):
        asked.append(attempt)
        if len(asked) > 4:
            raise StoppedError

    await pull(tmp_path / "undisturbed")
    with pytest.raises(StoppedError):
        await pull(tmp_path / "stopped", on_attempt=stop)
    report = await pull(tmp_path / "stopped")
    assert report.skipped > 0

    def rows(name):
        return ds.dataset(tmp_path / name).to_table().sort_by("sessionId").to_pylist()

    assert rows("stopped") == rows("undisturbed")


@pytest.mark.anyio
async def test_sessions_whose_events_are_cut_off_are_named_and_counted(connect, tmp_path):
    async with connect(CognitiveService(sessions=100, events_limit=4)) as c3d:
        whole = await c3d.sessions.list(5001, include_events=True).to_list()
        cut = {each.session_id for each in whole if each.events_truncated}
        data = c3d.datasets.events
        plan = data.plan([5001], START, END, window=timedelta(days=3))
        report = await data.backfill(plan, ParquetSink(tmp_path))
        async with data.fan_out(plan) as stream:
            rows = [row async for row in stream]
        pages = [page async for page in c3d.sessions.list(5001, include_events=True).pages()]
        sessions = await c3d.datasets.sessions.backfill(
            c3d.datasets.sessions.plan([5001], START, END, window=timedelta(days=3)), ParquetSink(tmp_path / "sessions")
        )
    assert 0 < len(cut) < 100
    assert report.warned == stream.progress.warnings == len(cut)
    assert {each.text.rpartition(" ")[2] for each in report.warnings} == cut
    assert {each.text.rpartition(" ")[2] for each in stream.warnings} == cut
    assert all(each.shard in set(plan) and each.text.startswith("events_truncated: ") for each in report.warnings)
    assert {row.session_id for row in rows if row.events_truncated} == cut
    assert sum(len(page.warnings) for page in pages) == len(cut)
    assert sessions.warned == 0


@pytest.mark.anyio
async def test_sessions_that_headsets_upload_late_come_with_the_next_pull(connect, tmp_path):
    service = CognitiveService(sessions=200)
    async with connect(service, clock=FakeClock(END / 1000)) as c3d:
        data = c3d.datasets.sessions
        plan = data.plan([5001], START, END, window=timedelta(days=1))
        first = await data.backfill(plan, ParquetSink(tmp_path), settle=timedelta(days=40))
        service.come_in(5001, 20)
        second = await data.backfill(plan, ParquetSink(tmp_path), settle=timedelta(days=40))
    assert (first.provisional, second.provisional, second.skipped) == (30, 30, 0)
    found = ds.dataset(tmp_path).to_table(["sessionId"]).column(0).to_pylist()
    assert sorted(found) == sorted(service.session_ids(5001))


@pytest.mark.anyio
async def test_a_day_as_an_end_belongs_to_a_pull_as_a_whole(connect):
    async with connect() as c3d:
        data = c3d.datasets.sessions
        plan = data.plan([5001], date(2025, 12, 30), date(2025, 12, 31), window=timedelta(days=1))
        async with data.fan_out(plan) as stream:
            found = {row.session_id async for row in stream}
        listed = c3d.sessions.list(5001, start=date(2025, 12, 30), end=date(2025, 12, 31))
        assert found == {row.session_id async for row in listed}
    assert found


@pytest.mark.anyio
async def test_there_is_no_list_of_all_projects(connect):
    async with connect() as c3d:
        with pytest.raises(ConfigurationError, match="give their ids"):
            async with c3d.datasets.sessions.fan_out("all", START, END) as stream:
                await anext(aiter(stream))
