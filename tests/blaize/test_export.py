"""The export as a caller sees it, over real connections where these can break."""

from __future__ import annotations

import gzip
import json
import zlib

import anyio
import httpx
import pytest
from loops import every_loop

from asyncsdk import (
    AuthenticationError,
    ConnectionLostError,
    DecodeError,
    PaginationError,
    RetryPolicy,
    SDKError,
    ServerError,
    Timeout,
    TimeoutError,  # noqa: A004  # the contract's name
    to_dict,
)
from asyncsdk.blaize import Blaize, ExportedUser
from asyncsdk.testing.rawserver import RawServer, Reply

anyio_backend = every_loop

pytestmark = pytest.mark.anyio


def row(number):
    return {"seq-no": number, "user": {"identifiers": {"email_address": f"joe{number}@company.com"}, "attributes": {}}}


def rows(count, first=1):
    return [row(number) for number in range(first, first + count)]


def head(*lines):
    return "\r\n".join(["HTTP/1.1 200 OK", "Content-Type: application/json", *lines, "", ""]).encode()


def chunked(*pieces):
    """A body in chunks, which is how a service sends what it does not know the length of."""
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)


def client_of(server, **options):
    given = {"retry": RetryPolicy(max_attempts=1), **options}
    return Blaize(access_key="test-access", secret_key="test-secret", base_url=server.url, **given)


async def all_of(export):
    async with export as users:
        return [user async for user in users]


async def numbers_until_broken(client, **options):
    """The rows that came before the error, and the error."""
    found = []
    try:
        async with client.users.export(**options) as users:
            async for user in users:
                found.append(user.seq_no)  # noqa: PERF401  # what came before the error counts
    except SDKError as error:
        return found, error
    pytest.fail(f"it looks complete, with {len(found)} rows")


async def test_rows_are_models_that_keep_what_was_sent():
    body = json.dumps([{**row(1), "user": {**row(1)["user"], "extended": {"quiz1": {"a": 1.0}}}}]).encode()
    async with RawServer(Reply.ok(body)) as server, client_of(server) as client:
        (user,) = await all_of(client.users.export(attributes=True, app_ids=["quiz1", "survey4"]))
        assert type(user) is ExportedUser
        assert user.user.identifiers.email_address == "joe1@company.com"
        assert user.user.extra == {"extended": {"quiz1": {"a": 1.0}}}
        assert to_dict([user]) == json.loads(body)
        assert server.requests[0].target == "/v3/user-export?attributes=true&appIds=quiz1%2Csurvey4"


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_a_compressed_export_is_read_while_it_arrives(coding):
    body = json.dumps(rows(5000)).encode()
    packed = gzip.compress(body) if coding == "gzip" else zlib.compress(body)
    answer = Reply.ok(packed, headers=(("Content-Encoding", coding),))
    async with RawServer(answer) as server, client_of(server) as client:
        assert [user.seq_no for user in await all_of(client.users.export())] == list(range(1, 5001))


async def test_rows_come_out_before_the_list_has_ended():
    gate = anyio.Event()

    async def slowly():
        yield head("Transfer-Encoding: chunked") + chunked(b"[" + json.dumps(row(1)).encode())
        await gate.wait()
        yield chunked(b"," + json.dumps(row(2)).encode() + b"]", b"")

    async with RawServer(Reply(slowly)) as server, client_of(server) as client, client.users.export() as users:
        assert (await anext(users)).seq_no == 1
        assert users.items_read == 1
        gate.set()
        assert [user.seq_no async for user in users] == [2]
        assert users.items_read == 2


async def test_a_list_in_lists_and_a_list_in_pages_are_followed():
    def page(request):
        number = 1 if "page=" not in request.target else int(request.target.partition("page=")[2].partition("&")[0])
        links = {
            "first": {"page": 1},
            "next": {"url": "http://elsewhere.test/", "page": number + 1} if number < 3 else None,
        }
        body = {"links": links, "results": [rows(2, 2 * number - 1)], "meta": {"count": 6, "rpp": 2, "paginated": True}}
        return Reply.ok(json.dumps(body).encode())

    async with RawServer(page) as server, client_of(server) as client:
        assert [user.seq_no for user in await all_of(client.users.export(rpp=2, grants=True))] == [1, 2, 3, 4, 5, 6]
        assert [request.target.partition("?")[2] for request in server.requests] == [
            "grants=true&rpp=2",
            "grants=true&page=2&rpp=2",
            "grants=true&page=3&rpp=2",
        ]


@pytest.mark.parametrize(
    ("data", "then"),
    [
        (head("Content-Length: 100000") + json.dumps(rows(3)).encode()[:-1], "close"),
        (head("Content-Length: 100000") + json.dumps(rows(3)).encode()[:-1], "reset"),
        (head("Transfer-Encoding: chunked") + chunked(json.dumps(rows(3)).encode()[:-1]), "close"),
        (head("Connection: close") + json.dumps(rows(3)).encode()[:-1], "close"),
        (head("Connection: close") + json.dumps([*rows(3), row(4)]).encode()[:-20], "close"),
        (Reply.ok(json.dumps(rows(3)).encode()[:-1]).data, "keep"),
    ],
    ids=["length", "reset", "chunked", "unfinished", "in a row", "finished but no list"],
)
async def test_a_list_that_breaks_off_gives_its_rows_and_then_an_error(data, then):
    async with RawServer(Reply(data, then=then)) as server, client_of(server) as client:
        found, error = await numbers_until_broken(client)
        assert isinstance(error, ConnectionLostError)
        # what was still on its way when a connection is reset may be lost with it
        assert found == [1, 2, 3] or (then == "reset" and found == [])
        assert error.items_read == len(found)
        assert error.operation == "blaize.users.export"


async def test_a_compressed_list_that_breaks_off_is_an_error_too():
    packed = gzip.compress(json.dumps(rows(3)).encode())[:-5]
    answer = Reply.ok(packed, headers=(("Content-Encoding", "gzip"),))
    async with RawServer(answer) as server, client_of(server) as client:
        found, error = await numbers_until_broken(client)
        assert isinstance(error, ConnectionLostError)
        assert error.items_read == len(found)


async def test_after_an_error_the_list_never_looks_complete():
    body = Reply(head("Content-Length: 100000") + json.dumps(rows(1)).encode()[:-1], then="close")
    async with RawServer(body) as server, client_of(server) as client, client.users.export() as users:
        assert (await anext(users)).seq_no == 1
        for _ in range(3):
            with pytest.raises(ConnectionLostError):
                await anext(users)


async def test_a_read_that_was_cancelled_leaves_no_list_that_looks_complete():
    async def hanging():
        yield head("Transfer-Encoding: chunked") + chunked(b"[" + json.dumps(row(1)).encode())
        await anyio.sleep_forever()

    async with RawServer(Reply(hanging)) as server, client_of(server) as client, client.users.export() as users:
        assert (await anext(users)).seq_no == 1
        with anyio.CancelScope() as scope:
            scope.cancel()
            await anext(users)
        with pytest.raises(ConnectionLostError):
            await anext(users)


async def test_a_failed_page_is_named_so_that_the_export_can_go_on():
    def page(request):
        if "page=2" in request.target:
            return Reply(head("Content-Length: 100000") + b'{"results": [' + json.dumps(row(3)).encode(), then="close")
        return Reply.ok(json.dumps({"results": rows(2), "links": {"next": {"page": 2}}}).encode())

    async with RawServer(page) as server, client_of(server) as client:
        found, error = await numbers_until_broken(client)
        assert (found, error.items_read, error.cursor) == ([1, 2, 3], 3, "2")
        found, error = await numbers_until_broken(client, page=int(error.cursor))
        assert (found, error.items_read, error.cursor) == ([3], 1, "2")


@pytest.mark.parametrize(
    "body",
    [
        b'{"message": "Forbidden, test-secret"}',
        b"<!DOCTYPE html><html><title>Sign in</title></html>",
        b"null",
        b"",
        b"[1]",
        b"[{}]{}",
        b'[{"seq-no": 1}, nope]',
    ],
)
async def test_what_is_no_list_of_users_is_an_error(body):
    async with RawServer(Reply.ok(body)) as server, client_of(server) as client:
        _, error = await numbers_until_broken(client)
        assert isinstance(error, DecodeError)
        assert error.operation == "blaize.users.export"
        assert "test-secret" not in str(error) + error.snippet


async def test_links_that_go_in_circles_are_an_error():
    body = json.dumps({"results": rows(1), "links": {"next": {"page": 1}}}).encode()
    async with RawServer(Reply.ok(body)) as server, client_of(server) as client:
        found, error = await numbers_until_broken(client)
        assert isinstance(error, PaginationError)
        assert found == [1]


async def test_an_empty_export_is_empty():
    async with RawServer(Reply.ok(b"[]"), Reply.ok(b'{"results": [[]]}')) as server, client_of(server) as client:
        assert await all_of(client.users.export()) == []
        assert await all_of(client.users.export()) == []


async def test_it_is_asked_for_again_until_its_head_has_come(connect):
    answers = iter([httpx.Response(503), httpx.ConnectError("no"), httpx.Response(200, json=rows(1))])

    def service(_):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    client = connect(service, retry=RetryPolicy(max_attempts=3))
    assert [user.seq_no for user in await all_of(client.users.export())] == [1]


async def test_a_refusal_is_raised_on_entering(connect):
    for status, error in ((401, AuthenticationError), (500, ServerError)):
        client = connect(lambda _, status=status: httpx.Response(status, json={"message": "no"}))
        with pytest.raises(error, match="no"):
            await client.users.export().__aenter__()


async def test_the_whole_time_of_an_attempt_covers_the_body():
    async def hanging():
        yield head("Transfer-Encoding: chunked") + chunked(b"[" + json.dumps(row(1)).encode())
        await anyio.sleep_forever()

    for timeout in (Timeout(total=0.5), Timeout(read=0.5)):
        async with RawServer(Reply(hanging)) as server, client_of(server, timeout=timeout) as client:
            found, error = await numbers_until_broken(client)
            assert found == [1]
            assert isinstance(error, TimeoutError)
            assert error.items_read == 1


async def test_the_place_in_the_throttle_is_held_until_the_block_is_left():
    async with (
        RawServer(Reply.ok(json.dumps(rows(1)).encode())) as server,
        client_of(server, max_connections=1) as client,
    ):
        async with client.users.export() as users:
            assert client.throttle.active == 1
            assert [user.seq_no async for user in users] == [1]
        assert client.throttle.active == 0
        async with client.users.export() as users:
            await anext(users)
        assert client.throttle.active == 0
        assert len(await all_of(client.users.export())) == 1


async def test_leaving_early_closes_the_connection():
    async def endless():
        yield head("Transfer-Encoding: chunked") + chunked(b"[{}")
        while True:
            yield chunked(b"," + b",".join([b"{}"] * 1000))

    async with RawServer(Reply(endless)) as server, client_of(server) as client:
        async with client.users.export() as users:
            for _ in range(100):
                await anext(users)
        with anyio.fail_after(10):
            await server.until(lambda server: server.open == 0)


async def test_an_export_is_entered_once_and_before_it_is_iterated(connect):
    client = connect(lambda _: httpx.Response(200, json=[]))
    export = client.users.export()
    with pytest.raises(TypeError, match="entered before it is iterated"):
        aiter(export)
    async with export:
        pass
    with pytest.raises(RuntimeError, match="entered once"):
        await export.__aenter__()


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"page": 0}, ValueError, "page must be at least 1"),
        ({"rpp": "5"}, TypeError, "rpp must be a whole number"),
        ({"app_ids": [1]}, TypeError, "app_ids must be texts"),
        ({"app_ids": ["a,b"]}, ValueError, "app_ids must not be empty nor hold a comma"),
        ({"app_ids_restrictive": [""]}, ValueError, "app_ids_restrictive must not be empty"),
        ({"attributes": object()}, TypeError, "attributes"),
    ],
)
async def test_an_argument_that_cannot_be_meant_is_refused_at_the_call(connect, options, error, text):
    with pytest.raises(error, match=text):
        connect(None).users.export(**options)
