"""How long the event loop stands still: measured by a task that wants to run every millisecond, in a fresh process.

By the processor time of the loop's own thread, which other processes of a busy machine are no part of.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from asyncsdk.testing import AnalyticsService, BlaizeService, Sandbox, serve

_SCRIPT = """
import asyncio, json, sys, threading, time
from datetime import UTC, datetime, timedelta
from asyncsdk import Blaize, UnleashAnalytics

url, columns = sys.argv[1], sys.argv[2] == "columns"
START = datetime(2020, 8, 17, 6, tzinfo=UTC)
RANGE = (START, START + timedelta(hours=1))
loop_thread = threading.get_ident()
loaded_by = {}


class Witness:
    def find_spec(self, name, path=None, target=None):
        loaded_by.setdefault(name, threading.get_ident() == loop_thread)


async def main():
    gaps = []

    async def tick():
        last = time.thread_time()
        while True:
            await asyncio.sleep(0.001)
            now = time.thread_time()
            gaps.append(now - last)
            last = now

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0.01)
    keys = {"access_key": "test-access", "secret_key": "test-secret"}
    async with UnleashAnalytics("test-key", base_url=f"{url}/v1") as analytics, Blaize(base_url=url, **keys) as blaize:
        if columns:
            await analytics.warm_up(columns=True)
        await asyncio.sleep(0.005)
        gaps.clear()
        await analytics.devices().first()
        await analytics.rows("W9d3f1bcad8e8abd", *RANGE).first()
        await blaize.users.list().first()
        if columns:
            async with analytics.fan_out("all", *RANGE) as stream:
                assert [batch async for batch in stream.batches()]
        await asyncio.sleep(0.005)
        worst = max(gaps)
        async with blaize.datasets.users.fan_out() as stream:
            assert [batch async for batch in stream.batches()]
    ticking.cancel()
    in_loop = sorted(name for name, here in loaded_by.items() if here)
    print(json.dumps({"worst": worst, "in_loop": in_loop, "all": sorted(loaded_by)}))


sys.meta_path.insert(0, Witness())
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def url():
    with serve(Sandbox(AnalyticsService(devices=2, rows_per_hour=20), BlaizeService(users=5))) as url:
        yield url


def measured(url, what):
    done = subprocess.run([sys.executable, "-c", _SCRIPT, url, what], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("what", ["rows", "columns"])
def test_once_a_client_is_entered_no_request_stalls_the_loop(url, what):
    # what is ours comes back every time
    assert min(measured(url, what)["worst"] for _ in range(3)) < 0.020


def test_what_is_heavy_is_not_loaded_in_the_thread_of_the_loop(url):
    found = measured(url, "rows")
    heavy = {"aiohttp.client", "cattrs.converters", "numpy._core", "pyarrow.lib"}
    assert heavy <= set(found["all"])
    assert not heavy & set(found["in_loop"])
