from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import anyio
import httpx
import pytest

from asyncsdk import AnalyticsRow, Plan, RetryPolicy, ServerError, UnleashAnalytics, to_dict
from asyncsdk.columns import to_wire
from asyncsdk.testing import AnalyticsService, Sandbox

pytestmark = pytest.mark.anyio

START = datetime(2020, 8, 17, 6, tzinfo=UTC)
END = START + timedelta(hours=3)


class Memory:
    """A sink in memory.

    Args:
        form: what it wants to be given.
        broken: what writing to it raises.
    """

    def __init__(self, form=None, broken=None):
        if form is not None:
            self.form = form
        self.broken = broken
        self.shards = {}
        self.given = []
        self.opened = []
        self.abandoned = []

    def done(self):
        return [shard for shard in self.shards if shard.settled]

    @asynccontextmanager
    async def open(self, shard):
        rows = []
        self.opened.append(shard)
        sink = self

        class Writer:
            async def write(self, items):
                if sink.broken is not None:
                    raise sink.broken
                sink.given.append(items)
                rows.extend(
                    to_wire(items, AnalyticsRow) if getattr(sink, "form", "rows") == "arrow" else map(to_dict, items)
                )

        try:
            yield Writer()
        except BaseException:
            self.abandoned.append(shard)
            raise
        self.shards[shard] = rows


class Counted(httpx.AsyncBaseTransport):
    """Answers of a sandbox; some refused."""

    def __init__(self, app, refused="never"):
        self.inner = httpx.ASGITransport(app)
        self.refused = refused
        self.asked = []

    async def handle_async_request(self, request):
        self.asked.append(request.url.path)
        if self.refused in request.url.path:
            return httpx.Response(500, request=request)
        return await self.inner.handle_async_request(request)


@pytest.fixture
def api():
    return AnalyticsService(devices=3, rows_per_hour=60, page_size=25)


def client_of(transport):
    return UnleashAnalytics("test-key", transport=transport, retry=RetryPolicy(max_attempts=1))


async def direct(analytics, shard):
    rows = await analytics.rows(shard.key, shard.start, shard.end).to_list()
    return [to_dict(row) for row in rows]


@pytest.mark.parametrize("form", [None, "rows", "arrow"])
@pytest.mark.parametrize("concurrency", [1, 16])
async def test_every_shard_is_committed_whole_in_the_servers_order(api, form, concurrency):
    sink = Memory(form)
    async with client_of(Counted(Sandbox(api))) as analytics:
        report = await analytics.backfill(analytics.plan(api.device_ids, START, END), sink, concurrency=concurrency)
        assert len(sink.shards) == report.shards == 9
        for shard, rows in sink.shards.items():
            assert rows == await direct(analytics, shard)
    assert report.rows == sum(map(len, sink.shards.values())) > 0
    assert (report.skipped, report.provisional, report.failures, sink.abandoned) == (0, 0, (), [])


async def test_a_writer_is_given_lists_of_rows(api):
    sink = Memory()
    async with client_of(Counted(Sandbox(api))) as analytics:
        await analytics.backfill(analytics.plan(api.device_ids, START, END), sink)
    assert sink.given
    assert all(type(items) is list and items for items in sink.given)
    assert {type(row) for items in sink.given for row in items} == {AnalyticsRow}


async def test_a_shard_without_rows_is_committed_too():
    sink = Memory()
    api = AnalyticsService(devices=1, rows_per_hour=0)
    async with client_of(Counted(Sandbox(api))) as analytics:
        plan = analytics.plan(api.device_ids, START, START + timedelta(hours=2))
        report = await analytics.backfill(plan, sink)
    assert (report.shards, report.rows, list(sink.shards.values())) == (2, 0, [[], []])


async def test_what_is_done_is_not_asked_for_again(api):
    sink, transport = Memory(), Counted(Sandbox(api))
    async with client_of(transport) as analytics:
        await analytics.backfill(analytics.plan(api.device_ids, START, END), sink)
        transport.asked.clear()
        report = await analytics.backfill(analytics.plan(api.device_ids, START, END), sink)
        assert (report.shards, report.skipped, transport.asked) == (0, 9, [])
        longer = analytics.plan(api.device_ids, START, END + timedelta(hours=1))
        report = await analytics.backfill(longer, sink)
    assert (report.shards, report.skipped) == (3, 9)
    grown = str(int(END.timestamp() * 1000))
    assert transport.asked
    assert all(f"/{grown}/" in path for path in transport.asked)


async def test_a_young_shard_is_written_and_comes_again(api):
    sink = Memory()
    async with client_of(Counted(Sandbox(api))) as analytics:
        plan = analytics.plan(api.device_ids[0], START, END)
        report = await analytics.backfill(plan, sink, settle=timedelta(days=100_000))
        assert (report.shards, report.provisional, sink.done()) == (3, 3, [])
        report = await analytics.backfill(plan, sink)
    assert (report.shards, report.provisional, report.skipped) == (3, 0, 0)


async def test_the_first_failed_shard_ends_it_and_what_was_committed_stays(api):
    bad = api.device_ids[1]
    sink = Memory()
    async with client_of(Counted(Sandbox(api), refused=bad)) as analytics:
        with pytest.raises(ServerError) as caught:
            await analytics.backfill(analytics.plan(api.device_ids, START, END), sink, concurrency=2)
    assert caught.value.shard.key == bad
    assert bad not in {shard.key for shard in sink.shards}


async def test_failures_are_collected_and_are_a_plan_of_the_rest(api):
    bad = api.device_ids[1]
    sink, transport = Memory(), Counted(Sandbox(api), refused=bad)
    async with client_of(transport) as analytics:
        plan = analytics.plan(api.device_ids, START, END)
        report = await analytics.backfill(plan, sink, on_error="collect")
        assert {failure.shard.key for failure in report.failures} == {bad}
        assert (report.shards, len(report.failures), len(sink.shards)) == (6, 3, 6)
        transport.refused = "never"
        report = await analytics.backfill(Plan.of(report.failures), sink)
    assert (report.shards, len(sink.shards)) == (3, 9)


@pytest.mark.parametrize("on_error", ["raise", "collect"])
async def test_a_sink_that_fails_ends_it_with_its_own_error(api, on_error):
    broken = OSError(28, "No space left on device")
    sink = Memory(broken=broken)
    async with client_of(Counted(Sandbox(api))) as analytics:
        with pytest.raises(OSError, match="No space left") as caught:
            await analytics.backfill(analytics.plan(api.device_ids, START, END), sink, on_error=on_error)
        assert caught.value is broken
        assert sink.shards == {}
        assert sink.abandoned
        assert analytics.throttle.active == 0


async def test_a_cancellation_commits_nothing_more(api):
    sink = Memory()
    async with client_of(Counted(Sandbox(api))) as analytics:
        with anyio.CancelScope() as scope:
            await analytics.backfill(
                analytics.plan(api.device_ids, START, END),
                sink,
                on_progress=lambda progress: scope.cancel() if progress.pages >= 4 else None,
            )
        assert scope.cancelled_caught
        committed = dict(sink.shards)
        await anyio.wait_all_tasks_blocked()
        assert sink.shards == committed
        for shard, rows in committed.items():
            assert rows == await direct(analytics, shard)


# ---- asked for again


async def test_a_refresh_fetches_again_what_is_done_and_says_so(api):
    sink = Memory()
    async with client_of(Counted(Sandbox(api))) as analytics:
        plan = analytics.plan(api.device_ids, START, END)
        await analytics.backfill(plan, sink)
        before = dict(sink.shards)
        sink.shards = {shard: [] for shard in before}
        report = await analytics.backfill(plan, sink, refresh=True)
    assert (report.shards, report.skipped) == (9, 0)
    assert sink.shards == before
    assert all(shard.refreshed for shard in sink.opened[9:])
    assert not any(shard.refreshed for shard in sink.opened[:9])


async def test_a_refresh_keeps_the_edges_of_what_was_cut_wider(api):
    sink = Memory()
    async with client_of(Counted(Sandbox(api))) as analytics:
        device = api.device_ids[0]
        await analytics.backfill(analytics.plan(device, START, END, window=timedelta(hours=6)), sink)
        [whole] = sink.shards
        narrow = analytics.plan(device, START, END, window=timedelta(hours=1))
        report = await analytics.backfill(narrow, sink, refresh=True)
    assert report.shards == 1
    assert sink.opened == [whole, whole]


# ---- what a sink is asked


async def test_a_sink_that_takes_a_plan_is_given_it(api):
    class Asked(Memory):
        plan = None

        async def done(self, plan=None):
            self.plan = plan
            return []

    sink = Asked()
    async with client_of(Counted(Sandbox(api))) as analytics:
        plan = analytics.plan(api.device_ids, START, END)
        await analytics.backfill(plan, sink)
    assert sink.plan == plan


async def test_settle_is_no_negative_time(api):
    async with client_of(Counted(Sandbox(api))) as analytics:
        with pytest.raises(ValueError, match="settle must not be negative"):
            await analytics.backfill(analytics.plan(api.device_ids, START, END), Memory(), settle=timedelta(seconds=-1))
