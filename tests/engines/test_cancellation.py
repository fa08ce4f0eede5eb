"""Cancellation at any await leaves no connection, no task and no place in the pool behind."""

from __future__ import annotations

import types
from contextlib import aclosing

import anyio
import httpx
import pytest

from asyncsdk.engines.aiohttp.engine import AiohttpEngine
from asyncsdk.errors import ConfigurationError
from asyncsdk.testing.rawserver import RawServer, Reply

pytestmark = pytest.mark.anyio

AT_ONCE = 4
ENOUGH = 5.0


@pytest.fixture
def anyio_backend(own_cell):
    return own_cell.backend


@pytest.fixture
def at_full_strength(ask, carry):
    """Asserts that requests still get through, so many at once, and that none is left over."""

    async def check(engine, server, at_once):
        server.asked = 0
        with anyio.fail_after(ENOUGH):
            async with anyio.create_task_group() as tasks:
                for _ in range(at_once):
                    tasks.start_soon(carry, engine, ask("GET", server.url + "/together", timeout=None))
                await server.until(lambda s: s.asked == at_once)
                server.together.set()
        server.together = anyio.Event()
        if isinstance(engine, AiohttpEngine):
            assert engine.in_use == 0

    return check


class Server(RawServer):
    """Answers ``/together`` once its event is set, and all else from its replies."""

    def __init__(self, reply, **options):
        super().__init__(self._choose, keep_bodies=False, **options)
        self.together = anyio.Event()
        self.asked = 0
        self._reply = reply

    def _choose(self, request):
        if request.target != "/together":
            return self._reply
        self.asked += 1
        return Reply.ok(b"{}", gate=self.together)


async def steps(number):
    for _ in range(number):
        await anyio.lowlevel.checkpoint()


async def run_and_cancel(work, after):
    """Run something, cancel it after so many steps of the event loop, and tell whether it had come to its end."""
    finished = False

    async def run():
        nonlocal finished
        await work()
        finished = True

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run)
        await steps(after)
        tasks.cancel_scope.cancel()
    return finished


@types.coroutine
def until_await(work, number, cancel):
    """Run a coroutine, and cancel it as it is about to wait for the n-th time."""
    waits = 0
    step, sent = work.send, None
    while True:
        try:
            wanted = step(sent)
        except StopIteration as finished:
            return finished.value
        waits += 1
        if waits == number:
            cancel()
        try:
            step, sent = work.send, (yield wanted)
        except BaseException as error:  # noqa: BLE001  # as `await` does
            step, sent = work.throw, error


async def every_await(work):
    """Cancel something as it waits for the first time, the second, ... until it has come to its end."""
    number = 0
    finished = False

    async def run():
        nonlocal finished
        await work()
        finished = True

    while not finished:
        number += 1
        with anyio.CancelScope() as scope:
            await until_await(run(), number, scope.cancel)
    assert number > 2


async def every_step(work):
    """Cancel something after 0, 1, 2, ... steps, until it has come to its end ten times."""
    after = finished = 0
    while finished < 10:
        finished += await run_and_cancel(work, after)
        after += 1
    assert after > 10


@pytest.mark.parametrize("content", [None, b"x" * 3_000_000], ids=["no body", "a large body"])
@pytest.mark.parametrize("whole", [True, False])
async def test_at_every_step_of_a_request(own_cell, ask, carry, at_full_strength, whole, content):
    async with Server(Reply.ok(b"y" * 300_000)) as server:
        resting = len(anyio.get_running_tasks())
        async with own_cell.engine() as engine:

            async def work():
                answer = await carry(engine, ask("POST", server.url + "/", content=content), whole=whole)
                try:
                    async for _ in answer.stream:
                        pass
                finally:
                    await answer.aclose()

            await every_await(work)
            await every_step(work)
            await at_full_strength(engine, server, AT_ONCE)
        await server.until(lambda s: s.open == 0)
        await steps(10)
        assert len(anyio.get_running_tasks()) == resting


async def test_at_every_await_of_a_request_over_tls(own_cell, ask, carry, at_full_strength, server_tls, client_tls):
    async with Server(Reply.ok(b"y", headers=(("Connection", "close"),)), ssl_context=server_tls) as server:
        async with own_cell.engine(ssl_context=client_tls) as engine:

            async def work():
                await carry(engine, ask("GET", server.url + "/"))

            await every_await(work)
            await at_full_strength(engine, server, AT_ONCE)
        await server.until(lambda s: s.open == 0)


async def test_at_every_await_of_a_request_through_a_tunnel(
    own_cell, ask, carry, at_full_strength, server_tls, client_tls, monkeypatch
):
    tunnel = Reply(b"HTTP/1.1 200 Connected\r\n\r\n", then="tunnel")
    async with Server(Reply.ok(b"y"), ssl_context=server_tls) as server, RawServer(tunnel) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        async with own_cell.engine(ssl_context=client_tls) as engine:

            async def work():
                await carry(engine, ask("GET", server.url + "/"))

            await every_await(work)
            await at_full_strength(engine, server, AT_ONCE)
        await server.until(lambda s: s.open == 0)
        await proxy.until(lambda s: s.open == 0)


async def test_at_every_step_of_an_upload_that_streams(own_cell, ask, carry, at_full_strength):
    async def upload():
        for _ in range(5):
            yield b"x" * 200_000

    async with Server(Reply.ok(b"y")) as server, own_cell.engine() as engine:

        async def work():
            async with aclosing(upload()) as pieces:
                await carry(engine, ask("PUT", server.url + "/", content=pieces))

        await every_await(work)
        await every_step(work)
        await at_full_strength(engine, server, AT_ONCE)


async def test_rounds_of_cancelled_fan_outs(own_cell, ask, carry, at_full_strength):
    async def read(engine, request, whole):
        answer = await carry(engine, request, whole=whole)
        try:
            async for _ in answer.stream:
                pass
        finally:
            await answer.aclose()

    async with Server(Reply.ok(b"y" * 10_000)) as server, own_cell.engine() as engine:
        for turn in range(30):
            async with anyio.create_task_group() as tasks:
                for number in range(32):
                    request = ask("GET", f"{server.url}/{number}", timeout=None)
                    tasks.start_soon(read, engine, request, number % 2 == 0)
                await steps(turn * 3)
                tasks.cancel_scope.cancel()
            await at_full_strength(engine, server, 8)
            await server.until(lambda s: s.open <= 32)


async def test_closing_the_engine_ends_what_is_under_way(own_cell, ask, carry):
    gate = anyio.Event()
    failures = []

    async def ask_and_wait(whole):
        try:
            answer = await carry(engine, ask("GET", server.url + "/", timeout=None), whole=whole)
            async for _ in answer.stream:
                pass
        except (httpx.TransportError, httpx.StreamError) as error:
            failures.append(error)

    async def half():
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"
        await gate.wait()

    async with RawServer(Reply(half)) as server, own_cell.engine() as engine:
        with anyio.fail_after(ENOUGH):
            async with anyio.create_task_group() as tasks:
                for whole in (True, False):
                    tasks.start_soon(ask_and_wait, whole)
                await server.until(lambda s: len(s.requests) == 2)
                await steps(20)
                await engine.aclose()
            assert len(failures) == 2


async def test_closing_the_engine_at_any_step_ends_what_is_under_way(own_cell, ask, carry):
    """Also where the connection is being made, and would be there only after all others were closed."""
    failures = []

    async def ask_and_wait():
        try:
            await carry(engine, ask("GET", server.url + "/", timeout=None))
        except (httpx.TransportError, ConfigurationError) as error:
            failures.append(error)

    async with RawServer(Reply(then="hang")) as server:
        for after in range(30):
            async with own_cell.engine() as engine:
                with anyio.fail_after(ENOUGH):
                    async with anyio.create_task_group() as tasks:
                        tasks.start_soon(ask_and_wait)
                        await steps(after)
                        await engine.aclose()
            assert len(failures) == after + 1
