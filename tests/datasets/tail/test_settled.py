"""Windows that are committed as they settle."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import anyio
import pytest
from hypothesis import given, strategies as st

from asyncsdk import RetryPolicy, UnleashAnalytics
from asyncsdk.datasets.tail.settled import next_end, settled_until
from asyncsdk.datasets.windows import split
from asyncsdk.errors import PermissionDeniedError
from asyncsdk.sinks import NDJSONSink
from asyncsdk.testing import AnalyticsService, FakeClock, Sandbox, faults, serve

MINUTE = 60_000
DAY = 86_400_000
NOW = 1_597_645_800.0  # 2020-08-17T06:30Z
HOUR = timedelta(hours=1)


@given(st.integers(10**12, 2 * 10**12), st.integers(1, 3 * DAY), st.integers(0, DAY))
def test_what_is_settled_ends_where_a_window_ends(now, window, lateness):
    end = settled_until(now, window, lateness)
    assert end <= now - lateness < next_end(end, window)
    assert [edge for _, edge in split(end, next_end(end, window), window)] == [next_end(end, window)]


class EnoughError(Exception):
    """Ends what has no end."""


@pytest.mark.anyio
async def test_windows_are_written_once_no_row_can_come_any_more(tmp_path):
    clock, seen, requests = FakeClock(NOW), [], []
    service = AnalyticsService(devices=2, rows_per_hour=20)

    def report(found):
        seen.append((datetime.fromtimestamp(clock.time(), UTC).strftime("%H:%M"), found.shards, found.provisional))
        if len(seen) == 4:
            raise EnoughError

    with serve(Sandbox(service, on_request=lambda request: requests.append(request.url.path))) as url:
        async with UnleashAnalytics(service.api_key, base_url=f"{url}/v1", clock=clock) as client:
            rows, sink = client.datasets.rows, NDJSONSink(tmp_path)
            with pytest.raises(EnoughError):
                await rows.follow(
                    service.device_ids, sink, since=datetime(2020, 8, 17, 4, tzinfo=UTC), on_report=report
                )
            assert seen == [("06:30", 4, 0), ("07:10", 2, 0), ("08:10", 2, 0), ("09:10", 2, 0)]
            plan = rows.plan(
                service.device_ids, datetime(2020, 8, 17, 4, tzinfo=UTC), datetime(2020, 8, 17, 9, tzinfo=UTC)
            )
            assert (await rows.coverage(plan, sink)).complete
            before = len(requests)
            seen.clear()
            with pytest.raises(EnoughError):
                await rows.follow(
                    service.device_ids, sink, since=datetime(2020, 8, 17, 4, 20, tzinfo=UTC), on_report=report
                )
            assert seen[0][1] == 0  # it was all there
            assert len(requests) - before == 2 * 3


@pytest.mark.anyio
async def test_a_service_that_is_down_is_waited_out_and_a_refusal_is_not(tmp_path):
    clock, told = FakeClock(NOW), []
    service = AnalyticsService(devices=1, rows_per_hour=20)

    def report(_):
        raise EnoughError

    with serve(Sandbox(service, on_request=faults.fail_first(3, 503, "down", retry_after="100"))) as url:
        options = {"base_url": f"{url}/v1", "clock": clock, "retry": RetryPolicy(max_attempts=1)}
        async with UnleashAnalytics(service.api_key, **options) as client:
            follow = client.datasets.rows.follow
            with pytest.raises(EnoughError):
                await follow(
                    "all",
                    NDJSONSink(tmp_path),
                    since=int(NOW * 1000) - 120 * MINUTE,
                    on_report=report,
                    on_error=told.append,
                )
            assert [each.status_code for each in told] == [503] * 3
            assert [each for each in clock.slept if each >= 1] == [100, 100, 100]
        async with UnleashAnalytics("wrong", **options) as client:
            with pytest.raises(PermissionDeniedError):
                await client.datasets.rows.follow("all", NDJSONSink(tmp_path), since=int(NOW * 1000) - 120 * MINUTE)


@pytest.mark.anyio
async def test_it_ends_when_it_is_cancelled_and_what_cannot_be_meant_is_refused(tmp_path):
    service, sink = AnalyticsService(devices=1), NDJSONSink(tmp_path)
    async with UnleashAnalytics(service.api_key, base_url="http://127.0.0.1:9") as client:
        rows = client.datasets.rows
        with anyio.move_on_after(0.01) as scope:
            await rows.follow(service.device_ids, sink)
        assert scope.cancelled_caught
        with pytest.raises(ValueError, match="lateness"):
            await rows.follow("all", sink, lateness=-HOUR)
        with pytest.raises(ValueError, match="window"):
            await rows.follow("all", sink, window=timedelta(0))
        with pytest.raises(TypeError, match="key"):
            await rows.follow(None, sink)
