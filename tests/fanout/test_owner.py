"""A fan-out inside an async generator, as web servers, pipelines and event loops treat those: closed by any task, at any time."""

from __future__ import annotations

import asyncio
import gc
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

import anyio
import anyio.lowlevel
import httpx
import pytest
import uvloop
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse

import asyncsdk
from asyncsdk import Page, Pager, UnleashAnalytics
from asyncsdk.testing import AnalyticsService, Sandbox

dropped = pytest.mark.filterwarnings("ignore:Async generator .* was garbage collected:ResourceWarning")  # says trio
on_asyncio = pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])


@pytest.fixture(autouse=True)
def _nothing_to_complain_of(caplog):
    """A task that was destroyed, and an exception that nobody retrieved, are only logged."""
    yield
    gc.collect()
    assert [record.getMessage() for record in caplog.get_records("call") + caplog.get_records("teardown")] == []


@asynccontextmanager
async def nothing_left(net, *, within=None):
    """Of a block: at once, or as soon as the event loop has ended what the garbage collector found."""
    before = len(anyio.get_running_tasks())
    yield
    if within is not None:
        gc.collect()
        with anyio.move_on_after(within):
            while len(anyio.get_running_tasks()) > before:
                await anyio.lowlevel.checkpoint()
    assert net.in_flight == 0
    assert len(anyio.get_running_tasks()) == before


async def items(net, **options):
    async with asyncsdk.fan_out(list(net.pages), net.pager, concurrency=4, **options) as stream:
        async for _, item in stream:
            yield item


async def first(stream):
    return await anext(stream)


async def in_a_task(function, *args):
    """What a function gives that is called in a task of its own."""
    found = []

    async def call():
        found.append(await function(*args))

    async with anyio.create_task_group() as group:
        group.start_soon(call)
    return found[0]


def waiting(network):
    """Three pages of this one never come."""
    net = network({"a": 100, "b": 100})
    net.close_gate(("a", 2), ("a", 3), ("a", 4))
    return net


def full(network):
    """All pages of this one come, and nobody takes them."""
    return network({"a": 100, "b": 100})


async def settled(net):
    """Wait until no worker can do anything more."""
    await anyio.wait_all_tasks_blocked()
    assert net.in_flight == (0 if net.gate is None else 3)
    assert len(net.asked) == 1 + 2 * 4


network_is = pytest.mark.parametrize("made", [waiting, full])


# ---- who closes it


@network_is
@pytest.mark.anyio
async def test_another_task_closes_it_and_the_one_that_began_it_goes_on(network, made):
    net = made(network)
    stream, begun, closed = items(net), anyio.Event(), anyio.Event()
    went_on = False

    async def begin():
        nonlocal went_on
        await anext(stream)
        begun.set()
        await closed.wait()
        await anyio.lowlevel.checkpoint()
        went_on = True

    async with nothing_left(net), anyio.create_task_group() as group:
        group.start_soon(begin)
        await begun.wait()
        await settled(net)
        await in_a_task(stream.aclose)
        assert net.in_flight == 0
        closed.set()
    assert went_on


@dropped
@network_is
@pytest.mark.anyio
async def test_the_garbage_collector_ends_it(network, made):
    net = made(network)
    async with nothing_left(net, within=5):
        stream = items(net)
        await anext(stream)
        await settled(net)
        del stream


@dropped
@network_is
@pytest.mark.anyio
async def test_the_garbage_collector_ends_what_refers_to_itself(network, made):
    net = made(network)

    class Source:
        def __init__(self):
            self.stream = self.items()

        async def items(self):
            async for item in items(net):
                yield self, item

    async with nothing_left(net, within=5):
        source = Source()
        await anext(source.stream)
        await settled(net)
        del source


@network_is
@on_asyncio
def test_an_event_loop_that_shuts_its_generators_down_ends_it(network, made, new_loop):
    async def main():
        net = made(network)
        stream = items(net)
        await anext(stream)
        await settled(net)
        await asyncio.get_running_loop().shutdown_asyncgens()
        assert net.in_flight == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}
        with pytest.raises(StopAsyncIteration):
            await anext(stream)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(main())


@network_is
def test_an_event_loop_that_ends_ends_it(network, made, anyio_backend):
    net = made(network)
    stream = items(net)

    async def main():
        await anext(stream)
        await settled(net)
        raise LookupError("mine")

    name, options = anyio_backend
    with pytest.raises(LookupError, match="mine"):
        anyio.run(main, backend=name, backend_options=options)
    assert net.in_flight == 0


@network_is
@on_asyncio
def test_an_event_loop_that_ends_while_somebody_waits_for_a_page_ends_it(network, made, new_loop):
    async def main():
        net = made(network)
        net.close_gate()
        kept.append(asyncio.create_task(first(items(net))))
        await anyio.wait_all_tasks_blocked()
        assert net.in_flight > 0
        return net

    kept = []
    with asyncio.Runner(loop_factory=new_loop) as runner:
        net = runner.run(main())
    assert net.in_flight == 0
    assert kept[0].cancelled()


def test_in_another_event_loop_it_says_so_instead_of_waiting_for_ever(network):
    net = waiting(network)
    stream = items(net)

    async def close():
        await stream.aclose()

    with asyncio.Runner() as one, asyncio.Runner() as other:
        one.run(first(stream))
        with pytest.raises(RuntimeError, match="runs in another event loop, and can be left in that one only"):
            other.run(close())
    assert net.in_flight == 0


def test_after_its_event_loop_it_is_closed_in_another_one(network):
    net = waiting(network)
    with asyncio.Runner() as one:
        run = one.run(entered(net))
    with asyncio.Runner() as other:
        other.run(run.__aexit__(None, None, None))
    assert net.in_flight == 0


async def entered(net):
    run = asyncsdk.fan_out(net.pages, net.pager)
    await run.__aenter__()
    await anext(run)
    return run


# ---- how far it has come


@pytest.mark.anyio
async def test_one_that_was_never_begun_has_nothing_to_leave(network):
    net = full(network)
    async with nothing_left(net, within=5):
        await in_a_task(items(net).aclose)
        items(net)
    assert net.asked == []


@pytest.mark.anyio
async def test_one_that_was_entered_and_never_iterated(network):
    net = full(network)

    async def unread():
        async with asyncsdk.fan_out(net.pages, net.pager):
            yield

    async with nothing_left(net):
        stream = unread()
        await in_a_task(first, stream)
        await in_a_task(stream.aclose)
    assert net.asked == []


@pytest.mark.anyio
@pytest.mark.parametrize("taken", range(19))
async def test_each_item_is_taken_by_a_task_of_its_own_and_yet_another_one_closes_it(network, taken):
    net = network({"a": 3, "b": 1, "c": 12, "d": 2}, seed=taken)
    async with nothing_left(net):
        stream = items(net)
        found = [await in_a_task(first, stream) for _ in range(taken)]
        await in_a_task(stream.aclose)
    assert len(set(found)) == taken


@pytest.mark.anyio
async def test_each_item_is_taken_by_a_task_of_its_own_to_the_end(network):
    net = network({"a": 3, "b": 1, "c": 12, "d": 2}, seed=1)
    async with nothing_left(net):
        stream = items(net, ordered=True)
        assert [await in_a_task(first, stream) for _ in range(18)] == net.items()
        with pytest.raises(StopAsyncIteration):
            await anext(stream)


@pytest.mark.anyio
async def test_a_task_that_is_cancelled_while_it_waits_for_an_item_ends_it(network):
    net = waiting(network)
    async with nothing_left(net):
        stream = items(net, ordered=True)
        await in_a_task(first, stream)
        async with anyio.create_task_group() as group:
            group.start_soon(first, stream)
            await settled(net)
            group.cancel_scope.cancel()
        assert net.in_flight == 0
        with pytest.raises(StopAsyncIteration):
            await anext(stream)


@pytest.mark.anyio
async def test_whoever_waits_for_a_page_hears_that_another_task_has_left(network):
    net = waiting(network)
    told = []

    async def wait(stream):
        with pytest.raises(RuntimeError) as caught:
            await anext(stream)
        told.append(str(caught.value))

    async with (
        nothing_left(net),
        anyio.create_task_group() as group,
        asyncsdk.fan_out(net.pages, net.pager, concurrency=4, ordered=True) as stream,
    ):
        await anext(stream)
        group.start_soon(wait, stream)
        await settled(net)
    assert told == ["this fan-out has ended: iterate it inside its block"]


# ---- cancelled meanwhile


@pytest.mark.anyio
async def test_a_deadline_around_it_ends_it(network):
    net = waiting(network)
    async with nothing_left(net):
        with anyio.move_on_after(0.01) as scope:
            async for _ in items(net, ordered=True):
                pass
        assert scope.cancelled_caught
        with pytest.raises(TimeoutError), anyio.fail_after(0.01):
            async with asyncsdk.fan_out(net.pages, net.pager):
                await anyio.sleep_forever()


@pytest.mark.anyio
async def test_a_deadline_inside_it_ends_one_wait_only(network):
    net = network({"a": 2})
    net.close_gate()
    async with nothing_left(net), asyncsdk.fan_out(net.pages, net.pager) as stream:
        with anyio.move_on_after(0.01) as scope:
            await anext(stream)
        assert scope.cancelled_caught
        await anyio.wait_all_tasks_blocked()
        assert net.in_flight == 1
        net.gate.set()
        assert [item async for _, item in stream] == net.items()


class Slow:
    """A pager whose only page never comes, and which takes its time to let go of it."""

    def __init__(self):
        self.in_flight = 0
        self.letting_go, self.may_let_go = anyio.Event(), anyio.Event()

    def pager(self, key):
        async def strategy(cursor):
            self.in_flight += 1
            try:
                await anyio.sleep_forever()
            finally:
                self.letting_go.set()
                with anyio.CancelScope(shield=True):
                    await self.may_let_go.wait()
                self.in_flight -= 1

        return Pager(strategy)


@pytest.mark.anyio
async def test_a_cancellation_while_it_is_being_left_waits_for_the_workers(network):
    slow = Slow()
    ended = anyio.Event()

    async def consume(scope):
        with scope:
            async with asyncsdk.fan_out(["a"], slow.pager) as stream:
                with anyio.move_on_after(0):
                    await anext(stream)
                await anyio.wait_all_tasks_blocked()
            await anyio.lowlevel.checkpoint()
        ended.set()

    async with nothing_left(slow), anyio.create_task_group() as group:
        scope = anyio.CancelScope()
        group.start_soon(consume, scope)
        await slow.letting_go.wait()
        scope.cancel()
        await anyio.wait_all_tasks_blocked()
        assert not ended.is_set()
        slow.may_let_go.set()
    assert scope.cancelled_caught


@pytest.mark.asyncio
async def test_a_task_of_asyncio_that_is_cancelled_twice_while_leaving_waits_for_the_workers():
    slow = Slow()

    async def consume():
        async with asyncsdk.fan_out(["a"], slow.pager) as stream:
            await anext(stream)

    task = asyncio.create_task(consume())
    await anyio.wait_all_tasks_blocked()
    for _ in range(3):
        task.cancel()
        await slow.letting_go.wait()
        await anyio.wait_all_tasks_blocked()
        assert not task.done()
    slow.may_let_go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert slow.in_flight == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.asyncio
@pytest.mark.parametrize("step", range(6))
async def test_if_all_other_tasks_are_cancelled_nobody_waits_for_ever(network, step):
    net = full(network)
    net.close_gate()
    task = asyncio.create_task(first(items(net)))
    for _ in range(step):
        await asyncio.sleep(0)
    for each in asyncio.all_tasks() - {asyncio.current_task()}:
        each.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert net.in_flight == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.asyncio
async def test_workers_that_somebody_cancels_are_no_end_of_the_list(network):
    net = waiting(network)
    async with asyncsdk.fan_out(net.pages, net.pager, ordered=True) as stream:
        await anext(stream)
        for each in asyncio.all_tasks() - {asyncio.current_task()}:
            each.cancel()
        with pytest.raises(RuntimeError, match="has ended: its tasks were cancelled from outside"):
            await anext(stream)
    assert net.in_flight == 0


def test_an_exit_inside_a_pager_comes_out_as_it_is(anyio_backend):
    async def strategy(cursor):
        raise SystemExit(3)

    async def main():
        async with asyncsdk.fan_out(["a"], lambda key: Pager(strategy)) as stream:
            await anext(stream)

    name, options = anyio_backend
    with pytest.raises(SystemExit) as caught:
        anyio.run(main, backend=name, backend_options=options)
    assert caught.value.code == 3


# ---- what it is used for

VARIABLE = ContextVar("VARIABLE")


@pytest.mark.anyio
async def test_a_pager_sees_the_context_of_who_iterates():
    async def strategy(cursor):
        return Page([VARIABLE.get()])

    VARIABLE.set("seen")
    async with asyncsdk.fan_out(["a"], lambda key: Pager(strategy)) as stream:
        assert [item async for item in stream] == [("a", "seen")]


class Stalling(httpx.AsyncBaseTransport):
    """Answers of a service, which stop coming when none is `left`."""

    def __init__(self, service):
        self.inner = httpx.ASGITransport(Sandbox(service))
        self.left = 0
        self.in_flight = 0

    async def handle_async_request(self, request):
        self.in_flight += 1
        try:
            self.left -= 1
            if self.left < 0:
                await anyio.sleep_forever()
            return await self.inner.handle_async_request(request)
        finally:
            self.in_flight -= 1


class Browser:
    """A client of an ASGI application, and the server between them: it takes so many pieces of the body, and no more.

    An application of version 2.4 finds out when it sends, one of 2.3 by a message.
    """

    def __init__(self, version, pieces):
        self.version = version
        self.pieces = pieces
        self.received = 0
        self.gone = anyio.Event()

    async def get(self, application):
        try:
            await application({"type": "http", "asgi": {"spec_version": self.version}}, self.receive, self.send)
        except ClientDisconnect:
            assert self.version == "2.4"

    async def receive(self):
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        if self.received == self.pieces:
            await self.gone.wait()
            if self.version == "2.4":
                raise OSError("the client has gone")
            await anyio.sleep_forever()
        self.received += message["type"] == "http.response.body"


@dropped
@pytest.mark.anyio
@pytest.mark.parametrize(("version", "pieces"), [("2.3", 0), ("2.3", 1), ("2.3", 1000), ("2.4", 0), ("2.4", 1)])
async def test_a_streaming_response_whose_client_hangs_up(version, pieces):
    service = AnalyticsService(devices=2, rows_per_hour=60, page_size=25)
    start = datetime(2020, 8, 17, 6, tzinfo=UTC)
    transport = Stalling(service)

    async def rows(analytics):
        async with analytics.fan_out(service.device_ids, start, start + timedelta(hours=5)) as stream:
            async for row in stream:
                yield f"{row.timestamp}\n"

    async with UnleashAnalytics("test-key", transport=transport, max_connections=2) as analytics:
        for _ in range(3):  # a permit that one of them kept would be missing then
            browser, transport.left = Browser(version, pieces), 1
            async with nothing_left(transport, within=5), anyio.create_task_group() as server:
                server.start_soon(browser.get, StreamingResponse(rows(analytics)))
                await anyio.wait_all_tasks_blocked()
                assert transport.in_flight == (2 if pieces else 0)
                browser.gone.set()
            assert browser.received == min(pieces, 25)
