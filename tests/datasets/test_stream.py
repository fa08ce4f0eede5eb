from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import anyio.lowlevel
import httpx
import pytest

from asyncsdk import AnalyticsRow, DecodeError, Plan, RetryPolicy, ServerError, Shard, UnleashAnalytics, to_dict
from asyncsdk.codec import timestamp
from asyncsdk.columns import to_wire
from asyncsdk.testing import AnalyticsService, Sandbox, faults, serve
from asyncsdk.times import instant
from asyncsdk.unleash.analytics.pages import KEYS

START = datetime(2020, 8, 17, 6, tzinfo=UTC)
END = START + timedelta(hours=5, minutes=30)
MS = 1_597_644_000_000
HOUR = 3_600_000


class Shuffled(httpx.AsyncBaseTransport):
    """Answers of a sandbox, in any order."""

    def __init__(self, app, seed=0):
        self.inner = httpx.ASGITransport(app)
        self.dice = Random(seed)
        self.paths = []

    async def handle_async_request(self, request):
        self.paths.append(request.url.path)
        turns = self.dice.randrange(40)
        response = await self.inner.handle_async_request(request)
        for _ in range(turns):
            await anyio.lowlevel.checkpoint()
        return response


def service(**options):
    return AnalyticsService(**{"devices": 3, "rows_per_hour": 60, "page_size": 25, **options})


def client_of(app, seed=0, retry=None):
    return UnleashAnalytics("test-key", transport=Shuffled(app, seed), retry=retry or RetryPolicy(max_attempts=1))


async def rows_of(analytics, devices, **options):
    async with analytics.fan_out(devices, START, END, **options) as stream:
        return [row async for row in stream]


async def direct(analytics, devices):
    """The same rows without a fan-out: one device after the other, the whole range at once."""
    return [row for device in devices for row in await analytics.rows(device, START, END).to_list()]


def multiset(rows):
    return Counter(tuple(to_dict(row).items()) for row in rows)


# ---- the same rows


@pytest.mark.anyio
@pytest.mark.parametrize("concurrency", [1, 32])
@pytest.mark.parametrize("window", [timedelta(hours=1), timedelta(minutes=7), timedelta(days=1)])
async def test_the_same_range_gives_the_same_rows_in_any_order_of_arrival(concurrency, window):
    api = service()
    async with client_of(Sandbox(api), seed=concurrency) as analytics:
        expected = await direct(analytics, api.device_ids)
        assert len(expected) > 1000
        options = {"concurrency": concurrency, "window": window}
        assert multiset(await rows_of(analytics, api.device_ids, **options)) == multiset(expected)
        assert await rows_of(analytics, api.device_ids, ordered=True, **options) == expected


@pytest.mark.anyio
async def test_all_devices_are_those_that_the_service_lists():
    api = service(devices=2)
    async with client_of(Sandbox(api)) as analytics:
        found = await rows_of(analytics, "all", ordered=True)
        assert found == await direct(analytics, api.device_ids)


@pytest.mark.anyio
async def test_devices_may_arrive_one_by_one():
    api = service(devices=2)

    async def arriving():
        for device in api.device_ids:
            yield device

    async with client_of(Sandbox(api)) as analytics:
        assert await rows_of(analytics, arriving(), ordered=True) == await direct(analytics, api.device_ids)


@pytest.mark.anyio
@pytest.mark.parametrize("change", [faults.reordered, faults.late_total, faults.with_key("confidence", 0.9)])
async def test_odd_pages_give_the_same_rows(change):
    api = service(devices=1)
    async with client_of(Sandbox(service(devices=1, on_page=change))) as analytics:
        found = await rows_of(analytics, api.device_ids, ordered=True)
    async with client_of(Sandbox(api)) as analytics:
        assert found == await direct(analytics, api.device_ids)


@pytest.mark.anyio
async def test_an_empty_page_in_the_middle_is_no_end():
    api = service(devices=1, on_page=faults.empty_page(2))
    async with client_of(Sandbox(api)) as analytics:
        found = await rows_of(analytics, api.device_ids, ordered=True, window=timedelta(hours=6))
        assert found == await direct(analytics, api.device_ids)
        assert found[-1].timestamp > END - timedelta(minutes=10)


# ---- the edges


@pytest.mark.anyio
@pytest.mark.parametrize("form", ["rows", "batches"])
async def test_a_row_that_the_service_gives_beyond_the_edge_is_counted_and_left_out(form):
    times = [MS + n * HOUR // 2 for n in range(12)]

    def answer(request):
        *_, start, end, _ = request.url.path.split("/")
        inside = [at for at in times if int(start) - 1 <= at <= int(end)]  # the end belongs to the range here
        data = [["person", 1, "W1", at, "m", "s", "f", timestamp(instant(at))] for at in inside]
        return httpx.Response(200, json={"keys": KEYS, "total_num_pages": 1, "data": data})

    analytics = UnleashAnalytics("test-key", transport=httpx.MockTransport(answer))
    async with analytics, analytics.fan_out("W1", START, END) as stream:
        if form == "rows":
            found = [to_dict(row) async for row in stream]
        else:
            found = [row async for batch in stream.batches() for row in to_wire(batch, AnalyticsRow)]
    assert sorted(row["frame_number"] for row in found) == times[:11]
    assert (stream.progress.rows, stream.progress.outside) == (11, 6)


@pytest.mark.anyio
async def test_shards_are_asked_for_by_their_edges_in_milliseconds():
    app = Sandbox(service(devices=1))
    transport = Shuffled(app)
    device = service(devices=1).device_ids[0]
    async with UnleashAnalytics("test-key", transport=transport) as analytics:
        stream = analytics.fan_out(device, START + timedelta(minutes=30), START + timedelta(hours=2))
        async with stream:
            assert [row async for row in stream]
    assert {path.rpartition("/")[0] for path in transport.paths} == {
        f"/v1/analytics/{device}/{MS + HOUR // 2}/{MS + HOUR}",
        f"/v1/analytics/{device}/{MS + HOUR}/{MS + 2 * HOUR}",
    }


# ---- Arrow


@pytest.mark.anyio
@pytest.mark.parametrize("change", [None, faults.reordered, faults.with_key("confidence", 0.9), faults.empty_page(1)])
async def test_batches_hold_the_same_rows(change):
    api = service(on_page=change)
    async with client_of(Sandbox(api)) as analytics:
        expected = await rows_of(analytics, api.device_ids, ordered=True)
        async with analytics.fan_out(api.device_ids, START, END, ordered=True) as stream:
            batches = [batch async for batch in stream.batches()]
    assert all(batch.num_rows for batch in batches)
    assert len({batch.schema for batch in batches}) == 1
    assert [row for batch in batches for row in to_wire(batch, AnalyticsRow)] == [to_dict(row) for row in expected]


@pytest.mark.anyio
@pytest.mark.parametrize("text", ["yesterday", None, "2020-08-17T11:29:59.999999Z", "2020-08-17T13:30:00+02:00"])
async def test_rows_and_batches_agree_on_which_rows_are_inside(text):
    def change(page, number):
        return page | {"data": [[*row[:-1], text] for row in page["data"]]}

    api = service(devices=1, on_page=change)
    counts = []
    async with client_of(Sandbox(api)) as analytics:
        for form in ("rows", "batches"):
            async with analytics.fan_out(api.device_ids, START, END) as stream:
                given = (
                    [len(batch) async for batch in stream.batches()] if form == "batches" else [1 async for _ in stream]
                )
            counts.append((sum(given), stream.progress.rows, stream.progress.outside))
    assert counts[0] == counts[1]
    assert counts[0][0] == counts[0][1]
    assert sum(counts[0][1:]) > 200


@pytest.mark.anyio
async def test_a_stream_is_read_in_one_way():
    api = service(devices=1)
    async with client_of(Sandbox(api)) as analytics:
        async with analytics.fan_out(api.device_ids, START, END) as stream:
            await anext(stream)
            with pytest.raises(RuntimeError, match="as rows or as batches, not both"):
                stream.batches()
        async with analytics.fan_out(api.device_ids, START, END) as stream:
            stream.batches()
            with pytest.raises(RuntimeError, match="as rows or as batches, not both"):
                aiter(stream)


# ---- errors


def refuse(fragment):
    refusal = faults.fail_every(1, 500, "Internal server error")
    return lambda request: refusal(request) if fragment in request.url.path else None


@pytest.mark.anyio
async def test_the_first_error_names_the_shard_and_the_page():
    api = service()
    device = api.device_ids[1]
    app = Sandbox(api, on_request=refuse(f"{device}/{MS + 2 * HOUR}/{MS + 3 * HOUR}/2"))
    async with client_of(app) as analytics:
        with pytest.raises(ServerError) as caught:
            await rows_of(analytics, api.device_ids)
    assert caught.value.shard == Shard("unleash_analytics.rows", device, MS + 2 * HOUR, MS + 3 * HOUR)
    assert caught.value.cursor == "2"


@pytest.mark.anyio
async def test_a_page_that_cannot_be_read_names_the_shard_the_page_and_the_row():
    def ragged(page, number):
        return page if number == 1 else page | {"data": [*page["data"][:2], page["data"][2][:-1]]}

    api = service(devices=1, on_page=ragged)
    async with client_of(Sandbox(api)) as analytics:
        with pytest.raises(DecodeError, match=r"row 2 has 7 values for 8 keys \(page \d\)$") as caught:
            await rows_of(analytics, api.device_ids)
    assert caught.value.shard.key == api.device_ids[0]


@pytest.mark.anyio
async def test_what_failed_is_a_plan_that_fetches_the_rest():
    api = service()
    bad = api.device_ids[1]
    async with client_of(Sandbox(api)) as analytics:
        expected = await direct(analytics, api.device_ids)
    async with client_of(Sandbox(api, on_request=refuse(f"{bad}/{MS + HOUR}/"))) as analytics:
        stream = analytics.fan_out(api.device_ids, START, END, on_error="collect")
        async with stream:
            found = [row async for row in stream]
    (failure,) = stream.failures
    assert failure.shard == Shard("unleash_analytics.rows", bad, MS + HOUR, MS + 2 * HOUR)
    assert isinstance(failure.error, ServerError)
    assert stream.progress.failures == 1
    async with client_of(Sandbox(api)) as analytics, analytics.fan_out(Plan.of(stream.failures)) as rest:
        found += [row async for row in rest]
    assert multiset(found) == multiset(expected)


@pytest.mark.anyio
async def test_progress_counts_shards_pages_rows_bytes_and_retries():
    api = service(devices=2)
    app = Sandbox(api, gzip=False, on_request=faults.fail_every(5))
    async with client_of(app, retry=RetryPolicy(max_attempts=9, base_delay=0)) as analytics:
        stream = analytics.fan_out(api.device_ids, START, END)
        async with stream:
            rows = [row async for row in stream]
    progress = stream.progress
    assert (progress.total_shards, progress.shards) == (12, 12)
    assert progress.rows == len(rows)
    assert progress.pages >= 12
    assert progress.bytes > 100 * len(rows)
    assert progress.retries > 0
    assert (progress.failures, progress.active) == (0, 0)


# ---- many pages at the same moment


class Together(httpx.AsyncBaseTransport):
    """Answers of a sandbox that all arrive at once."""

    def __init__(self, app, number):
        self.inner = httpx.ASGITransport(app)
        self.missing = number
        self.all_there = anyio.Event()

    async def handle_async_request(self, request):
        response = await self.inner.handle_async_request(request)
        self.missing -= 1
        if self.missing == 0:
            self.all_there.set()
        await self.all_there.wait()
        return response


@pytest.mark.anyio
async def test_pages_that_arrive_together_are_decoded_as_they_are_used():
    api = service(devices=12, page_size=2000, rows_per_hour=1000)
    hour = (START, START + timedelta(hours=1))
    used = set()
    async with UnleashAnalytics("test-key", transport=Together(Sandbox(api), 12)) as analytics:
        async with analytics.fan_out(api.device_ids, *hour, concurrency=12) as stream:
            async for row in stream:
                used.add(row.device_id)
                # One is being used, and another one may have been decoded while the consumer was on its way.
                assert stream.progress.pages <= len(used) + 1
        assert len(used) == stream.progress.pages == 12


# ---- leaving


@pytest.mark.anyio
async def test_leaving_early_gives_every_permit_back():
    api = service(page_size=5)
    async with client_of(Sandbox(api)) as analytics:
        for taken in (0, 1, 30):
            async with analytics.fan_out(api.device_ids, START, END, concurrency=16) as stream:
                for _ in range(taken):
                    await anext(stream)
            assert analytics.throttle.active == 0
        assert await analytics.version() == "1.0.1"


@pytest.mark.anyio
async def test_leaving_early_over_a_socket_leaves_nothing_behind():
    api = service(page_size=5)
    with serve(Sandbox(api)) as url:
        async with UnleashAnalytics("test-key", base_url=f"{url}/v1") as analytics:
            expected = await direct(analytics, api.device_ids[:1])
            for taken in (0, 1, 30):
                async with analytics.fan_out(api.device_ids, START, END, concurrency=16) as stream:
                    for _ in range(taken):
                        await anext(stream)
                assert analytics.throttle.active == 0
            assert await rows_of(analytics, api.device_ids[:1], ordered=True) == expected


@pytest.mark.anyio
async def test_it_reports_what_it_has_done_so_far():
    app = Sandbox(service())
    devices = app.services[0].device_ids
    async with client_of(app) as analytics:
        stream = analytics.fan_out(devices, START, END)
        assert (stream.report().rows, stream.report().seconds) == (0, 0.0)
        async with stream:
            rows = [row async for row in stream]
    report = stream.report()
    assert (report.rows, report.shards, report.provisional, report.failures) == (len(rows), 6 * len(devices), 0, ())
    assert report.pages == stream.progress.pages > 6 * len(devices)
    assert report.bytes > 0
    assert report.seconds > 0
