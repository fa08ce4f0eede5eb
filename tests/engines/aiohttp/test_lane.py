"""Whole answers come out the same however they arrive: by the lane, by aiohttp's own protocol, or begun by one and ended by the other."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import httpx
import pytest
from aiohttp.client_proto import ResponseHandler
from hypothesis import given, strategies as st

from asyncsdk.engines.aiohttp.exchange import exchange, exchange_whole
from asyncsdk.engines.aiohttp.internals import handler_of
from asyncsdk.engines.aiohttp.lane import Lane

LONG = b"x" * 300_000
LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef"
ANSWERS = {
    "length": LENGTH,
    "another spelling": b"HTTP/1.1 200 OK\r\nX-Tag: 1\r\ncontent-LENGTH:6\r\nX-Tag: 2\r\n\r\nabcdef",
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n0\r\n\r\n",
    "a hint before it": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + LENGTH,
    "continue": b"HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n" + LENGTH,
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 6\n\nabcdef",
}
OTHERS = {
    "long": (b"HTTP/1.1 404 Not Found\r\nContent-Length: 300000\r\n\r\n" + LONG, 404, LONG),
    "empty": (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, b""),
    "none": (b"HTTP/1.1 204 No Content\r\nContent-Length: 6\r\n\r\n", 204, b""),
    "unchanged": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\n", 304, b""),
    # the first blank line of the usual kind stands in the body
    "a head in the body": (
        b"HTTP/1.1 200 OK\nContent-Length: 31\n\n\r\nContent-Length: 4\r\n\r\nabcdefgh",
        200,
        b"\r\nContent-Length: 4\r\n\r\nabcdefgh",
    ),
}
WELL_FORMED = {**{name: (data, 200, b"abcdef") for name, data in ANSWERS.items()}, **OTHERS}
REQUEST = httpx.Request("GET", "http://example.test/")
HEAD_REQUEST = httpx.Request("HEAD", "http://example.test/")
HEAD = b"GET / HTTP/1.1\r\n\r\n"
READ = 60.0


class Wire(asyncio.Transport):
    """A connection whose other end is the test."""

    def __init__(self, protocol):
        super().__init__()
        self.protocol = protocol
        self.written = b""
        self.closing = False

    def set_protocol(self, protocol):
        self.protocol = protocol

    def get_protocol(self):
        return self.protocol

    def write(self, data):
        self.written += data

    def is_closing(self):
        return self.closing

    def pause_reading(self):
        pass

    resume_reading = pause_reading

    def abort(self):
        self.closing = True

    close = abort


class Clock(asyncio.SelectorEventLoop):
    """An event loop whose time passes when the test says so."""

    now = 1000.0

    def time(self):
        return self.now


class Peer:
    """One connection, and what is asked and answered on it."""

    def __init__(self, loop):
        self.loop = loop
        self.protocol = ResponseHandler(loop)
        self.wire = Wire(self.protocol)
        self.protocol.connection_made(self.wire)
        self.lane = loop.run_until_complete(self.made())
        self.handler = handler_of(self)

    async def made(self):
        return Lane(self, None)

    def turn(self, count=5):
        """Let everybody do what there is to do."""
        for _ in range(count):
            self.loop.run_until_complete(asyncio.sleep(0))

    def ask(self, request=REQUEST, most=1 << 30):
        task = self.loop.create_task(exchange_whole(request, self.lane, HEAD, None, {"read": READ}, most=most))
        self.turn()
        return task

    def ask_for_a_stream(self, request=REQUEST):
        task = self.loop.create_task(exchange(request, self.lane, HEAD, None, {"read": READ}))
        self.turn()
        return task

    def say(self, *pieces, turns=0):
        for piece in pieces:
            self.wire.protocol.data_received(piece)
            self.turn(turns)

    def hang_up(self, error=None):
        if error is None:
            self.wire.protocol.eof_received()
        self.wire.closing = True
        self.wire.protocol.connection_lost(error)

    def answer(self, task):
        message, body = self.loop.run_until_complete(task)
        return message.code, body


@pytest.fixture
def loop():
    loop = Clock()
    yield loop
    loop.close()


def cut(data, places):
    bounds = [0, *sorted({place % len(data) for place in places} - {0}), len(data)]
    return [data[start:stop] for start, stop in pairwise(bounds)]


@pytest.mark.parametrize("turns", [0, 3], ids=["at once", "one by one"])
@pytest.mark.parametrize("name", WELL_FORMED)
@given(places=st.lists(st.integers(0, 400_000), max_size=4))
def test_an_answer_comes_out_whole_however_it_is_cut(name, turns, places):
    data, status, body = WELL_FORMED[name]
    loop = Clock()
    try:
        peer = Peer(loop)
        for _ in range(2):
            task = peer.ask()
            peer.say(*cut(data, places), turns=turns)
            assert peer.answer(task) == (status, body)
            assert peer.lane.at_rest()
        assert peer.wire.written == HEAD * 2
    finally:
        loop.close()


@pytest.mark.parametrize("error", [None, ConnectionResetError("reset")], ids=["closed", "reset"])
@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_breaks_off_anywhere_is_an_error(loop, name, error):
    data = ANSWERS[name]
    for size in range(len(data)):
        peer = Peer(loop)
        task = peer.ask()
        if size:
            peer.say(data[:size])
        peer.hang_up(error)
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)) as caught:
            peer.answer(task)
        assert caught.value.request is REQUEST
        assert not peer.lane.at_rest()


@pytest.mark.parametrize(
    ("said", "why"), [(LENGTH[:10], "without an answer"), (LENGTH[:-1], "before the end of the body")]
)
def test_the_error_says_what_is_missing(loop, said, why):
    peer = Peer(loop)
    task = peer.ask()
    peer.say(said)
    peer.hang_up()
    with pytest.raises(httpx.RemoteProtocolError, match=why):
        peer.answer(task)


@pytest.mark.parametrize("again", [b"!", LENGTH], ids=["noise", "an answer"])
@pytest.mark.parametrize("when", ["with it", "after it", "later"])
def test_bytes_that_nobody_asked_for_end_the_connection(loop, again, when):
    peer = Peer(loop)
    task = peer.ask()
    if when == "with it":
        peer.say(LENGTH + again)
    elif when == "after it":
        peer.say(LENGTH, again)
    assert when == "later" or peer.answer(task) == (200, b"abcdef")
    if when == "later":
        peer.say(LENGTH)
        assert peer.answer(task) == (200, b"abcdef")
        peer.say(again)
    assert not peer.lane.at_rest()


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 7\r\n\r\nabcdef",
        b"HTTP/1.1 200 OK\r\nContent-Length: six\r\n\r\nabcdef",
        b"HTTP/1.1 200 OK\r\nContent-Length: -6\r\n\r\nabcdef",
        b"SSH-2.0-OpenSSH\r\ncontent-length: 6\r\n\r\nabcdef",
    ],
)
def test_what_is_not_http_is_an_error(loop, data):
    peer = Peer(loop)
    task = peer.ask()
    peer.say(data)
    with pytest.raises(httpx.RemoteProtocolError, match="not HTTP"):
        peer.answer(task)
    assert not peer.lane.at_rest()


def test_an_answer_that_says_so_is_the_last_on_its_connection(loop):
    peer = Peer(loop)
    task = peer.ask()
    peer.say(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 6\r\n\r\nabcdef")
    assert peer.answer(task) == (200, b"abcdef")
    assert not peer.lane.at_rest()


@pytest.mark.parametrize(
    "said", [b"", LENGTH[:20], LENGTH[:-3]], ids=["nothing", "part of the head", "part of the body"]
)
def test_silence_is_a_timeout_on_every_request_of_a_connection(loop, said):
    peer = Peer(loop)
    for _ in range(3):  # whichever timers are left from the requests before
        task = peer.ask()
        loop.now += READ / 2
        peer.say(LENGTH)
        assert peer.answer(task) == (200, b"abcdef")
        loop.now += READ - 1
    task = peer.ask()
    if said:
        peer.say(said)
    loop.now += READ - 1
    peer.turn()
    assert not task.done()
    loop.now += 2
    peer.turn()
    with pytest.raises(httpx.ReadTimeout):
        peer.answer(task)


def test_what_comes_in_time_is_no_silence(loop):
    peer = Peer(loop)
    task = peer.ask()
    for piece in (LENGTH[:-5], b"b", b"c", b"d", b"e"):
        peer.say(piece)
        loop.now += READ - 1
        peer.turn()
    peer.say(b"f")
    assert peer.answer(task) == (200, b"abcdef")


def test_no_timer_outlives_its_connection(loop):
    peer = Peer(loop)
    task = peer.ask()
    peer.say(LENGTH)
    peer.answer(task)
    peer.hang_up()
    assert not [handle for handle in loop._scheduled if not handle.cancelled()]


def test_a_stream_after_a_whole_answer_is_one(loop):
    """The lane gives the connection back to aiohttp's protocol, and takes it again."""
    peer = Peer(loop)
    for _ in range(2):
        task = peer.ask()
        peer.say(LENGTH)
        assert peer.answer(task) == (200, b"abcdef")
        task = peer.ask_for_a_stream()
        peer.say(LENGTH[:-3])
        message, payload = loop.run_until_complete(task)
        assert (message.code, loop.run_until_complete(payload.readany())) == (200, b"abc")
        peer.say(LENGTH[-3:])
        assert loop.run_until_complete(payload.read()) == b"def"
        assert peer.lane.at_rest()
