"""A server that answers and resets its connection just as we write on it: what it said is read all the same."""

from __future__ import annotations

import asyncio
import socket
import struct

import aiohttp
import anyio
import httpx
import pytest
import yarl

from asyncsdk.engines.aiohttp.exchange import exchange_whole
from asyncsdk.engines.aiohttp.internals import connect, connect_request
from asyncsdk.engines.aiohttp.lane import Lane

ANSWER = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno"


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request):
    return "asyncio", {"use_uvloop": request.param}


@pytest.mark.anyio
@pytest.mark.parametrize("later", [True, False], ids=["a stream", "the lane"])
async def test_the_answer_before_a_reset_is_read(later):
    """The server acts while the event loop does not look, and then nothing may be read before something is written."""
    listener = socket.create_server(("127.0.0.1", 0))
    connector = aiohttp.TCPConnector()
    url = yarl.URL(f"http://127.0.0.1:{listener.getsockname()[1]}/")
    asked = connect_request(url, loop=asyncio.get_running_loop(), tls=None, proxy=None, proxy_headers={})
    connection = await connect(connector, asked, aiohttp.ClientTimeout())
    lane = Lane(connection, None)
    server, _ = listener.accept()

    server.setblocking(False)

    async def rest():
        yield b"x" * 1000

    async def ask():
        request = httpx.Request("PUT", str(url), content=b"x")
        message, body = await exchange_whole(request, lane, b"PUT / ", rest() if later else None, {}, most=100)
        assert (message.code, body) == (413, b"no")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask)
        while not has_come(server):
            await anyio.lowlevel.checkpoint()
        # from here on the event loop does not look
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.sendall(ANSWER)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        server.close()
        lane.write(b"x")
    connection.close()
    await connector.close()
    listener.close()


def has_come(server):
    try:
        return server.recv(1)
    except BlockingIOError:
        return False
