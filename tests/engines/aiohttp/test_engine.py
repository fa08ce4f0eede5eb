"""Uploads that meet their answer half-way: what a duplex connection allows, and httpcore does not do."""

from __future__ import annotations

import pytest

from asyncsdk.engines.aiohttp.engine import AiohttpEngine
from asyncsdk.testing.rawserver import RawServer, Reply

LARGE = b"x" * (400 * 65536)


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request):
    return "asyncio", {"use_uvloop": request.param}


@pytest.fixture
async def engine():
    engine = AiohttpEngine()
    yield engine
    await engine.aclose()


pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("status", ["413 Content Too Large", "401 Unauthorized", "503 Busy"])
async def test_a_refusal_ends_the_upload(engine, ask, carry, status):
    refusal = Reply(Reply.ok(b"no", status=status).data, read=0, then="hang")
    async with RawServer(refusal, Reply.ok(b"fine"), receive_buffer=4096) as server:
        answer = await carry(engine, ask("POST", server.url + "/", content=LARGE))
        assert (str(answer.status_code), b"".join(answer.stream)) == (status[:3], b"no")
        # what is left of the upload must not be taken for the next request
        answer = await carry(engine, ask("GET", server.url + "/"))
        assert b"".join(answer.stream) == b"fine"
        assert server.connections == 2


async def test_a_refusal_ends_a_streamed_upload(engine, ask, carry):
    pieces = 0

    async def upload():
        nonlocal pieces
        while pieces < 1000:
            pieces += 1
            yield b"x" * 100_000

    refusal = Reply(Reply.ok(status="413 Content Too Large").data, read=0, then="hang")
    async with RawServer(refusal, receive_buffer=4096) as server:
        answer = await carry(engine, ask("POST", server.url + "/", content=upload()))
        assert answer.status_code == 413
        assert pieces < 1000


async def test_an_answer_that_comes_early_is_no_reason_to_stop(engine, ask, carry):
    early = Reply.ok(b"go on", status="201 Created")

    class Reading(RawServer):
        async def _converse(self, number, stream, connection):
            """Answers at once, and reads the body afterwards."""
            received = len(await stream.receive(100))
            await stream.send(early.data)
            while received < len(LARGE):
                received += len(await stream.receive(1 << 16))
            self.received = received

    async with Reading() as server:
        answer = await carry(engine, ask("POST", server.url + "/", content=LARGE))
        assert (answer.status_code, b"".join(answer.stream)) == (201, b"go on")
        await server.until(lambda s: s.open == 0)
        assert server.received >= len(LARGE)
