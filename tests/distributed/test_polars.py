"""A plan as a lazy frame of polars: what a query does not need is not asked for, and the answer is the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from attrs import evolve

from asyncsdk import Plan, datasets
from asyncsdk.distributed.polars import scan

NOON = datetime(2020, 8, 17, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
device_id, time = pl.col("device_id"), pl.col("timestamp")


@pytest.fixture
def rows(connect, plan, asked):
    found = pl.DataFrame(datasets.read(plan, connect, ordered=True))
    asked.clear()
    return found


def test_it_is_the_plan_in_its_order(connect, plan, rows, asked):
    frame = scan(plan, connect)
    assert frame.collect_schema() == rows.schema
    assert asked == []
    assert frame.collect().equals(rows)
    assert frame.collect(engine="streaming").equals(rows)


@pytest.mark.parametrize(
    ("condition", "shards"),
    [
        pytest.param(lambda device: device_id == device, 3, id="a key"),
        pytest.param(lambda device: pl.lit(device) == device_id, 3, id="a key, the other way round"),
        pytest.param(lambda device: device_id.is_in([device, "nobody"]), 3, id="some keys"),
        pytest.param(lambda _: device_id.is_in(["nobody"]), 0, id="no key"),
        pytest.param(lambda _: time >= NOON, 6, id="from then on"),
        pytest.param(lambda _: pl.lit(NOON) < time, 6, id="after, the other way round"),
        pytest.param(lambda _: time < NOON, 3, id="before"),
        pytest.param(lambda _: time <= NOON, 6, id="up to and with"),
        pytest.param(lambda _: time == NOON, 3, id="an instant"),
        pytest.param(lambda _: time.is_between(NOON, NOON + HOUR, closed="left"), 3, id="between"),
        pytest.param(lambda _: time.is_between(NOON, NOON + HOUR), 6, id="between, both ends"),
        pytest.param(lambda device: (device_id == device) & (time < NOON) & (pl.col("count") > 1), 1, id="and"),
        pytest.param(lambda device: (device_id == device) | (time < NOON), 9, id="or"),
        pytest.param(lambda device: device_id != device, 9, id="not"),
        pytest.param(lambda device: device_id.str.to_uppercase() == device.upper(), 9, id="a function of the key"),
        pytest.param(lambda _: time.dt.hour() == 7, 9, id="a function of the time"),
        pytest.param(lambda _: time.is_null() | device_id.is_null(), 9, id="nothing known"),
        pytest.param(lambda _: time > NOON + 5 * HOUR, 0, id="beyond"),
    ],
)
@pytest.mark.parametrize("keys", ["known", "all"])
def test_a_condition_decides_what_is_asked_for_and_changes_nothing_else(
    connect, plan, rows, asked, service, condition, shards, keys
):
    expected = condition(service.device_ids[1])
    plan = plan if keys == "known" else evolve(plan, keys="all")
    found = scan(plan, connect).filter(expected).collect()
    assert found.sort(pl.all()).equals(rows.filter(expected).sort(pl.all()))
    assert sum(any(device in path for device in service.device_ids) for path in asked.shards) == shards


def test_columns_are_chosen(connect, plan, rows):
    found = scan(plan, connect).filter(pl.col("count") > 0).select("class_name").collect()
    assert found.equals(rows.filter(pl.col("count") > 0).select("class_name"))


@pytest.mark.parametrize("count", [0, 1, 30, 10**6])
def test_head_ends_it_early(connect, plan, rows, asked, count):
    assert scan(plan, connect, concurrency=1).head(count).collect().equals(rows.head(count))
    assert scan(plan, connect, concurrency=1).head(count).filter(device_id == "x").collect().height == 0
    if count <= 30:
        assert len(asked) <= 12
    if not count:
        assert asked == []


def test_our_sentence_comes_out(connect, plan, monkeypatch):
    monkeypatch.delenv("UNLEASH_API_KEY")
    with pytest.raises(Exception, match="UNLEASH_API_KEY"):
        scan(plan, connect).collect()


def test_a_plan_of_shards_is_narrowed_too(connect, plan, rows, asked):
    frame = scan(Plan.of(plan), connect).filter(time >= NOON + HOUR)
    assert frame.collect().sort(pl.all()).equals(rows.filter(time >= NOON + HOUR).sort(pl.all()))
    assert 0 < len(asked) < len(rows) / 25
