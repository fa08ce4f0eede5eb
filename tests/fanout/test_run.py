from __future__ import annotations

import asyncio
from contextlib import aclosing
from itertools import count

import anyio
import anyio.lowlevel
import pytest

from asyncsdk import Page, Pager, PaginationError, ServerError
from asyncsdk.chain import attempts
from asyncsdk.fanout.run import Run
from asyncsdk.paging import by_number

PAGES = {"a": 3, "b": 1, "c": 12, "d": 2}


def run_of(network, *, keys=None, **options):
    return Run(list(network.pages) if keys is None else keys, network.pager, **options)


async def drain(run, into=None):
    """Every item that a run gives; `into` keeps what came before an error."""
    into = [] if into is None else into
    while (delivery := await run.deliveries()) is not None:
        into += delivery.page.items
    return into


async def found_by(run):
    async with run:
        return await drain(run)


def refusal():
    return ServerError("500: no", status_code=500)


# ---- what there is to know of it


@pytest.mark.anyio
async def test_warnings_of_pages_are_kept_by_key_and_counted_where_they_are_too_many():
    def pager(key):
        async def fetch(cursor):
            number = int(cursor or 0)
            following = str(number + 1) if number < 19 else None
            return Page([number], cursor=following, warnings=tuple(f"{number}.{each} is short" for each in range(key)))

        return Pager(fetch)

    run = Run([1, 0, 100], pager, concurrency=2)
    assert len(await found_by(run)) == 60
    assert run.progress.warnings == 20 * 101
    assert len(run.warnings) == 1000
    assert {each.key for each in run.warnings} == {1, 100}
    assert str(next(each for each in run.warnings if each.shard == 1)) == "1: 0.0 is short"


# ---- what comes out


@pytest.mark.anyio
@pytest.mark.parametrize("concurrency", [1, 2, 5, 32])
@pytest.mark.parametrize("seed", range(3))
async def test_every_page_comes_out_once_whatever_the_concurrency(network, concurrency, seed):
    net = network(PAGES, seed)
    assert sorted(await found_by(run_of(net, concurrency=concurrency))) == net.items()
    assert net.most <= concurrency
    assert len(net.asked) == len(net.items())


@pytest.mark.anyio
@pytest.mark.parametrize("concurrency", [1, 2, 5, 32])
@pytest.mark.parametrize("seed", range(3))
async def test_in_the_plans_order_the_list_is_always_the_same(network, concurrency, seed):
    net = network(PAGES, seed)
    assert await found_by(run_of(net, concurrency=concurrency, order="plan")) == net.items()


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(3))
async def test_in_shard_order_each_shard_ends_with_its_last_page(network, seed):
    net = network(PAGES, seed)
    found, ended = {key: [] for key in PAGES}, []
    async with run_of(net, concurrency=6, order="shard", most_open=2) as run:
        while (delivery := await run.deliveries()) is not None:
            assert delivery.walk.key not in ended
            found[delivery.walk.key].append(delivery.page.number)
            if delivery.last:
                ended.append(delivery.walk.key)
    assert found == {key: list(range(1, pages + 1)) for key, pages in PAGES.items()}
    assert sorted(ended) == sorted(PAGES)


@pytest.mark.anyio
async def test_nothing_to_do_is_done_at_once(network):
    assert await found_by(run_of(network({}))) == []


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["any", "shard", "plan"])
async def test_a_total_that_grows_is_followed(network, order):
    net = network({"a": 5}, seed=1)
    net.totals = {("a", 1): 2, ("a", 2): 4}
    assert sorted(await found_by(run_of(net, order=order))) == net.items()


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["any", "shard", "plan"])
async def test_a_page_that_vanished_with_a_shrinking_total_is_no_failure(network, order):
    net = network({"a": 4, "b": 1})
    net.totals = {("a", 2): 2}
    net.errors = {("a", 3): refusal(), ("a", 4): refusal()}
    async with run_of(net, order=order) as run:
        assert sorted(await drain(run)) == [("a", 1), ("a", 2), ("b", 1)]
    assert run.failures == []
    assert run.progress.shards == 2


@pytest.mark.anyio
async def test_walks_by_cursor_are_walked_in_turn_and_side_by_side():
    pages = {None: "x", "x": "y", "y": None}
    asked = []

    def fetch(key):
        async def strategy(cursor):
            asked.append((key, cursor))
            await anyio.lowlevel.checkpoint()
            return Page([(key, cursor)], cursor=pages[cursor])

        return Pager(strategy)

    async with Run(["a", "b"], fetch) as run:
        assert sorted(await drain(run), key=str) == sorted(asked, key=str)
    assert asked[0][1] is None


@pytest.mark.anyio
async def test_a_walk_in_circles_is_an_error_of_its_shard(network):
    async def circle(cursor):
        return Page([cursor], cursor="x")

    async with Run(["a"], lambda key: Pager(circle), on_error="collect") as run:
        assert await drain(run) in ([], [None], [None, "x"])
    (failure,) = run.failures
    assert isinstance(failure.error, PaginationError)
    assert (failure.error.shard, failure.error.cursor) == ("a", "x")


# ---- bounds


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["any", "shard", "plan"])
async def test_a_consumer_that_stops_stops_the_network(network, order):
    net = network({"a": 1000, **dict.fromkeys(range(1000), 3)})
    async with run_of(net, concurrency=4, order=order) as run:
        for taken in range(1, 10):
            await run.deliveries()
            await anyio.wait_all_tasks_blocked()
            assert net.in_flight == 0
            assert len(net.asked) <= taken + 2 * 4


@pytest.mark.anyio
async def test_all_places_are_used_by_many_shards(network):
    net = network(dict.fromkeys(range(100), 1))
    net.close_gate()
    async with run_of(net, concurrency=7) as run, anyio.create_task_group() as group:
        group.start_soon(run.deliveries)
        await anyio.wait_all_tasks_blocked()
        assert net.in_flight == run.progress.active == 7
        net.gate.set()


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["any", "shard", "plan"])
async def test_all_places_are_used_by_the_pages_of_one_shard(network, order):
    net = network({"a": 1000, "b": 1, "c": 1, "d": 1, "e": 1})
    async with run_of(net, concurrency=4, order=order) as run:
        await run.deliveries()
        net.close_gate()
        for _ in range(4):
            await run.deliveries()
        async with anyio.create_task_group() as group:
            await anyio.wait_all_tasks_blocked()
            assert net.in_flight == 4
            net.gate.set()
            group.cancel_scope.cancel()


@pytest.mark.anyio
async def test_a_failure_that_frees_many_places_has_them_all_used_again(network):
    net = network({"a": 8, **dict.fromkeys(range(100), 1)})
    net.errors = {("a", 2): refusal()}
    net.close_gate(("a", 2), *((n, 1) for n in range(100)))
    more = anyio.Event()

    async def keys():
        yield "a"
        await more.wait()
        for n in range(100):
            yield n

    async with (
        aclosing(keys()) as arriving,
        run_of(net, keys=arriving, concurrency=4, order="shard", on_error="collect") as run,
        anyio.create_task_group() as group,
    ):
        group.start_soon(drain, run)
        await anyio.wait_all_tasks_blocked()
        assert net.in_flight == 1  # the other pages of "a" wait for its second
        net.gate.set()
        net.close_gate()
        await anyio.wait_all_tasks_blocked()
        assert [each.key for each in run.failures] == ["a"]
        more.set()
        await anyio.wait_all_tasks_blocked()
        assert net.in_flight == 4
        group.cancel_scope.cancel()


@pytest.mark.anyio
async def test_keys_are_taken_as_there_is_room_for_them(network):
    taken = []

    def endless():
        for n in count():
            taken.append(n)
            yield n

    async def page(number):
        return [number], 1

    async with Run(endless(), lambda key: by_number(page), concurrency=3) as run:
        for _ in range(20):
            await run.deliveries()
        await anyio.wait_all_tasks_blocked()
        assert len(taken) <= 20 + 2 * 3


@pytest.mark.anyio
async def test_progress_counts(network):
    net = network(PAGES, seed=1)
    run = run_of(net, concurrency=4)
    assert (run.progress.total_shards, run.progress.shards) == (4, 0)
    await found_by(run)
    assert (run.progress.shards, run.progress.pages, run.progress.rows) == (4, 18, 18)
    assert (run.progress.failures, run.progress.active) == (0, 0)


@pytest.mark.anyio
async def test_progress_counts_the_bytes_and_retries_of_its_own_requests():
    async def strategy(cursor):
        attempts.count(1, 100)
        attempts.count(2, 100)
        return Page(["item"])

    run = Run(["a", "b"], lambda key: Pager(strategy))
    async with run:
        await drain(run)
        attempts.count(2, 100)
    assert (run.progress.bytes, run.progress.retries) == (400, 2)


@pytest.mark.anyio
async def test_how_many_there_are_is_not_known_of_keys_that_arrive(network):
    async def keys():
        yield "a"

    run = run_of(network({"a": 1}), keys=keys())
    assert run.progress.total_shards is None
    assert await found_by(run) == [("a", 1)]


# ---- errors


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["any", "shard", "plan"])
@pytest.mark.parametrize("failing", [("a", 1), ("c", 1), ("c", 7), ("d", 2)])
async def test_the_first_error_comes_out_as_it_is_with_its_shard(network, order, failing):
    net = network(PAGES, seed=2)
    error = net.errors[failing] = refusal()
    with pytest.raises(ServerError) as caught:
        await found_by(run_of(net, order=order))
    assert caught.value is error
    assert (error.shard, error.cursor) == (failing[0], str(failing[1]))
    assert net.in_flight == 0


@pytest.mark.anyio
async def test_an_error_that_is_not_ours_comes_out_as_it_is(network):
    net = network(PAGES)
    error = net.errors["b", 1] = ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError) as caught:
        await found_by(run_of(net))
    assert caught.value is error


@pytest.mark.anyio
async def test_after_an_error_nothing_more_is_asked_for(network):
    net = network(dict.fromkeys(range(100), 5))
    net.errors[0, 1] = refusal()
    async with run_of(net, concurrency=2) as run:
        for _ in range(3):
            with pytest.raises(ServerError):
                await drain(run)
        await anyio.wait_all_tasks_blocked()
        assert len(net.asked) <= 4


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["any", "shard", "plan"])
@pytest.mark.parametrize("seed", range(5))
async def test_collecting_goes_on_and_lists_what_failed(network, order, seed):
    net = network({**PAGES, "e": 4, "f": 1}, seed)
    net.errors = {("a", 1): refusal(), ("c", 7): refusal(), ("e", 3): OSError("no"), ("e", 4): refusal()}
    run = run_of(net, concurrency=3, order=order, on_error="collect")
    found = await found_by(run)
    assert {item for item in found if item[0] in "bdf"} == {item for item in net.items() if item[0] in "bdf"}
    assert len(found) == len(set(found))
    if order == "plan":
        assert found == sorted(found)
    assert sorted(each.key for each in run.failures) == sorted(each.shard for each in run.failures) == ["a", "c", "e"]
    assert {each.key: each.error for each in run.failures}["c"] is net.errors["c", 7]
    assert (run.progress.failures, run.progress.shards) == (3, 3)


@pytest.mark.anyio
async def test_what_failed_can_be_fetched_again_alone(network):
    net = network(PAGES, seed=1)
    net.errors = {("a", 1): refusal(), ("c", 7): refusal()}
    run = run_of(net, on_error="collect")
    await found_by(run)
    net.errors = {}
    again = await found_by(run_of(net, keys=[each.key for each in run.failures]))
    assert sorted(again) == [item for item in net.items() if item[0] in "ac"]


@pytest.mark.anyio
async def test_once_a_shard_is_listed_as_failed_no_more_of_it_comes(network):
    net = network({"a": 4, "b": 1})
    net.errors = {("a", 4): refusal()}
    async with run_of(net, on_error="collect") as run:
        await run.deliveries()
        await anyio.wait_all_tasks_blocked()
        assert [each.key for each in run.failures] == ["a"]
        assert [key for key, _ in await drain(run)] in ([], ["b"])


@pytest.mark.anyio
async def test_a_listed_failure_keeps_no_frames_alive(network):
    net = network({"a": 1})
    net.errors = {("a", 1): refusal()}
    run = run_of(net, on_error="collect")
    await found_by(run)
    assert run.failures[0].error.__traceback__ is None


@pytest.mark.anyio
@pytest.mark.parametrize("on_error", ["raise", "collect"])
async def test_an_error_of_the_callers_own_keys_ends_it(network, on_error):
    def keys():
        yield "a"
        raise LookupError("no more")

    async def arriving():
        for key in keys():
            yield key

    for each in (keys(), arriving()):
        with pytest.raises(LookupError, match="no more"):
            await found_by(run_of(network(PAGES), keys=each, on_error=on_error))


@pytest.mark.anyio
async def test_an_error_of_fetch_is_its_keys_failure(network):
    net = network(PAGES)

    def fetch(key):
        return {"a": net.pager, "b": lambda _: 1 // 0, "c": lambda _: ["no pager"], "d": net.pager}[key](key)

    async with Run(list(PAGES), fetch, on_error="collect") as run:
        assert {key for key, _ in await drain(run)} == {"a", "d"}
    assert [(each.key, type(each.error)) for each in run.failures] == [("b", ZeroDivisionError), ("c", TypeError)]
    assert str(run.failures[1].error) == "fetch must return a Pager, not list"
    with pytest.raises(ZeroDivisionError):
        await found_by(Run(list(PAGES), fetch))


@pytest.mark.anyio
async def test_a_fetch_that_is_a_coroutine_function_is_told_apart():
    async def fetch(key):
        raise NotImplementedError

    with pytest.raises(TypeError, match="fetch must return a Pager, not coroutine"):
        await found_by(Run(["a"], fetch))


# ---- leaving


class Body(Exception):  # noqa: N818  # it stands for whatever the caller's code may raise
    pass


@pytest.mark.anyio
async def test_leaving_early_stops_everything(network):
    net = network(dict.fromkeys(range(50), 50), seed=1)
    before = len(anyio.get_running_tasks())
    async with run_of(net, concurrency=8) as run:
        for _ in range(3):
            await run.deliveries()
        assert len(anyio.get_running_tasks()) == before + 1 + 8  # the workers, and the task they belong to
    assert net.in_flight == run.progress.active == 0
    assert len(anyio.get_running_tasks()) == before


@pytest.mark.anyio
async def test_a_block_that_asks_for_nothing_starts_nothing(network):
    net = network(PAGES)
    async with run_of(net):
        await anyio.wait_all_tasks_blocked()
    assert net.asked == []


@pytest.mark.anyio
@pytest.mark.parametrize("error", [Body("mine"), SystemExit(3), KeyboardInterrupt(), GeneratorExit()])
async def test_an_exception_of_the_body_comes_out_as_it_is(network, error):
    net = network({"a": 100})
    net.close_gate()

    async def body():
        async with run_of(net) as run:
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as group:
                    group.start_soon(cancel_after, 20, scope)
                    await run.deliveries()
            assert net.in_flight == 1
            raise error

    with pytest.raises(type(error)) as caught:
        await body()
    assert caught.value is error
    assert net.in_flight == 0


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["any", "plan"])
@pytest.mark.parametrize("step", range(0, 60, 3))
async def test_a_cancellation_from_outside_stops_everything_at_any_step(network, order, step):
    net = network({n: n % 7 + 1 for n in range(20)}, seed=step)
    before = len(anyio.get_running_tasks())
    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as group:
            group.start_soon(cancel_after, step, scope)
            async with run_of(net, concurrency=5, order=order) as run:
                await drain(run)
                await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert net.in_flight == run.progress.active == 0
    assert len(anyio.get_running_tasks()) == before


async def cancel_after(steps, scope):
    for _ in range(steps):
        await anyio.lowlevel.checkpoint()
    scope.cancel()


@pytest.mark.anyio
async def test_keys_that_all_fail_before_any_request_can_still_be_stopped():
    def fetch(key):
        raise LookupError(key)

    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as group:
            group.start_soon(cancel_after, 20, scope)
            async with Run(count(), fetch, concurrency=2, on_error="collect") as run:
                await run.deliveries()
    assert scope.cancelled_caught
    assert run.failures


@pytest.mark.asyncio
@pytest.mark.parametrize("step", range(0, 60, 3))
async def test_a_cancelled_task_of_asyncio_is_cancelled(network, step):
    net = network({n: n % 7 + 1 for n in range(20)}, seed=step)

    async def work():
        async with run_of(net, concurrency=5) as run:
            await drain(run)
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    for _ in range(step):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()
    assert net.in_flight == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.asyncio
async def test_a_timeout_of_asyncio_around_the_block_is_a_timeout(network):
    net = network({"a": 1})
    net.close_gate()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await found_by(run_of(net))
    assert net.in_flight == 0


@pytest.mark.anyio
async def test_a_consumer_that_gives_up_waiting_can_come_back(network):
    net = network({"a": 2}, seed=1)
    net.close_gate()
    async with run_of(net) as run:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as group:
                group.start_soon(cancel_after, 20, scope)
                await run.deliveries()
        assert scope.cancelled_caught
        net.gate.set()
        assert sorted(await drain(run)) == [("a", 1), ("a", 2)]


@pytest.mark.anyio
async def test_one_run_inside_another(network):
    outer, inner = network({"a": 3, "b": 1}, seed=1), network(dict.fromkeys(range(5), 20), seed=2)
    async with run_of(outer) as run:
        while await run.deliveries() is not None:
            async with run_of(inner) as other:
                await other.deliveries()
            assert inner.in_flight == 0
    assert run.progress.rows == 4


class Arriving:
    """An async iterable that makes a new generator each time, and counts those that are not finished."""

    def __init__(self, keys):
        self.keys = keys
        self.open = 0

    async def __aiter__(self):
        self.open += 1
        try:
            for key in self.keys:
                await anyio.lowlevel.checkpoint()
                yield key
        finally:
            try:
                await anyio.lowlevel.checkpoint()  # it needs the loop to be closed
            finally:
                self.open -= 1


@pytest.mark.anyio
@pytest.mark.parametrize("is_blocked", [False, True])
@pytest.mark.parametrize("steps", [0, 1, 5])
async def test_the_iterator_that_was_made_here_is_closed(network, steps, is_blocked):
    keys = Arriving(range(100))
    async with run_of(network(dict.fromkeys(range(100), 1)), keys=keys, concurrency=2) as run:
        for _ in range(steps):
            await run.deliveries()
        if is_blocked:  # it stands at its yield then, else somewhere in between
            await anyio.wait_all_tasks_blocked()
    assert keys.open == 0


@pytest.mark.anyio
async def test_an_iterator_of_the_callers_own_is_left_to_the_caller(network):
    keys = Arriving(range(100))
    async with aclosing(aiter(keys)) as given:
        async with run_of(network(dict.fromkeys(range(100), 1)), keys=given, concurrency=2) as run:
            await run.deliveries()
            await anyio.wait_all_tasks_blocked()
        assert keys.open == 1
        assert await anext(given) == 5
    assert keys.open == 0


# ---- wrong use


@pytest.mark.anyio
async def test_it_is_entered_once(network):
    run = run_of(network(PAGES))
    async with run:
        with pytest.raises(RuntimeError, match="entered once; make a new one"):
            await run.__aenter__()
    with pytest.raises(RuntimeError, match="entered once; make a new one"):
        await run.__aenter__()


@pytest.mark.anyio
async def test_without_its_block_it_says_how_it_is_used(network):
    with pytest.raises(RuntimeError, match=r'use it as "async with \.\.\. as stream"'):
        await run_of(network(PAGES)).deliveries()


@pytest.mark.anyio
@pytest.mark.parametrize("started", [False, True])
async def test_after_its_block_it_says_that_it_has_ended(network, started):
    async with run_of(network(PAGES)) as run:
        if started:
            await run.deliveries()
    with pytest.raises(RuntimeError, match="has ended: iterate it inside its block"):
        await run.deliveries()


@pytest.mark.anyio
async def test_a_second_consumer_is_refused(network):
    net = network(PAGES)
    net.close_gate()
    async with run_of(net) as run, anyio.create_task_group() as group:
        group.start_soon(drain, run)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(RuntimeError, match="iterated by one task"):
            await run.deliveries()
        net.gate.set()
    assert run.progress.shards == 4


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"concurrency": 0}, ValueError, "concurrency must be at least 1, not 0"),
        ({"concurrency": True}, TypeError, "concurrency must be a whole number, not bool"),
        ({"concurrency": 1.5}, TypeError, "concurrency must be a whole number, not float"),
        ({"on_error": "ignore"}, ValueError, 'on_error must be "raise" or "collect", not \'ignore\''),
        ({"keys": 7}, TypeError, "keys must be an iterable or an async iterable, not int"),
        ({"keys": "abc"}, TypeError, "keys must be an iterable or an async iterable, not str"),
    ],
)
def test_wrong_arguments_are_refused_early(network, arguments, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        run_of(network(PAGES), **arguments)
