"""A data set bound to a client is the same for every system."""

from __future__ import annotations

import pickle
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import anyio
import pyarrow as pa
import pytest

import asyncsdk
from asyncsdk import Plan, Shard, UnleashAnalytics, to_dict
from asyncsdk.columns import to_wire
from asyncsdk.datasets.dataset import declared
from asyncsdk.errors import ConfigurationError
from asyncsdk.sinks import NDJSONSink
from asyncsdk.unleash.analytics.datasets import ROWS_OF_DEVICES

pytestmark = pytest.mark.anyio

START = datetime(2020, 8, 17, tzinfo=UTC)
END = START + timedelta(hours=4)
MS = 1_597_622_400_000
HOUR = 3_600_000


async def test_it_says_what_it_is(datasets):
    assert list(datasets) == ["readings", "tags", "everything"]
    assert len(datasets) == 3
    assert datasets["tags"] is datasets.tags
    assert datasets["meters.tags"] is datasets.tags
    with pytest.raises(KeyError, match="no data set 'nothing': there are readings, tags, everything"):
        datasets["nothing"]
    said = [(each.id, each.key, each.time, each.model.__name__) for each in map(datasets.__getitem__, datasets)]
    assert said == [
        ("meters.readings", "meter", "taken_at", "Reading"),
        ("meters.tags", "meter", None, "Reading"),
        ("meters.everything", None, None, "Reading"),
    ]
    assert repr(datasets.tags).startswith("<meters.tags of UnleashAnalytics(")


async def test_a_plan_is_keys_by_windows_as_far_as_there_are_any(datasets):
    readings = datasets.readings.plan(["m1"], START, START + timedelta(hours=2))
    assert list(readings) == [
        Shard("meters.readings", "m1", MS, MS + HOUR),
        Shard("meters.readings", "m1", MS + HOUR, MS + 2 * HOUR),
    ]
    assert list(datasets.tags.plan("m1")) == [Shard("meters.tags", "m1")]
    assert datasets.tags.plan().keys == "all"
    assert list(datasets.everything.plan()) == [Shard("meters.everything")]


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("readings", ("all",), "start and end are needed"),
        ("readings", ("all", START), "start and end are needed"),
        ("readings", (None, START, END), 'has the key meter: give ids, or "all"'),
        ("tags", ("all", START, END), "meters.tags has no time"),
        ("tags", (None,), "has the key meter"),
        ("everything", (["m1"],), "meters.everything has no key"),
        ("everything", ("all", START, END), "meters.everything has no time"),
    ],
)
async def test_what_a_data_set_does_not_have_is_refused_and_what_it_has_is_required(datasets, name, arguments, message):
    for method in (datasets[name].plan, datasets[name].fan_out):
        with pytest.raises(TypeError, match=message):
            method(*arguments)


async def test_the_plan_of_another_data_set_is_refused(datasets):
    with pytest.raises(ValueError, match=r"this plan is for meters\.tags, not for meters\.readings"):
        datasets.readings.fan_out(datasets.tags.plan())
    with pytest.raises(TypeError, match="has no key"):
        datasets.everything.all_keys()


# ---- rows


async def test_rows_are_models_and_the_stream_says_whose(datasets, meters):
    async with datasets.tags.fan_out(["m2", "m1"], ordered=True) as stream:
        found = [(stream.shard.key, to_dict(row)) async for row in stream]
    assert found == [(meter, row) for meter in ("m2", "m1") for row in meters.tags[meter]]


async def test_all_keys_are_those_that_the_service_lists(datasets, meters):
    assert [key async for key in datasets.tags.all_keys()] == list(meters.readings)
    async with datasets.tags.fan_out(concurrency=2) as stream:
        assert len([row async for row in stream]) == 9
    assert stream.progress.shards == 3


@pytest.mark.parametrize("form", ["rows", "batches"])
async def test_a_row_beyond_the_edges_of_its_shard_is_counted_and_left_out(datasets, meters, form):
    async with datasets.readings.fan_out("all", START, END, ordered=True) as stream:
        if form == "rows":
            found = [to_dict(row) async for row in stream]
        else:
            found = [row async for batch in stream.batches() for row in to_wire(batch, datasets.readings.model)]
    assert found == [row for each in meters.readings.values() for row in each[:16]]
    assert (stream.progress.rows, stream.progress.outside) == (48, 12)


async def test_a_row_whose_time_cannot_be_read_stays_with_what_it_came_for(datasets, meters):
    meters.readings = {"m1": [{"value": 1, "takenAt": "2020-08-17T00:30:00Z"}]}

    def read(client, meter, start, end):
        from asyncsdk.codec import from_dict
        from asyncsdk.paging import at_once

        async def rows():
            times = ["soon", None, MS + 1, MS // 1000 + 2, MS + HOUR, "2020-08-17T01:00:00Z"]
            return [from_dict(datasets.readings.model, {"takenAt": time}) for time in times]

        return at_once(rows)

    object.__setattr__(datasets.readings._dataset, "read", read)
    async with datasets.readings.fan_out("m1", START, START + timedelta(hours=1)) as stream:
        assert [to_dict(row)["takenAt"] async for row in stream] == ["soon", None, MS + 1, MS // 1000 + 2]
    assert stream.progress.outside == 2


# ---- columns


async def test_a_schema_has_the_key_in_front_where_the_model_has_none(datasets):
    assert datasets.readings.schema().names == ["meter", "name", "value", "takenAt", "extra"]
    assert datasets.everything.schema().names == ["name", "value", "takenAt", "extra"]
    assert datasets.readings.schema().field("takenAt").type.tz == "UTC"


async def test_batches_tell_the_key_and_are_all_of_one_schema(datasets, meters):
    async with datasets.tags.fan_out(["m1", "m2"], ordered=True) as stream:
        batches = [batch async for batch in stream.batches()]
    assert {batch.schema for batch in batches} == {stream.schema} == {datasets.tags.schema()}
    table = pa.Table.from_batches(batches)
    assert table.column("meter").to_pylist() == ["m1"] * 3 + ["m2"] * 3
    assert table.column("name").to_pylist() == [row["name"] for meter in ("m1", "m2") for row in meters.tags[meter]]


@pytest.mark.parametrize("keys", [["m1", "m2"], []])
async def test_a_stream_is_a_frame_typed_also_without_a_row(datasets, keys):
    async def frame(kind):
        async with datasets.tags.fan_out(keys, ordered=True) as stream:
            return await getattr(stream, kind)()

    table = await frame("to_arrow")
    assert table.schema == datasets.tags.schema()
    assert table["meter"].to_pylist() == [key for key in keys for _ in range(3)]
    assert (await frame("to_polars"))["meter"].to_list() == table["meter"].to_pylist()
    assert list((await frame("to_pandas"))["meter"]) == table["meter"].to_pylist()


# ---- one long answer


async def test_a_long_answer_is_taken_in_pages_and_left_at_its_end(datasets, meters):
    async with datasets.everything.fan_out(concurrency=4) as stream:
        found = [to_dict(row) async for row in stream]
        assert meters.opened == 0
    assert found == [row for each in meters.readings.values() for row in each]
    assert (stream.progress.shards, stream.progress.pages) == (1, 9)


@pytest.mark.parametrize("taken", [0, 1, 9])
async def test_a_long_answer_is_left_with_the_stream(datasets, meters, taken):
    async with datasets.everything.fan_out(concurrency=1) as stream:
        for _ in range(taken):
            await anext(stream)
        await anyio.wait_all_tasks_blocked()
    assert meters.opened == 0


async def test_a_long_answer_that_is_not_read_waits(datasets, meters):
    meters.readings = {"m1": meters.readings["m1"] * 100}
    async with datasets.everything.fan_out(concurrency=1) as stream:
        await anext(stream)
        await anyio.wait_all_tasks_blocked()
        assert stream.progress.pages <= 3


# ---- as values


async def test_a_data_set_pickles_by_its_id():
    assert pickle.loads(pickle.dumps(ROWS_OF_DEVICES)) is ROWS_OF_DEVICES
    assert len(pickle.dumps(ROWS_OF_DEVICES)) < 150
    assert declared("unleash_analytics.rows") is ROWS_OF_DEVICES


async def test_a_data_set_that_nobody_has_declared_is_a_clear_error():
    with pytest.raises(ConfigurationError, match=r"no data set 'nobody\.rows' here: import the client that has it"):
        declared("nobody.rows")


async def test_the_methods_of_the_analytics_client_are_those_of_its_data_set():
    async with UnleashAnalytics("test-key") as analytics:
        assert list(analytics.datasets) == ["rows"]
        assert (analytics.datasets.rows.key, analytics.datasets.rows.time) == ("device_id", "timestamp")
        assert analytics.plan("W1", START, END) == analytics.datasets.rows.plan("W1", START, END)
        assert analytics.plan("W1", START, END) == Plan.make(
            "unleash_analytics.rows", "W1", START, END, timedelta(hours=1)
        )


UNUSABLE = ["", ".", "..", "\ud800", None, 1.5, True, {"a": 1}]


@pytest.mark.parametrize("key", UNUSABLE)
async def test_a_key_of_the_service_that_no_request_can_name_is_the_services_fault(datasets, monkeypatch, key):
    async def keys():
        for each in ("m1", key, "m2"):
            yield each

    monkeypatch.setattr(datasets.tags, "all_keys", keys)
    async with datasets.tags.fan_out(on_error="collect") as stream:
        assert len([row async for row in stream]) == 6
    [failure] = stream.failures
    assert stream.progress.shards == 2
    assert isinstance(failure.error, asyncsdk.DecodeError)
    assert failure.error.shard == failure.key

    again = pickle.loads(pickle.dumps(Plan.of(stream.failures)))
    async with datasets.tags.fan_out(again, on_error="collect") as stream:
        assert [row async for row in stream] == []
    assert [each.key for each in stream.failures] == [failure.key]

    with pytest.raises(asyncsdk.DecodeError, match="the service lists"):
        async with datasets.tags.fan_out() as stream:
            [row async for row in stream]


async def test_a_backfill_writes_the_others_and_reports_it(datasets, monkeypatch, tmp_path):
    async def keys():
        for each in ("m1", "..", "m2"):
            yield each

    monkeypatch.setattr(datasets.tags, "all_keys", keys)
    report = await datasets.tags.backfill(datasets.tags.plan(), NDJSONSink(tmp_path), on_error="collect")
    assert (report.shards, [each.key.key for each in report.failures]) == (2, [".."])
    again = await datasets.tags.backfill(Plan.of(report.failures), NDJSONSink(tmp_path), on_error="collect")
    assert (again.shards, len(again.failures)) == (0, 1)


async def test_a_key_of_the_callers_own_that_no_request_can_name_is_a_wrong_argument(datasets):
    async def keys():
        yield ""

    with pytest.raises(ValueError, match="a key must not be"):
        async with datasets.tags.fan_out(keys(), on_error="collect") as stream:
            [row async for row in stream]


@pytest.mark.parametrize("end", [SystemExit, KeyboardInterrupt])
async def test_a_sink_that_ends_the_program_ends_it_in_the_callers_task(datasets, end):
    class Sink:
        def done(self):
            return []

        @asynccontextmanager
        async def open(self, shard):
            raise end
            yield

    with pytest.raises(end):
        await datasets.tags.backfill(datasets.tags.plan(), Sink())
