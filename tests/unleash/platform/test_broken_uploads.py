"""An upload that breaks at any instant, in the network or at the storage: one whole object or none, and an error that says so."""

from __future__ import annotations

import json
import os
import socket
import struct
from contextlib import asynccontextmanager

import anyio
import attrs
import pytest

from asyncsdk import (
    APIError,
    ConnectError,
    ConnectionLostError,
    RetryPolicy,
    SDKError,
    TimeoutError as SDKTimeoutError,
)
from asyncsdk.http.body import PIECE
from asyncsdk.testing import FakeClock, RawServer, Reply, Sandbox, UnleashPlatformService, serve
from asyncsdk.timeout import Timeout
from asyncsdk.unleash.platform import UnleashPlatform
from asyncsdk.unleash.platform.transfer import upload as uploads

SIZE = 300_000
ONCE = RetryPolicy(max_attempts=1)

pytestmark = pytest.mark.anyio


@attrs.frozen
class Cut:
    """Where a connection breaks.

    Attributes:
        sent: after so many bytes from the client; None for not there.
        answered: after so many bytes from the storage.
        reset: whether it ends with a reset, and not as if all had been said.
    """

    sent: int | None = None
    answered: int | None = None
    reset: bool = True


class Relay:
    """Stands between a client and a port of this machine, and breaks the n-th connection at the n-th cut, others nowhere."""

    def __init__(self, behind, *cuts):
        self.sent = bytearray()
        self.answered = bytearray()
        self._behind = behind
        self._cuts = iter(cuts)

    @asynccontextmanager
    async def running(self):
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
        self.host = f"127.0.0.1:{listener.extra(anyio.abc.SocketAttribute.local_port)}"
        async with listener, anyio.create_task_group() as tasks:
            tasks.start_soon(listener.serve, self._between)
            yield self
            tasks.cancel_scope.cancel()

    async def _between(self, client):
        cut = next(self._cuts, Cut())
        async with client, await anyio.connect_tcp("127.0.0.1", self._behind) as storage:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._pass_on, client, storage, cut.sent, self.sent, tasks)
                tasks.start_soon(self._pass_on, storage, client, cut.answered, self.answered, tasks)
            if cut.reset:
                for each in (client, storage):
                    raw = each.extra(anyio.abc.SocketAttribute.raw_socket)
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async def _pass_on(self, source, sink, most, seen, tasks):
        try:
            while True:
                piece = await source.receive()
                seen.extend(piece)
                if most is not None and len(seen) >= most:
                    await sink.send(piece[: len(piece) - (len(seen) - most)])
                    break
                await sink.send(piece)
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            pass
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def platform(service, host, keys, retry=None):
    """The Platform, whose forms and URLs lead to a host that stands before the storage."""

    def ticket(asked):
        signer = service.storage.presigner
        if "filename" in asked:
            return {"url": f"http://{host}/prod/storage/pylot", "fields": signer.form(asked["filename"], "pylot")}
        path = service.storage.path_of("/prod/storage", asked["fileName"])
        return {"url": signer.url("PUT", f"http://{host}", path, host)}

    def answer(request):
        async def told():
            yield Reply.ok(json.dumps(ticket(json.loads(request.body))).encode()).data

        return Reply(told)

    async with (
        RawServer(answer) as server,
        UnleashPlatform(credentials=keys, base_url=server.url, clock=FakeClock(), retry=retry) as client,
    ):
        yield client


def by_form(client, path, name, **options):
    return client.library.upload(path, filename=name, device_id="W123", session_id="3", **options)


def by_put(client, path, name, **options):
    return client.modelling.upload(path, filename=name, device_id="W123", session_id=3, **options)


each_way = pytest.mark.parametrize("upload", [by_form, by_put])


class Seen:
    """How many requests have come to a storage."""

    def __init__(self):
        self.service = UnleashPlatformService()
        self.requests = 0
        self.app = Sandbox(self.service, on_request=self._count)

    def _count(self, _):
        self.requests += 1

    def is_whole(self, name, path):
        """Whether an object is there, which then is what was sent."""
        there = name in self.service.storage.objects
        assert not there or self.service.storage.content(name) == path.read_bytes()
        return there


@pytest.fixture
def storage():
    return Seen()


async def rehearsed(storage, url, keys, upload, path):
    """What goes over the wire, both ways, where nothing breaks."""
    async with Relay(port_of(url)).running() as relay, platform(storage.service, relay.host, keys) as client:
        await upload(client, path, "rehearsal")
    return bytes(relay.sent), bytes(relay.answered)


def port_of(url):
    return int(url.rpartition(":")[2])


def instants(wire, content):
    """Where to break: at every seam of a request, beside each, and at places spread over it."""
    head = wire.index(b"\r\n\r\n") + 4
    begins = wire.index(content[:1000], head)
    ends = begins + len(content)
    seams = {0, head, (head + begins) // 2, begins, ends, len(wire)}
    beside = {each + by for each in seams for by in (-1, 0, 1)}
    spread = range(0, len(wire), len(wire) // 7)
    return sorted(each for each in beside | set(spread) if 0 <= each <= len(wire))


@each_way
async def test_a_connection_that_breaks_anywhere_leaves_one_whole_object_or_none(storage, keys, file, upload):
    path = file(SIZE)
    async with serve(storage.app) as url:
        sent, answered = await rehearsed(storage, url, keys, upload, path)
        cuts = [
            *(Cut(sent=each, reset=each % 2 == 0) for each in instants(sent, path.read_bytes())),
            *(Cut(answered=each, reset=each % 2 == 0) for each in (0, 1, len(answered) // 2, len(answered) - 1)),
        ]
        for cut in cuts:
            async with (
                Relay(port_of(url), cut).running() as relay,
                platform(storage.service, relay.host, keys, ONCE) as client,
            ):
                with pytest.raises(ConnectionLostError):
                    await upload(client, path, str(cut))
    for cut in cuts:
        there = storage.is_whole(str(cut), path)
        if cut.answered is not None:
            assert there, cut
        elif cut.sent < len(sent):
            assert not there, cut


@each_way
async def test_what_has_broken_is_sent_again_and_then_is_there_whole(storage, keys, file, upload):
    path = file(SIZE)
    async with serve(storage.app) as url:
        sent, _ = await rehearsed(storage, url, keys, upload, path)
        cuts = [*(Cut(sent=each) for each in (0, 500, len(sent) // 2, len(sent) - 1, len(sent))), Cut(answered=0)]
        for cut in cuts:
            async with (
                Relay(port_of(url), cut).running() as relay,
                platform(storage.service, relay.host, keys) as client,
            ):
                done = await upload(client, path, str(cut))
                assert storage.service.storage.objects[str(cut)].etag == done.etag
    assert all(storage.is_whole(str(cut), path) for cut in cuts)


@each_way
async def test_cancelled_at_any_await_it_leaves_one_whole_object_or_none(storage, keys, file, upload):
    path, names = file(SIZE), []
    finished = False

    async def run(name):
        nonlocal finished
        await upload(client, path, name)
        finished = True

    async with serve(storage.app) as url, platform(storage.service, url.removeprefix("http://"), keys, ONCE) as client:
        steps = 0
        while not finished:
            names.append(f"after-{steps}")
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(run, names[-1])
                for _ in range(steps):
                    await anyio.lowlevel.checkpoint()
                tasks.cancel_scope.cancel()
            steps += 1 + steps // 5
        await upload(client, path, "last")
    there = [storage.is_whole(name, path) for name in names]
    assert there[0] is False
    assert there[-1] is storage.is_whole("last", path) is True


@each_way
async def test_cancelled_on_its_way_it_leaves_nothing(storage, keys, file, upload):
    path = file(8 * PIECE)
    async with serve(storage.app) as url, platform(storage.service, url.removeprefix("http://"), keys, ONCE) as client:
        for pieces in range(1, 8):
            with anyio.CancelScope() as scope:
                await upload(client, path, "a", progress=lambda sent, _: sent < pieces * PIECE or scope.cancel())  # noqa: B023
            assert scope.cancelled_caught
    assert storage.requests > 0
    assert not storage.is_whole("a", path)


@each_way
@pytest.mark.parametrize(("change", "expected"), [(-1, "the file shrank"), (1, "the file grew")])
async def test_a_file_that_changes_while_it_is_sent_is_an_error_at_once(storage, keys, file, upload, change, expected):
    path = file(4 * PIECE)

    def changed(*_):
        os.truncate(path, 4 * PIECE + change)

    async with serve(storage.app) as url, platform(storage.service, url.removeprefix("http://"), keys) as client:
        with pytest.raises(SDKError, match=expected) as caught:
            await upload(client, path, "a", progress=changed)
        assert caught.value.attempts == 1
    assert not storage.is_whole("a", path)


@each_way
async def test_a_file_that_was_given_open_is_sent_again_from_where_it_stood(storage, keys, file, upload):
    path = file(SIZE)
    async with serve(storage.app) as url:
        relay = Relay(port_of(url), Cut(sent=SIZE // 2))
        with path.open("rb") as standing:
            standing.seek(1000)
            async with relay.running(), platform(storage.service, relay.host, keys) as client:
                await upload(client, standing, "a")
    assert storage.service.storage.content("a") == path.read_bytes()[1000:]


def said(code, status):
    body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
    return Reply.ok(body, status=status).data


@each_way
class TestAStorageThat:
    @pytest.mark.parametrize("then", ["hang", "close"])
    @pytest.mark.parametrize(
        ("status", "code"),
        [("403 Forbidden", "AccessDenied"), ("413 Too Large", "EntityTooLarge"), ("301 Moved", "PermanentRedirect")],
    )
    async def test_refuses_before_the_file_is_through_is_what_is_told(
        self, storage, keys, file, upload, then, status, code
    ):
        async with (
            RawServer(Reply(said(code, status), read=1000, then=then), keep_bodies=False) as server,
            platform(storage.service, f"127.0.0.1:{server.port}", keys, ONCE) as client,
        ):
            with anyio.fail_after(20), pytest.raises(APIError, match=f"{status[:3]}: {code}: no") as caught:
                await upload(client, file(20_000_000), "a")
        assert (caught.value.code, caught.value.attempts) == (code, 1)

    async def test_takes_no_more_is_an_error_of_time(self, storage, keys, file, upload, monkeypatch):
        monkeypatch.setattr(uploads, "_TIMEOUT", Timeout(connect=5, read=5, write=0.2))
        deaf = Reply(read=1000, then="hang")
        async with (
            RawServer(deaf, keep_bodies=False, receive_buffer=4096) as server,
            platform(storage.service, f"127.0.0.1:{server.port}", keys, ONCE) as client,
        ):
            with pytest.raises(SDKTimeoutError):
                await upload(client, file(20_000_000), "a")

    async def test_takes_all_and_says_nothing_is_one_too(self, storage, keys, file, upload, monkeypatch):
        monkeypatch.setattr(uploads, "_TIMEOUT", Timeout(connect=5, read=0.2, write=5))
        async with (
            RawServer(Reply(then="hang")) as server,
            platform(storage.service, f"127.0.0.1:{server.port}", keys, ONCE) as client,
        ):
            with pytest.raises(SDKTimeoutError):
                await upload(client, file(SIZE), "a")

    async def test_is_not_there_is_a_connect_error(self, storage, keys, file, upload):
        with socket.create_server(("127.0.0.1", 0)) as gone:
            host = "{}:{}".format(*gone.getsockname())
        async with platform(storage.service, host, keys, ONCE) as client:
            with pytest.raises(ConnectError):
                await upload(client, file(SIZE), "a")

    async def test_is_busy_is_asked_again_with_the_whole_file(self, storage, keys, file, upload):
        path = file(SIZE)
        async with (
            RawServer(Reply(said("SlowDown", "503 Slow Down")), Reply.ok(status="204 No Content")) as server,
            platform(storage.service, f"127.0.0.1:{server.port}", keys) as client,
        ):
            await upload(client, path, "a")
        assert [path.read_bytes() in each.body for each in server.requests] == [True, True]

    async def test_is_busy_for_good_says_so(self, storage, keys, file, upload):
        async with (
            RawServer(Reply(said("SlowDown", "503 Slow Down"))) as server,
            platform(storage.service, f"127.0.0.1:{server.port}", keys) as client,
        ):
            with pytest.raises(SDKError, match="503: SlowDown: no"):
                await upload(client, file(1000), "a")
