"""A tail through a client, on a clock of the test's own."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from random import Random

import anyio
import pytest
from attrs import frozen

from asyncsdk import Cognitive3D, Livepeer, UnleashAnalytics
from asyncsdk.codec import Model, from_dict, wire
from asyncsdk.datasets import Dataset, Pull
from asyncsdk.errors import ConfigurationError, ConnectError, PermissionDeniedError
from asyncsdk.paging import at_once, by_number
from asyncsdk.testing import AnalyticsService, FakeClock, Sandbox, Script, faults, serve

MINUTE = timedelta(minutes=1)
NOW = 1_600_000_020.0  # on the minute


def text(seconds):
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@frozen(kw_only=True)
class Reading(Model):
    value: int | None = None
    taken_at: datetime | None = wire("takenAt")


class Meters:
    """Rows that are to be had from some moment on; in pages of three, some twice, and in no order.

    Attributes:
        rows: of each meter, (when it is there, the row).
        asked: each range, in seconds from the beginning.
        fails: errors to raise, the next first.
    """

    def __init__(self, clock):
        self.clock = clock
        self.rows = {"m1": [], "m2": []}
        self.asked = []
        self.fails = []
        self.dice = Random(1)

    def add(self, meter, value, time, late=0.0):
        self.rows.setdefault(meter, []).append((time + late, {"value": value, "takenAt": text(time)}))

    def read(self, client, meter, start, end):
        async def page(number):
            if number == 1:
                self.asked.append((meter, start / 1000 - NOW, end / 1000 - NOW))
                if self.fails:
                    raise self.fails.pop(0)
            found = [row for there, row in self.rows[meter] if there <= self.clock.time()]
            # Some twice, and some that nobody asked for.
            found = [row for row in found for _ in range(1 + (row["value"] % 5 == 0))]
            Random(len(found)).shuffle(found)
            rows = [from_dict(Reading, row) for row in found][3 * number - 3 : 3 * number]
            return rows, max(1, -(-len(found) // 3))

        return by_number(page)

    def listed(self, client):
        async def ids():
            return list(self.rows)

        return at_once(ids)


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture
def meters(clock):
    return Meters(clock)


@pytest.fixture
async def readings(meters, clock, anyio_backend):
    data = Dataset("meters.readings", Reading, meters.read, key="meter", keys=meters.listed, time="taken_at")
    async with UnleashAnalytics("test-key", clock=clock) as client:
        yield Pull(client, data)


async def take(stream, number):
    found = []
    async for row in stream:
        found.append((stream.key, row.value))
        if len(found) == number:
            break
    return found


@pytest.mark.anyio
async def test_each_row_comes_once_be_it_late_doubled_or_out_of_order(readings, meters):
    dice, wanted = Random(3), []
    for value in range(400):
        meter = dice.choice(("m1", "m2"))
        meters.add(meter, value, NOW + dice.randrange(3000) + 1, late=dice.choice((0, 0, dice.randrange(590))))
        wanted.append((meter, value))
    async with readings.tail(interval=MINUTE) as stream:
        found = await take(stream, len(wanted))
        assert sorted(found) == sorted(wanted)
        with anyio.move_on_after(0.05):  # and there is no more
            pytest.fail(str(await anext(stream)))
    assert max(len(stream.position["given"]), 0) < 200 * 12


@pytest.mark.anyio
async def test_what_was_there_before_is_not_new_unless_it_is_asked_for(readings, meters):
    for value, time in enumerate((-7200, -30, 30)):
        meters.add("m1", value, NOW + time)
    async with readings.tail("m1", interval=MINUTE) as stream:
        assert await take(stream, 1) == [("m1", 2)]
    since = datetime.fromtimestamp(NOW, UTC) - timedelta(hours=3)
    async with readings.tail("m1", since=since, interval=MINUTE) as stream:
        assert await take(stream, 2) == [("m1", 0), ("m1", 1)]


@pytest.mark.anyio
async def test_a_position_is_where_another_process_goes_on(readings, meters):
    for value in range(60):
        meters.add(("m1", "m2")[value % 2], value, NOW + 20 * (value // 4), late=(0, 0, 400)[value % 3])
    found, saved = [], json.dumps(None)
    while len(found) < 60:
        async with readings.tail(since=json.loads(saved) or int(NOW * 1000), interval=MINUTE) as stream:
            found += await take(stream, min(7, 60 - len(found)))
            saved = json.dumps(stream.position)
    assert sorted(value for _, value in found) == list(range(60))
    assert len(saved) < 1500
    with pytest.raises(ValueError, match="not of meters"):
        readings.tail(since={**json.loads(saved), "dataset": "blaize.grants"})


@pytest.mark.anyio
async def test_batches_hold_what_is_new(readings, meters):
    for value in range(30):
        meters.add("m1", value, NOW + 10 * value, late=(0, 300)[value % 2])
    found = []
    async with readings.tail(interval=MINUTE) as stream:
        batches = stream.batches()
        async for batch in batches:
            assert batch.schema == batches.schema == readings.schema()
            assert set(batch.column("meter").to_pylist()) == {"m1"} == {stream.key}
            found += batch.column("value").to_pylist()
            if len(found) >= 30:
                break
        with pytest.raises(RuntimeError, match="not both"):
            await anext(stream)
    assert sorted(found) == list(range(30))


@pytest.mark.anyio
async def test_it_asks_less_often_where_nothing_comes(readings, meters, clock):
    meters.add("m1", 1, NOW + 3600)
    async with readings.tail("m1", interval=MINUTE) as stream:
        await take(stream, 1)
        assert clock.slept[:6] == [60, 120, 240, 480, 480, 480]
        assert all(end - start <= 600 + 480 for _, start, end in meters.asked)
        meters.add("m1", 2, clock.time() + 1)
        before = len(clock.slept)
        await take(stream, 1)
        assert clock.slept[before:] == [60]


@pytest.mark.anyio
async def test_what_ends_by_itself_is_waited_out_and_nothing_else(readings, meters, clock):
    meters.add("m1", 1, NOW + 10)
    async with readings.tail("m1", since=int(NOW * 1000), interval=MINUTE) as stream:
        meters.fails = [ConnectError("no route"), ConnectError("no route"), ConnectError("no route")]
        assert await take(stream, 1) == [("m1", 1)]
        assert clock.slept == [60, 120, 240, 480]  # the first until there is a row
        assert stream.error is None
        meters.fails = [ConfigurationError("no such meter")]
        with pytest.raises(ConfigurationError, match="no such meter"):
            await anext(stream)


@pytest.mark.anyio
async def test_a_retry_after_is_followed_and_a_refusal_ends_it(clock):
    service = AnalyticsService(devices=1, rows_per_hour=600)
    at_two = faults.fail_first(2, 429, "Too Many Requests", retry_after="700")
    with serve(Sandbox(service, on_request=at_two)) as url:
        async with UnleashAnalytics(service.api_key, base_url=f"{url}/v1", clock=clock) as client:
            device = service.device_ids[0]
            async with client.tail("rows", device, since=int(NOW * 1000), interval=MINUTE) as stream:
                row = await anext(stream)
                assert row.device_id == stream.key == device
            assert [each for each in clock.slept if each >= 700] == [700, 700]
        async with (
            UnleashAnalytics("wrong", base_url=f"{url}/v1", clock=clock) as client,
            client.tail(client.datasets.rows, device, interval=MINUTE) as stream,
        ):
            with pytest.raises(PermissionDeniedError):
                await anext(stream)


@pytest.mark.anyio
async def test_it_ends_at_once_when_it_is_left_by_another_task(meters, anyio_backend):
    clock = FakeClock(NOW, manual=True)
    meters.clock = clock
    data = Dataset("meters.readings", Reading, meters.read, key="meter", time="taken_at")
    async with UnleashAnalytics("test-key", clock=clock) as client:
        tail, ended = Pull(client, data).tail("m1"), anyio.Event()

        async def read():
            async for _ in tail:
                pytest.fail("there is none")
            ended.set()

        stream = await tail.__aenter__()
        async with anyio.create_task_group() as group:
            group.start_soon(read)
            await anyio.wait_all_tasks_blocked()
            assert clock.sleeping == 1
            await stream.__aexit__(None, None, None)
            with anyio.fail_after(5):
                await ended.wait()
        with pytest.raises(RuntimeError, match="inside its block"):
            await anext(tail)
        with pytest.raises(RuntimeError, match="entered once"):
            await tail.__aenter__()


@pytest.mark.anyio
async def test_it_ends_at_once_when_it_is_left_while_a_page_is_under_way(clock, anyio_backend):
    asked, ended = anyio.Event(), anyio.Event()

    def read(client, meter, start, end):
        async def page():
            asked.set()
            await anyio.sleep_forever()

        return at_once(page)

    data = Dataset("meters.readings", Reading, read, key="meter", time="taken_at")
    async with UnleashAnalytics("test-key", clock=clock) as client:
        stream = await Pull(client, data).tail("m1", since=int(NOW * 1000) - 1000).__aenter__()

        async def look():
            assert [row async for row in stream] == []
            ended.set()

        async with anyio.create_task_group() as group:
            group.start_soon(look)
            await asked.wait()
            await stream.__aexit__(None, None, None)
            with anyio.fail_after(5):
                await ended.wait()


@pytest.mark.anyio
async def test_a_new_key_is_followed_where_all_are(readings, meters, clock):
    meters.add("m1", 1, NOW + 1)
    async with readings.tail(interval=MINUTE) as stream:
        assert await take(stream, 1) == [("m1", 1)]
        meters.add("m9", 2, clock.time() + 1)
        assert await take(stream, 1) == [("m9", 2)]


@pytest.mark.anyio
async def test_keys_that_arrive_are_taken_once(readings, meters):
    async def arriving():
        yield "m1"

    meters.add("m1", 1, NOW + 1)
    meters.add("m1", 2, NOW + 300)
    async with readings.tail(arriving(), interval=MINUTE) as stream:
        assert await take(stream, 2) == [("m1", 1), ("m1", 2)]


@pytest.mark.anyio
async def test_every_system_that_has_a_time_can_be_tailed():
    clients = (
        UnleashAnalytics("k", transport=Script(500)),
        Cognitive3D("k", transport=Script(500)),
        Livepeer("k", transport=Script(500)),
    )
    for client in clients:
        for name in client.datasets:
            pull = client.datasets[name]
            if pull.time is None:
                with pytest.raises(TypeError, match="has no time"):
                    client.tail(name)
            else:
                assert client.tail(name, "k1").position["given"] == ""
        await client.aclose()


@pytest.mark.anyio
async def test_what_cannot_be_meant_is_refused(readings):
    for wrong in ({"interval": timedelta(0)}, {"lateness": -MINUTE}, {"concurrency": 0}):
        with pytest.raises(ValueError, match="must be"):
            readings.tail(**wrong)
    with pytest.raises(KeyError):
        UnleashAnalytics("k", transport=Script(500)).tail("nothing")
