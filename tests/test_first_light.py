"""The main job, whole: devices x time range -> Parquet, against the sandbox on a real socket."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pyarrow.parquet as pq
import pytest

import asyncsdk
from asyncsdk import AnalyticsRow, Plan, RetryPolicy, UnleashAnalytics
from asyncsdk.columns import model_schema, to_wire
from asyncsdk.http.clock import Clock
from asyncsdk.sinks import ParquetSink
from asyncsdk.sinks.parquet import partitioning
from asyncsdk.testing import AnalyticsService, Sandbox, serve
from asyncsdk.unleash.analytics.datasets import ROWS_OF_DEVICES

DOCUMENT = json.loads((Path(__file__).parent / "data" / "analytics_document.json").read_text("utf-8"))
NINE = [
    dict(zip(DOCUMENT[name]["keys"], row, strict=True))
    for name in ("introduction", "size_optimized")
    for row in DOCUMENT[name]["data"]
]
DOCUMENTED = ["W9d3f1bcad8e8abd", "Wabcdb35be35bb72"]
DAY = datetime(2020, 8, 17, tzinfo=UTC)
NEXT = DAY + timedelta(days=1)


@pytest.fixture(scope="module")
def service():
    return AnalyticsService(devices=4, page_size=50)


@pytest.fixture(scope="module")
def url(service):
    with serve(Sandbox(service)) as origin:
        yield f"{origin}/v1"


@pytest.fixture
async def analytics(url, anyio_backend):
    async with UnleashAnalytics("test-key", base_url=url) as client:
        yield client


def as_counted(rows):
    return Counter(json.dumps(row, sort_keys=True) for row in rows)


def files(root):
    """Every file below a folder with its bytes."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*.parquet")}


def wire_rows(root):
    """The rows of a whole tree as the wire JSON they came as."""
    table = (
        pq.read_table(root, partitioning=partitioning(ROWS_OF_DEVICES))
        .select(model_schema(AnalyticsRow).names)
        .cast(model_schema(AnalyticsRow))
    )
    return [row for batch in table.to_batches() for row in to_wire(batch, AnalyticsRow)]


@pytest.mark.anyio
async def test_the_nine_documented_rows_come_back_as_objects(analytics):
    rows = [row for device in DOCUMENTED for row in await analytics.rows(device, DAY, NEXT).to_list()]
    assert [asyncsdk.to_dict(row) for row in rows] == NINE
    for row, wire in zip(rows, NINE, strict=True):
        for name, value in wire.items():
            expected = datetime.fromisoformat(value) if name == "timestamp" else value
            assert getattr(row, name) == expected
        assert row.timestamp.tzinfo is UTC


@pytest.mark.anyio
async def test_the_tableau_sample_is_another_one(analytics):
    rows = await analytics.tableau("Wabcdb35be35bb72", DAY, NEXT).to_list()
    assert [asyncsdk.to_dict(row) for row in rows] == DOCUMENT["tableau"]["data"]
    assert rows[1].class_name == "truck"


@pytest.mark.anyio
async def test_the_nine_documented_rows_come_back_through_parquet(analytics, tmp_path):
    report = await analytics.backfill(analytics.plan(DOCUMENTED, DAY, NEXT), ParquetSink(tmp_path / "out"))
    assert report.rows == 9
    found = wire_rows(tmp_path / "out")
    assert as_counted(found) == as_counted(NINE)
    table = pq.read_table(tmp_path / "out")
    assert Counter(table["device_id"].to_pylist()) == Counter(row["device_id"] for row in NINE)


@pytest.mark.anyio
async def test_the_files_do_not_depend_on_concurrency_or_order(analytics, service, tmp_path):
    start, end = DAY + timedelta(hours=8), DAY + timedelta(hours=10)
    devices = list(service.device_ids[-4:])
    await analytics.backfill(analytics.plan(devices, start, end), ParquetSink(tmp_path / "one"), concurrency=1)
    shuffled = devices[:]
    random.Random(5).shuffle(shuffled)
    await analytics.backfill(analytics.plan(shuffled, start, end), ParquetSink(tmp_path / "many"), concurrency=32)
    one, many = files(tmp_path / "one"), files(tmp_path / "many")
    assert len(one) == 4 * 2
    assert one == many


@pytest.mark.anyio
async def test_the_rows_do_not_depend_on_concurrency(analytics, service):
    start, end = DAY + timedelta(hours=8), DAY + timedelta(hours=10)

    async def pulled(concurrency, **options):
        async with analytics.fan_out(service.device_ids, start, end, concurrency=concurrency, **options) as stream:
            return [asyncsdk.to_dict(row) async for row in stream]

    one, many, ordered = await pulled(1), await pulled(32), await pulled(32, ordered=True)
    assert len(one) > 1000
    assert as_counted(one) == as_counted(many)
    assert ordered == await pulled(3, ordered=True)


@pytest.mark.anyio
async def test_a_second_run_fetches_nothing_and_a_longer_range_fetches_what_is_new(analytics, service, tmp_path):
    device, late = service.device_ids[-1], NEXT - timedelta(hours=4)
    first = await analytics.backfill(analytics.plan(device, late, NEXT), ParquetSink(tmp_path / "out"))
    assert (first.shards, first.skipped) == (4, 0)
    again = await analytics.backfill(analytics.plan(device, late, NEXT), ParquetSink(tmp_path / "out"))
    assert (again.shards, again.skipped, again.pages) == (0, 4, 0)
    longer = analytics.plan(device, late, NEXT + timedelta(hours=4))
    report = await analytics.backfill(longer, ParquetSink(tmp_path / "out"))
    assert (report.shards, report.skipped) == (4, 4)
    await analytics.backfill(longer, ParquetSink(tmp_path / "whole"))
    assert files(tmp_path / "whole") == files(tmp_path / "out")


@pytest.mark.anyio
async def test_a_shard_that_is_done_in_part_is_completed(analytics, service, tmp_path):
    device, start, end = service.device_ids[-1], DAY + timedelta(hours=8), DAY + timedelta(hours=11)
    half = DAY + timedelta(hours=9, minutes=30)
    await analytics.backfill(analytics.plan(device, start, half), ParquetSink(tmp_path / "out"))
    report = await analytics.backfill(analytics.plan(device, start, end), ParquetSink(tmp_path / "out"))
    assert (report.shards, report.skipped) == (2, 1)
    found = wire_rows(tmp_path / "out")
    rows = await analytics.rows(device, start, end).to_list()
    assert as_counted(found) == as_counted(asyncsdk.to_dict(row) for row in rows)


@pytest.mark.anyio
async def test_a_young_shard_is_written_and_fetched_again_until_it_has_settled(url, service, tmp_path):
    class Later(Clock):
        now = (DAY + timedelta(hours=3)).timestamp()

        def time(self):
            return self.now

    clock = Later()
    device, settle = service.device_ids[-1], timedelta(hours=1)
    async with UnleashAnalytics("test-key", base_url=url, clock=clock) as analytics:
        plan = analytics.plan(device, DAY, DAY + timedelta(hours=3))
        first = await analytics.backfill(plan, ParquetSink(tmp_path / "out"), settle=settle)
        assert (first.shards, first.provisional) == (3, 1)
        rows = wire_rows(tmp_path / "out")
        again = await analytics.backfill(plan, ParquetSink(tmp_path / "out"), settle=settle)
        assert (again.shards, again.skipped, again.provisional) == (1, 2, 1)
        clock.now += 3600
        last = await analytics.backfill(plan, ParquetSink(tmp_path / "out"), settle=settle)
        assert (last.shards, last.provisional) == (1, 0)
        assert as_counted(wire_rows(tmp_path / "out")) == as_counted(rows)


def failing(url, *, device, status=500):
    """A transport that refuses one device and passes everything else on."""

    class Refusing(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request):
            if device in request.url.path:
                return httpx.Response(status, json={"message": "no luck"})
            return await super().handle_async_request(request)

    return Refusing()


@pytest.mark.anyio
async def test_a_failed_shard_stops_a_backfill_or_is_listed(url, service, tmp_path):
    good, bad = service.device_ids[-2:]
    options = {"transport": failing(url, device=bad), "retry": RetryPolicy(max_attempts=1)}
    async with UnleashAnalytics("test-key", base_url=url, **options) as analytics:
        plan = analytics.plan([good, bad], DAY, DAY + timedelta(hours=3))
        with pytest.raises(asyncsdk.ServerError) as caught:
            await analytics.backfill(plan, ParquetSink(tmp_path / "raise"))
        assert caught.value.shard.key == bad
        report = await analytics.backfill(plan, ParquetSink(tmp_path / "collect"), on_error="collect")
        assert {failure.shard.key for failure in report.failures} == {bad}
        assert (report.shards, len(report.failures)) == (3, 3)
    async with UnleashAnalytics("test-key", base_url=url) as analytics:
        rest = await analytics.backfill(Plan.of(report.failures), ParquetSink(tmp_path / "collect"))
        assert rest.shards == 3
        await analytics.backfill(plan, ParquetSink(tmp_path / "whole"))
    assert files(tmp_path / "collect") == files(tmp_path / "whole")


@pytest.mark.anyio
async def test_a_sink_that_fails_ends_the_backfill_with_its_error(analytics, service):
    class Full:
        def done(self):
            return []

        def open(self, shard):
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        await analytics.backfill(analytics.plan(service.device_ids[-1], DAY, NEXT), Full())


@pytest.mark.anyio
async def test_a_sink_of_ones_own_gets_rows_in_page_order(analytics, service):
    written = {}

    class Memory:
        def done(self):
            return []

        def open(self, shard):
            return Shelf(shard)

    class Shelf:
        def __init__(self, shard):
            self.shard, self.rows = shard, []

        async def __aenter__(self):
            return self

        async def write(self, rows):
            self.rows += rows

        async def __aexit__(self, kind, error, traceback):
            if kind is None:
                written[self.shard] = self.rows

    device = service.device_ids[-1]
    plan = analytics.plan(device, DAY, NEXT)
    report = await analytics.backfill(plan, Memory(), concurrency=8)
    assert sorted(written) == list(plan)
    assert [row for shard in plan for row in written[shard]] == await analytics.rows(device, DAY, NEXT).to_list()
    assert report.shards == 24
