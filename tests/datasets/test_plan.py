from __future__ import annotations

import pickle
import sys
from contextlib import aclosing
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import islice

import pytest

from asyncsdk import Failure, Plan, Shard

START = datetime(2020, 8, 17, tzinfo=UTC)
MS = 1_597_622_400_000
HOUR = 3_600_000
ROWS = "unleash_analytics.rows"


def make(devices, hours=3, **changes):
    return Plan.make(ROWS, devices, START, START + timedelta(hours=hours), changes.get("window", timedelta(hours=1)))


def shard(device, hour, **changes):
    return Shard(ROWS, device, MS + hour * HOUR, MS + (hour + 1) * HOUR, **changes)


class Arriving:
    """An async iterable that makes a new generator each time, and knows whether each was finished."""

    def __init__(self, *ids):
        self.ids = ids
        self.open = 0

    async def __aiter__(self):
        self.open += 1
        try:
            for each in self.ids:
                yield each
        finally:
            self.open -= 1


def test_shards_come_device_by_device_in_order_of_time():
    plan = make(["b", "a"], hours=2)
    assert list(plan) == [shard("b", 0), shard("b", 1), shard("a", 0), shard("a", 1)]
    assert len(plan) == 4


def test_a_day_as_its_end_belongs_to_it_as_a_whole():
    days = Plan.make(ROWS, ["a"], date(2020, 8, 17), date(2020, 8, 18), timedelta(days=1))
    assert [each.date for each in days] == ["2020-08-17", "2020-08-18"]
    assert (days.start, days.end) == (MS, MS + 48 * HOUR)


@pytest.mark.parametrize("hours", [13, -11])
def test_a_plan_is_the_same_in_every_time_zone(hours):
    start = START.astimezone(timezone(timedelta(hours=hours)))
    plan = Plan.make(ROWS, ["a"], start, start + timedelta(days=1), timedelta(days=1))
    assert list(plan) == [Shard(ROWS, "a", MS, MS + 24 * HOUR)]


def test_a_year_of_hours_of_ten_thousand_devices_costs_nothing():
    plan = Plan.make(ROWS, (f"W{n}" for n in range(10_000)), START, START + timedelta(days=365), timedelta(hours=1))
    assert len(plan) == 87_600_000
    assert next(iter(plan)) == shard("W0", 0)
    assert sum(1 for _ in islice(plan, 100)) == 100
    assert sys.getsizeof(plan) + sys.getsizeof(plan.keys) < 100_000


def test_a_single_id_is_one_device():
    assert list(make("W1", hours=1)) == [shard("W1", 0)]


def test_a_whole_number_is_the_key_that_its_digits_are():
    assert make(7).keys == ("7",)
    assert make([7, "7", "a"]).keys == ("7", "a")


def test_a_device_that_is_named_twice_is_fetched_once():
    assert make(["b", "a", "b"]).keys == ("b", "a")


def test_no_devices_and_no_time_are_plans_of_nothing():
    assert list(make([])) == []
    assert list(make(["a"], hours=0)) == []
    assert len(make([])) == len(make(["a"], hours=0)) == 0


@pytest.mark.parametrize(
    ("devices", "error", "message"),
    [
        ([""], ValueError, "a key must not be ''"),
        (["a", ".."], ValueError, r"a key must not be '\.\.'"),
        (".", ValueError, "a key must not be"),
        (["\ud800"], ValueError, "a key holds a character"),
        ([None], TypeError, "a key is a text or a whole number, not NoneType"),
        ([True], TypeError, "a key is a text or a whole number, not bool"),
        (b"W1", TypeError, "keys must be ids.*not bytes"),
        (7.5, TypeError, "keys must be ids.*not float"),
    ],
)
def test_what_cannot_be_a_key_is_refused_early(devices, error, message):
    with pytest.raises(error, match=message):
        make(devices)


def test_a_window_of_zero_is_refused_early():
    with pytest.raises(ValueError, match="above zero"):
        make("a", window=timedelta(0))


def test_all_devices_are_known_only_to_the_service():
    plan = make("all")
    assert plan.keys == "all"
    for ask in (len, list):
        with pytest.raises(TypeError, match='iterate it with "async for"'):
            ask(plan)


@pytest.mark.parametrize("devices", ["W1", ["b", "a"], "all", []])
def test_a_plan_pickles(devices):
    plan = make(devices)
    assert pickle.loads(pickle.dumps(plan)) == plan


def test_a_shard_lies_in_one_day():
    plan = Plan.make(ROWS, "a", START + timedelta(hours=20), START + timedelta(hours=30), timedelta(hours=7))
    cut = [(each.date, (each.start - MS) // HOUR, (each.end - MS) // HOUR) for each in plan]
    assert cut == [("2020-08-17", 20, 23), ("2020-08-17", 23, 24), ("2020-08-18", 24, 30)]


# ---- asynchronously


@pytest.mark.anyio
async def test_devices_may_arrive_one_by_one():
    plan = make(Arriving("b", "a", "b"), hours=2)
    assert [each async for each in plan] == list(make(["b", "a"], hours=2))
    assert [each async for each in plan] == list(make(["b", "a"], hours=2))
    with pytest.raises(TypeError, match="async for"):
        len(plan)


@pytest.mark.anyio
async def test_a_known_plan_is_iterated_either_way():
    plan = make(["b", "a"])
    assert [each async for each in plan] == list(plan)


@pytest.mark.anyio
async def test_a_bad_id_that_arrives_is_refused_when_it_does():
    devices = Arriving("a", "..", "b")
    shards = aiter(make(devices, hours=1))
    assert await anext(shards) == shard("a", 0)
    with pytest.raises(ValueError, match="a key must not be"):
        await anext(shards)
    assert devices.open == 0


@pytest.mark.anyio
async def test_an_iteration_that_is_closed_closes_what_it_opened():
    devices = Arriving("a", "b")
    async with aclosing(aiter(make(devices))) as shards:
        await anext(shards)
        assert devices.open == 1
    assert devices.open == 0


@pytest.mark.anyio
async def test_an_iterator_of_the_callers_own_is_left_to_the_caller():
    devices = Arriving("a", "b", "c")
    async with aclosing(aiter(devices)) as given:
        async with aclosing(aiter(make(given, hours=1))) as shards:
            await anext(shards)
        assert devices.open == 1
        assert await anext(given) == "b"


# ---- chosen shards


def test_a_plan_of_failures_is_a_plan_of_their_shards():
    chosen = [shard("b", 1), shard("a", 5), shard("b", 1)]
    plan = Plan.of([Failure(chosen[0], OSError()), *chosen[1:]])
    assert list(plan) == [shard("b", 1), shard("a", 5)]
    assert len(plan) == 2
    assert plan.keys == ("b", "a")
    assert (plan.start, plan.end, plan.window) == (MS + HOUR, MS + 6 * HOUR, HOUR)
    assert pickle.loads(pickle.dumps(plan)) == plan


def test_a_plan_of_no_failures_is_empty():
    assert list(Plan.of([])) == []
    assert len(Plan.of([])) == 0


# ---- without time, without a key


def test_a_key_without_time_is_one_shard():
    plan = Plan.make("blaize.grants", ["b", "a"])
    assert list(plan) == [Shard("blaize.grants", "b"), Shard("blaize.grants", "a")]
    assert len(plan) == 2
    assert (plan.start, plan.end, plan.window) == (None, None, None)


def test_a_list_without_key_and_time_is_one_shard():
    plan = Plan.make("blaize.users")
    assert list(plan) == [Shard("blaize.users")]
    assert len(plan) == 1
    assert pickle.loads(pickle.dumps(plan)) == plan


def test_a_list_with_time_and_no_key_is_windows_alone():
    plan = Plan.make("any.log", None, START, START + timedelta(hours=2), timedelta(hours=1))
    assert list(plan) == [Shard("any.log", None, MS, MS + HOUR), Shard("any.log", None, MS + HOUR, MS + 2 * HOUR)]
    assert len(plan) == 2


@pytest.mark.parametrize("chosen", [Shard("blaize.users"), Shard("blaize.grants", "a")])
def test_failures_without_time_are_a_plan_too(chosen):
    plan = Plan.of([Failure(chosen, OSError())])
    assert list(plan) == [chosen]
    assert (plan.keys, plan.start) == (None if chosen.key is None else ("a",), None)


def test_a_plan_of_many_keys_pickles_small():
    keys = [f"{number:014X}" for number in range(100_000)]
    plan = Plan.make("blaize.grants", keys)
    assert len(pickle.dumps(plan)) < 20 * len(keys)
    assert pickle.loads(pickle.dumps(plan)) == plan


def test_a_plan_of_two_data_sets_is_refused():
    with pytest.raises(ValueError, match=r"one data set, not for livepeer\.usage and unleash_analytics\.rows"):
        Plan.of([shard("a", 1), Shard("livepeer.usage", "a", 0, 1)])


def test_shards_sort_hash_and_pickle():
    shards = [shard("b", 0), shard("a", 1), shard("a", 0)]
    assert sorted(shards) == [shard("a", 0), shard("a", 1), shard("b", 0)]
    assert len({*shards, shard("a", 0)}) == 3
    assert pickle.loads(pickle.dumps(shards)) == shards


@pytest.mark.parametrize("name", ["settled", "refreshed"])
def test_how_a_shard_is_written_is_no_part_of_its_identity(name):
    other = shard("a", 0, settled=False, refreshed=True)
    assert other == shard("a", 0)
    assert hash(other) == hash(shard("a", 0))
    assert getattr(pickle.loads(pickle.dumps(other)), name) is (name == "refreshed")


def test_a_shard_holds_its_start_and_not_its_end():
    each = shard("a", 0)
    tick = timedelta(microseconds=1)
    assert each.holds(START)
    assert each.holds(START + timedelta(hours=1) - tick)
    assert not each.holds(START - tick)
    assert not each.holds(START + timedelta(hours=1))


def test_a_shard_reads_as_a_device_and_a_window():
    assert str(shard("W1", 2)) == "W1 2020-08-17T02:00:00.000000Z/3600s"
    assert shard("W1", 2).date == "2020-08-17"
    assert [str(Shard("blaize.grants", "a")), str(Shard("blaize.users"))] == ["a", "blaize.users"]
    assert Shard("blaize.users").date is None
    assert Shard("blaize.users").holds(START)
