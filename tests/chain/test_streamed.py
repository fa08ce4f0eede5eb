"""A body that is read while it arrives: whole, in small pieces, and never silently short."""

from __future__ import annotations

import gc
import gzip

import anyio
import httpx
import pytest

from asyncsdk import (
    ConnectionLostError,
    DecodeError,
    NotFoundError,
    RetryPolicy,
    Timeout,
    TimeoutError,  # noqa: A004
    UnleashAnalytics,
)
from asyncsdk.http.clock import Clock
from asyncsdk.operation import Operation

DOWNLOAD = Operation("test.download", "GET", "/download/{id}", "bytes")


class Instant(Clock):
    """The system's clock, but no wait takes any time."""

    async def sleep(self, seconds):
        pass


class Pieces(httpx.AsyncByteStream):
    """A body that comes in these pieces, the last of which may be an exception; says whether it was closed."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)
        self.closed = False

    def __aiter__(self):
        return self

    async def __anext__(self):
        await anyio.lowlevel.checkpoint()
        if not self.pieces:
            raise StopAsyncIteration
        piece = self.pieces.pop(0)
        if isinstance(piece, Exception):
            raise piece
        return piece

    async def aclose(self):
        self.closed = True


def client_over(*answers, **options):
    given = list(answers)

    async def handler(request):
        answer = given.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    given_options = {"retry": RetryPolicy(max_attempts=1), **options}
    return UnleashAnalytics(
        "test-key", base_url="http://sdk.test", transport=httpx.MockTransport(handler), **given_options
    )


async def read(client):
    async with client.stream(DOWNLOAD, "1") as body:
        return b"".join([piece async for piece in body])


@pytest.mark.anyio
async def test_the_pieces_come_as_they_arrive_and_the_stream_is_closed():
    stream = Pieces(b"a", b"", b"bc")
    client = client_over(httpx.Response(200, headers={"x-a": "b"}, stream=stream))
    async with client.stream(DOWNLOAD, "1") as body:
        assert (body.status, body.headers["x-a"]) == (200, "b")
        assert await anext(body) == b"a"
        assert client.throttle.active == 1
        assert await anext(body) == b"bc"
        assert not stream.closed
    assert stream.closed
    assert client.throttle.active == 0


@pytest.mark.anyio
async def test_a_body_that_is_all_there_is_one_piece():
    assert await read(client_over(httpx.Response(200, content=b"abc"))) == b"abc"
    assert await read(client_over(httpx.Response(200))) == b""


@pytest.mark.anyio
@pytest.mark.parametrize("total", [None, 60])
async def test_a_body_that_is_left_in_the_middle_leaves_no_generator_to_the_loop(total):
    class Generated(httpx.AsyncByteStream):
        async def __aiter__(self):
            yield b"a"
            yield b"b"

    for stream in (httpx.ByteStream(b"abc"), Generated()):
        client = client_over(httpx.Response(200, stream=stream), timeout=Timeout(total=total))
        async with client.stream(DOWNLOAD, "1") as body:
            assert (await anext(body))[:1] == b"a"
        gc.collect()  # trio would warn, and a warning is an error


@pytest.mark.anyio
async def test_an_answer_that_is_an_error_is_raised_and_closed():
    stream = Pieces(b'{"message": "none, with ', b'test-key"}')
    with pytest.raises(NotFoundError, match="none") as caught:
        await read(client_over(httpx.Response(404, stream=stream)))
    assert stream.closed
    assert "test-key" not in str(caught.value) + caught.value.body


@pytest.mark.anyio
async def test_it_is_tried_again_until_its_head_has_come_and_not_after():
    again = {"retry": RetryPolicy(max_attempts=3), "clock": Instant()}
    lost, busy = httpx.ReadError("lost"), httpx.Response(503, stream=Pieces(b"busy"))
    assert await read(client_over(lost, busy, httpx.Response(200, content=b"abc"), **again)) == b"abc"
    broken = httpx.Response(200, stream=Pieces(b"a", httpx.ReadError("lost")))
    with pytest.raises(ConnectionLostError):
        await read(client_over(broken, httpx.Response(200, content=b"abc"), **again))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (httpx.ReadError("reset"), ConnectionLostError),
        (httpx.RemoteProtocolError("cut"), ConnectionLostError),
        (httpx.ReadTimeout("slow"), TimeoutError),
    ],
)
async def test_a_body_that_broke_never_looks_complete(error, expected):
    client = client_over(httpx.Response(200, stream=Pieces(b"a", error)))
    async with client.stream(DOWNLOAD, "1") as body:
        assert await anext(body) == b"a"
        for _ in range(3):
            with pytest.raises(expected) as caught:
                await anext(body)
            assert caught.value.operation == "test.download"


@pytest.mark.anyio
async def test_a_read_that_was_cancelled_never_looks_complete():
    client = client_over(httpx.Response(200, stream=Pieces(b"a", b"b")))
    async with client.stream(DOWNLOAD, "1") as body:
        assert await anext(body) == b"a"
        with anyio.CancelScope() as scope:
            scope.cancel()
            await anext(body)
        with pytest.raises(ConnectionLostError, match="left while it was read"):
            await anext(body)


@pytest.mark.anyio
@pytest.mark.parametrize("coding", ["br", "zstd", "nonsense"])
async def test_a_coding_that_was_not_asked_for_is_an_error(coding):
    client = client_over(httpx.Response(200, headers={"content-encoding": coding}, stream=Pieces(b"abc")))
    with pytest.raises(ConnectionLostError, match="not asked for"):
        await read(client)


@pytest.mark.anyio
async def test_several_codings_are_undone_in_bounded_pieces_and_a_cut_body_never_looks_complete():
    body = b"a" * 1_000_000
    coded = gzip.compress(gzip.compress(body))

    def answer(*pieces):
        return client_over(httpx.Response(200, headers={"content-encoding": "gzip, gzip"}, stream=Pieces(*pieces)))

    async with answer(coded[:100], coded[100:]).stream(DOWNLOAD, "1") as stream:
        pieces = [piece async for piece in stream]
    assert b"".join(pieces) == body
    assert max(map(len, pieces)) <= 1 << 16
    with pytest.raises(ConnectionLostError, match="breaks off"):
        await read(answer(coded[:-1]))


@pytest.mark.anyio
async def test_what_cannot_be_read_is_described_without_secrets():
    client = client_over(httpx.Response(200, headers={"content-type": "text/html"}, content=b""))
    async with client.stream(DOWNLOAD, "1") as body:
        error = body.unreadable("no list", b"<html>test-key</html>")
    assert isinstance(error, DecodeError)
    assert "HTML" in str(error)
    assert "test-key" not in str(error) + error.snippet


@pytest.mark.anyio
async def test_a_path_value_is_checked_before_anything_is_sent():
    with pytest.raises(ValueError, match="id must not be"):
        async with client_over().stream(DOWNLOAD, ".."):
            pytest.fail("it was opened")
