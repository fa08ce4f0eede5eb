"""What every engine does with a request and an answer that go well."""

from __future__ import annotations

import gzip
import ssl

import anyio
import httpx
import pytest

from asyncsdk.engines.aiohttp.engine import AiohttpEngine
from asyncsdk.engines.choice import default_engine
from asyncsdk.engines.httpx2.engine import Httpx2Engine
from asyncsdk.errors import ConfigurationError
from asyncsdk.testing.rawserver import RawServer, Reply

pytestmark = pytest.mark.anyio

TARGETS = [
    "/",
    "/v1/a%2Fb",
    "/%C3%BC",
    "/100%25",
    "/ap-southeast-2%3Auuid",
    "/joe%40x%3D%7E",
    "/joe%40x=~",
    "/joe@x=~",
    "/a%2fb%3f%23",
    "/a//b/",
    "/!$&'()*+,;=:@-._~",
    "/x?a=%20b",
    "/x?a=+b",
    "/x?a=1&a=2&b=&c",
    "/x?a-b=2&a=1",
    "/x?next=https%3A%2F%2Fexample.com%2F%3Fq%3D1",
    "/x?",
]


@pytest.fixture
def anyio_backend(any_cell):
    return any_cell.backend


async def test_the_request_target_goes_out_as_it_was_built(any_cell, ask, carry):
    async with RawServer() as server, any_cell.engine() as engine:
        for target in TARGETS:
            request = ask("GET", server.url + target)
            assert request.url.raw_path == target.encode()
            await carry(engine, request)
        assert [seen.target for seen in server.requests] == TARGETS


async def test_headers_keep_their_order_their_spelling_and_their_repetitions(any_cell, ask, carry):
    headers = [
        ("Host", "api.example.com"),
        ("X-Api-Key", "test-secret"),
        ("aCCept", "application/json"),
        ("X-Tag", "one"),
        ("X-Tag", "two"),
        ("X-Empty", ""),
        ("X-Quoted", 'a "b", c; d=é'),
    ]
    async with RawServer() as server, any_cell.engine() as engine:
        await carry(engine, ask("GET", server.url + "/", headers=[(n, v.encode()) for n, v in headers]))
        expected = "".join(f"{name}: {value}\r\n" for name, value in headers).encode()
        assert server.requests[0].head == b"GET / HTTP/1.1\r\n" + expected + b"\r\n"


@pytest.mark.parametrize("size", [2, 70_000, 300_000])
async def test_a_body_goes_out_with_its_length(any_cell, ask, carry, size):
    body = b"{}" * (size // 2)
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    async with RawServer() as server, any_cell.engine() as engine:
        for method in methods:
            answer = await carry(engine, ask(method, server.url + "/", content=body))
            assert answer.status_code == 200
        assert [seen.method for seen in server.requests] == methods
        assert {(seen.header("content-length"), seen.body) for seen in server.requests} == {(str(size), body)}


async def test_a_body_without_a_declared_length_gets_one(any_cell, carry):
    async with RawServer() as server, any_cell.engine() as engine:
        request = httpx.Request(
            "DELETE",
            server.url + "/",
            headers={"Host": "example.com"},
            stream=httpx.ByteStream(b'{"ids": [1]}'),
        )
        await carry(engine, request)
        [seen] = server.requests
        assert (seen.header("content-length"), seen.body) == ("12", b'{"ids": [1]}')


async def test_without_a_body_only_methods_that_have_one_send_a_length(any_cell, carry):
    lengths = {"GET": None, "HEAD": None, "DELETE": None, "POST": "0", "PUT": "0", "PATCH": "0"}
    async with RawServer(Reply(b"HTTP/1.1 204 No Content\r\n\r\n")) as server, any_cell.engine() as engine:
        for method in lengths:
            request = httpx.Request(
                method,
                server.url + "/",
                headers={"Host": "x.test"},
                stream=httpx.ByteStream(b""),
            )
            await carry(engine, request)
        assert {seen.method: seen.header("content-length") for seen in server.requests} == lengths
        assert {seen.header("transfer-encoding") for seen in server.requests} == {None}


async def test_a_streamed_upload_is_chunked(any_cell, ask, carry):
    pieces = [b"a" * 10, b"", b"b" * 200_000, b"c"]

    async def upload():
        for piece in pieces:
            yield piece

    async with RawServer() as server, any_cell.engine() as engine:
        await carry(engine, ask("PUT", server.url + "/", content=upload()))
        [seen] = server.requests
        assert seen.header("transfer-encoding") == "chunked"
        assert seen.body == b"".join(pieces)


async def test_a_streamed_upload_of_known_length_is_not_chunked(any_cell, ask, carry):
    async def upload():
        yield b"a" * 100_000
        yield b"b" * 100_000

    async with RawServer() as server, any_cell.engine() as engine:
        request = ask("PUT", server.url + "/", content=upload(), headers={"Content-Length": "200000"})
        await carry(engine, request)
        [seen] = server.requests
        assert (seen.header("transfer-encoding"), len(seen.body)) == (None, 200_000)


@pytest.mark.parametrize("whole", [True, False])
async def test_status_headers_and_body_come_back_raw(any_cell, ask, carry, body_of, whole):
    packed = gzip.compress(b"hello" * 1000)
    reply = Reply.ok(
        packed, status="201 Made it", headers=(("Content-Encoding", "gzip"), ("X-Tag", "1"), ("X-Tag", "2"))
    )
    async with RawServer(reply) as server, any_cell.engine() as engine:
        answer = await carry(engine, ask("GET", server.url + "/"), whole=whole)
        assert answer.status_code == 201
        assert answer.reason_phrase == "Made it"
        assert answer.http_version == "HTTP/1.1"
        assert answer.headers.get_list("x-tag") == ["1", "2"]
        assert isinstance(answer.stream, httpx.ByteStream) == whole
        assert await body_of(answer) == packed


async def test_httpx_decodes_what_the_engine_left_encoded(any_cell):
    reply = Reply.ok(gzip.compress(b'{"a": 1}'), headers=(("Content-Encoding", "gzip"),))
    async with RawServer(reply) as server, any_cell.engine() as engine:
        client = httpx.AsyncClient(transport=engine)
        assert (await client.get(server.url)).json() == {"a": 1}


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3;x=y\r\ndef\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n0\r\nX-Trailer: 1\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef",
    ],
    ids=["chunked", "trailer", "early hints", "continue"],
)
async def test_framing_is_taken_off_and_the_connection_kept(any_cell, ask, carry, body_of, data, whole):
    async with RawServer(Reply(data)) as server, any_cell.engine() as engine:
        for _ in range(2):
            answer = await carry(engine, ask("GET", server.url + "/"), whole=whole)
            assert (answer.status_code, await body_of(answer)) == (200, b"abcdef")
        assert server.connections == 1


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
async def test_a_body_without_length_ends_with_its_connection(any_cell, ask, carry, body_of, version):
    data = b"HTTP/" + version + b" 200 OK\r\n\r\nabcdef"
    async with RawServer(Reply(data, then="close")) as server, any_cell.engine() as engine:
        for _ in range(2):
            answer = await carry(engine, ask("GET", server.url + "/"))
            assert await body_of(answer) == b"abcdef"
            assert answer.http_version == f"HTTP/{version.decode()}"
        assert server.connections == 2


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", "200 OK"), ("GET", "204 No Content"), ("GET", "304 Not Modified")]
)
async def test_answers_without_a_body_keep_the_connection(any_cell, ask, carry, body_of, method, status):
    length = b"" if "204" in status else b"Content-Length: 10\r\n"
    data = b"HTTP/1.1 " + status.encode() + b"\r\n" + length + b"\r\n"
    async with RawServer(Reply(data)) as server, any_cell.engine() as engine:
        for whole in (True, False):
            answer = await carry(engine, ask(method, server.url + "/"), whole=whole)
            assert await body_of(answer) == b""
        assert server.connections == 1


async def test_a_stream_gives_what_has_come_before_the_rest(any_cell, ask, carry):
    more = anyio.Event()

    async def slowly():
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc"
        await more.wait()
        yield b"def"

    async with RawServer(Reply(slowly)) as server, any_cell.engine() as engine:
        answer = await carry(engine, ask("GET", server.url + "/"), whole=False)
        pieces = []
        async for piece in answer.stream:
            pieces.append(piece)
            more.set()
        assert pieces == [b"abc", b"def"]
        await answer.aclose()


async def test_a_large_body_is_not_held_in_memory_by_the_engine(any_cell, ask, carry):
    sent = 0

    async def endless():
        nonlocal sent
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while True:
            yield b"x" * 65536
            sent += 65536

    async with RawServer(Reply(endless)) as server, any_cell.engine() as engine:
        answer = await carry(engine, ask("GET", server.url + "/"), whole=False)
        async for _ in answer.stream:
            break
        # nobody reads: the server can go on only as long as there is room in between
        before = -1
        while before != sent:
            before = sent
            for _ in range(50):
                await anyio.lowlevel.checkpoint()
        assert sent < 64 << 20
        await answer.aclose()
        await server.until(lambda s: s.open == 0)


async def test_an_answer_read_to_its_end_gives_its_connection_back(any_cell, ask, carry, body_of):
    async with RawServer(Reply.ok(b"a" * 300_000)) as server, any_cell.engine() as engine:
        for _ in range(3):
            answer = await carry(engine, ask("GET", server.url + "/"), whole=False)
            assert len(await body_of(answer)) == 300_000
        assert server.connections == 1


async def test_an_answer_closed_early_closes_its_connection(any_cell, ask, carry):
    async with RawServer(Reply.ok(b"a" * 3_000_000)) as server, any_cell.engine(max_connections=1) as engine:
        for _ in range(3):
            answer = await carry(engine, ask("GET", server.url + "/"), whole=False)
            await answer.aclose()
            await answer.aclose()
        assert server.connections == 3
        await server.until(lambda s: s.open == 0)


async def test_cookies_are_not_kept(any_cell, ask, carry):
    reply = Reply.ok(headers=(("Set-Cookie", "session=test-secret; Path=/"),))
    async with RawServer(reply) as server, any_cell.engine() as engine:
        for _ in range(2):
            await carry(engine, ask("GET", server.url + "/"))
        assert [seen.header("cookie") for seen in server.requests] == [None, None]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
async def test_redirects_are_answers(any_cell, ask, carry, status):
    async with (
        RawServer(Reply.ok(status=status, headers=(("Location", "/elsewhere"),))) as server,
        any_cell.engine() as engine,
    ):
        answer = await carry(engine, ask("POST", server.url + "/", content=b"{}"))
        assert str(answer.status_code) == status[:3]
        assert len(server.requests) == 1


async def test_tls_with_a_private_authority(any_cell, ask, carry, server_tls, client_tls):
    async with RawServer(Reply.ok(b"safe"), ssl_context=server_tls) as server:
        async with any_cell.engine(ssl_context=client_tls) as engine:
            for whole in (True, False):
                answer = await carry(engine, ask("GET", server.url + "/"), whole=whole)
                assert b"".join([piece async for piece in answer.stream]) == b"safe"
                await answer.aclose()
            assert server.connections == 1
        await server.until(lambda s: s.open == 0)


async def test_tls_answers_that_are_left_unread_close_cleanly(any_cell, ask, carry, server_tls, client_tls):
    async with RawServer(Reply.ok(b"x" * 3_000_000), ssl_context=server_tls) as server:
        async with any_cell.engine(ssl_context=client_tls) as engine:
            answer = await carry(engine, ask("GET", server.url + "/"), whole=False)
            await answer.aclose()
        await server.until(lambda s: s.open == 0)


async def test_a_server_of_another_authority_is_not_spoken_to(any_cell, ask, carry, server_tls):
    async with (
        RawServer(ssl_context=server_tls) as server,
        any_cell.engine(ssl_context=ssl.create_default_context()) as engine,
    ):
        with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
            await carry(engine, ask("GET", server.url + "/", headers={"X-Api-Key": "test-secret"}))
        assert server.requests == []


async def test_the_default_engine_is_the_one_for_the_running_loop(any_cell):
    engine = default_engine()
    assert type(engine) is (Httpx2Engine if any_cell.loop == "trio" else AiohttpEngine)
    await engine.aclose()


async def test_a_closed_engine_says_so(any_cell, ask, carry):
    async with RawServer() as server:
        async with any_cell.engine() as engine:
            await carry(engine, ask("GET", server.url + "/"))
            await engine.aclose()
        with pytest.raises(ConfigurationError, match="closed"):
            await carry(engine, ask("GET", server.url + "/"))
        await engine.aclose()
        await server.until(lambda s: s.open == 0)
