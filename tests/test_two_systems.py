"""Two systems, as small as can be, that ask of the chain all that the real ones will."""

from __future__ import annotations

import gc
import json
import os
import tracemalloc
from operator import itemgetter

import anyio
import httpx
import pytest

from asyncsdk.auth.keys import HeaderSigner, bearer, jwt
from asyncsdk.chain.retry import RetryPolicy
from asyncsdk.chain.signing import Signer
from asyncsdk.client import Client
from asyncsdk.codec import as_json
from asyncsdk.errors import (
    ConfigurationError,
    ConnectionLostError,
    PermissionDeniedError,
    ServerError,
    TimeoutError as SDKTimeoutError,
)
from asyncsdk.group import Group
from asyncsdk.http.body import FileBody, FormBody, FormFile, SourceBody
from asyncsdk.operation import Operation
from asyncsdk.options import credential
from asyncsdk.paging import by_cursor, cursor_of, next_link
from asyncsdk.resource import Resource
from asyncsdk.testing.clock import FakeClock
from asyncsdk.testing.rawserver import RawServer, Reply
from asyncsdk.testing.script import Script
from asyncsdk.timeout import Timeout

# ---- one with two hosts and two keys, whose uploads go straight to a third

FILMS = Operation("studio.films", "GET", "/films", "any")
METRICS = Operation("studio.metrics", "GET", "/metrics", "any", host="data")
TICKET = Operation("studio.upload", "POST", "/uploads", "any", "unsent")
PUT = Operation("studio.upload", "PUT", "", "none")
WAIT = Operation("studio.wait", "GET", "/jobs/{job}", "any", timeout=Timeout(read=300))

API_KEY, DATA_KEY = "test-secret-api", "test-secret-data"


class Studio(Client):
    system = "studio"

    def __init__(self, api_key=None, *, data_url="https://data.studio.example", data_key=None, **options):
        keys = {
            "api_key": credential(api_key, "api_key", "STUDIO_API_KEY"),
            "data_key": credential(data_key, "data_key", "STUDIO_DATA_KEY"),
        }
        self._set_up({**keys, "data_url": data_url}, {"base_url": "https://api.studio.example/v1", **options})

    def _where(self):
        given = self._arguments
        return {
            "": (given["base_url"], lambda _: HeaderSigner("x-api-key", given["api_key"], given["api_key"])),
            "data": (given["data_url"], lambda _: bearer(given["data_key"])),
        }

    def with_options(self, **changes):
        return self._with(changes)

    async def films(self):
        return await self.call(FILMS, into=as_json)

    async def metrics(self):
        return await self.call(METRICS, into=as_json)

    async def upload(self, body):
        ticket = await self.call(TICKET, into=as_json)
        headers = {"Content-Type": body.content_type} if isinstance(body, FormBody) else {}
        return await self.call_url(PUT, ticket["url"], into=lambda reply: reply.status, headers=headers, body=body)


def studio(script, **options):
    return Studio(API_KEY, data_key=DATA_KEY, transport=script, clock=FakeClock(), **options)


def hosts(answers):
    """Answers by host."""
    return Script(lambda request: answers[request.url.host](request))


def fine(_):
    return httpx.Response(200, json=[])


def busy(_):
    return httpx.Response(503)


CREDENTIALS = {"authorization", "x-api-key", "cookie", "x-amz-security-token"}


@pytest.mark.anyio
class TestEachHostHasItsOwn:
    async def test_key_and_base(self):
        script = Script(httpx.Response(200, json=[]))
        async with studio(script) as client:
            await client.films()
            await client.metrics()
        films, metrics = script.requests
        assert (str(films.url), films.headers["x-api-key"]) == ("https://api.studio.example/v1/films", API_KEY)
        assert (str(metrics.url), metrics.headers["authorization"]) == (
            "https://data.studio.example/metrics",
            f"Bearer {DATA_KEY}",
        )
        assert "authorization" not in films.headers
        assert "x-api-key" not in metrics.headers

    async def test_key_for_requests_of_ones_own(self):
        script = Script(200)
        async with studio(script) as client:
            await client.http.get("https://data.studio.example/other")
            await client.http.get("https://elsewhere.example/")
        data, elsewhere = script.requests
        assert data.headers["authorization"] == f"Bearer {DATA_KEY}"
        assert not CREDENTIALS & set(elsewhere.headers)

    async def test_throttle_pause_and_budget(self):
        script = hosts({"api.studio.example": fine, "data.studio.example": busy})
        async with studio(script) as client:
            with pytest.raises(ServerError):
                await client.metrics()
            api, data = (client._hosts.named[name].state for name in ("", "data"))
            assert api.throttle.limit > data.throttle.limit
            assert api.budget.tokens == 200 > data.budget.tokens
            await client.films()

    async def test_a_stranger_has_no_influence(self):
        script = hosts({"api.studio.example": fine, "elsewhere.example": lambda _: httpx.Response(429)})
        async with studio(script) as client:
            assert (await client.http.get("https://elsewhere.example/")).status_code == 429
            assert (client.throttle.limit, client._hosts.main.state.budget.tokens) == (8, 200)
            slept = list(client._options.clock.slept)
            await client.films()
            assert client._options.clock.slept == slept

    async def test_what_is_not_signed_needs_no_credentials(self):
        class Penniless(Signer):
            async def ready(self, network):
                raise ConfigurationError("no credentials to be had")

        class Poor(Studio):
            def _where(self):
                return {**super()._where(), "": (self._arguments["base_url"], lambda _: Penniless())}

        async with Poor(API_KEY, data_key=DATA_KEY, transport=Script(200), clock=FakeClock()) as client:
            with pytest.raises(ConfigurationError, match="no credentials"):
                await client.films()
            assert (await client.http.get("https://elsewhere.example/")).status_code == 200
            assert (
                await client.call(
                    Operation("studio.open", "GET", "/open", "any", signed=False), into=lambda r: r.status
                )
                == 200
            )

    async def test_two_that_share_an_origin_keep_their_keys_apart(self):
        script = Script(httpx.Response(200, json=[]))
        shared = "https://api.studio.example/v1/data"
        async with studio(script, data_url=shared) as client:
            await client.films()
            await client.metrics()
            await client.http.get(f"{shared}/other")
        films, metrics, other = script.requests
        assert (films.headers.get("x-api-key"), metrics.headers.get("x-api-key")) == (API_KEY, None)
        assert other.headers["authorization"] == f"Bearer {DATA_KEY}"


@pytest.mark.anyio
class TestExtensionsOfACaller:
    @pytest.mark.parametrize("name", ["unsigned", "whole", "admitted", "total"])
    @pytest.mark.parametrize("value", [True, False])
    async def test_change_nothing_and_are_not_passed_on(self, name, value):
        script = Script(200, streamed=True)
        async with studio(script) as client:
            mine = client.http.build_request("GET", "/films", extensions={name: value, "sni_hostname": "mine"})
            await client.http.send(mine)
        assert "x-api-key" not in mine.headers
        assert script.requests[0].headers["x-api-key"] == API_KEY
        assert set(script.requests[0].extensions) == {"timeout", "sni_hostname"}

    async def test_of_our_own_there_are_none(self):
        script = Script(httpx.Response(200, json=[]))
        async with studio(script, timeout=Timeout(total=9)) as client:
            await client.films()
        assert script.requests[0].extensions == {"timeout": {"connect": 10, "read": 60, "write": 60, "pool": None}}


class PresignedHost(RawServer):
    """Takes uploads, and fails on any credential."""

    def refusal(self):
        return [name for each in self.requests for name, _ in each.headers if name.lower() in CREDENTIALS]


@pytest.mark.anyio
class TestAnUpload:
    SIZE = 8 << 20

    @pytest.fixture
    def film(self, tmp_path):
        path = tmp_path / "film.mp4"
        path.write_bytes(os.urandom(1 << 20) * 8)
        return path

    @staticmethod
    def api(store):
        return RawServer(
            Reply.ok(json.dumps({"url": f"{store.url}/bucket/a%2Fb%20c?X-Amz-Signature=abc%2F1"}).encode())
        )

    @staticmethod
    def client(api, **options):
        given = {"clock": FakeClock(), **options}
        return Studio(API_KEY, data_key=DATA_KEY, base_url=api.url, data_url="http://127.0.0.1:9", **given)

    async def test_streams_from_disk_to_the_url_as_it_was_issued_and_carries_nothing_of_ours(self, film):
        async with PresignedHost(Reply.ok()) as store, self.api(store) as api, self.client(api) as client:
            assert await client.upload(FileBody(film)) == 200
            [request] = store.requests
            assert request.target == "/bucket/a%2Fb%20c?X-Amz-Signature=abc%2F1"
            assert {name.lower() for name, _ in request.headers} == {"host", "content-length"}
            assert request.header("content-length") == str(self.SIZE)
            assert request.body == film.read_bytes()
            assert store.refusal() == []
            assert api.requests[0].header("x-api-key") == API_KEY

    async def test_of_a_form_too_with_the_file_last(self, film):
        async with PresignedHost(Reply.ok()) as store, self.api(store) as api, self.client(api) as client:
            body = FormBody({"key": "a", "policy": "p"}, [FormFile("file", FileBody(film), "film.mp4")])
            await client.upload(body)
            [request] = store.requests
            assert request.header("transfer-encoding") is None
            assert int(request.header("content-length")) == len(request.body) == body.length
            assert request.body.index(b'name="policy"') < request.body.index(b'filename="film.mp4"')

    async def test_a_retry_opens_the_file_anew_and_sends_the_very_same_bytes(self, film):
        cut = Reply(b"", read=3 << 20, then="reset")
        async with PresignedHost(cut, Reply.ok()) as store, self.api(store) as api, self.client(api) as client:
            with film.open("rb") as file:
                file.seek(5)
                await client.upload(FileBody(file))
            assert len(store.requests) == 2
            assert store.requests[1].body == film.read_bytes()[5:]

    async def test_a_source_that_can_be_had_once_is_sent_once_and_says_so(self):
        async def pieces():
            for _ in range(64):
                yield b"x" * (1 << 16)

        cut = Reply(b"", read=1 << 20, then="reset")
        async with PresignedHost(cut, Reply.ok()) as store, self.api(store) as api, self.client(api) as client:
            with pytest.raises(ConnectionLostError, match="can be read only once, so that it was not sent again"):
                await client.upload(SourceBody(pieces(), 4 << 20))
            assert len(store.requests) == 1

    async def test_what_the_host_refuses_is_an_error_of_its_own(self, film):
        refused = Reply.ok(b"<Error><Code>AccessDenied</Code></Error>", status="403 Forbidden")
        async with PresignedHost(refused) as store, self.api(store) as api, self.client(api) as client:
            with pytest.raises(PermissionDeniedError):
                await client.upload(FileBody(film))

    async def test_it_does_not_stand_in_memory(self, tmp_path, anyio_backend):
        path = tmp_path / "sparse"
        with path.open("wb") as file:
            file.truncate(200 << 20)
        server = RawServer(Reply.ok(), keep_bodies=False)
        async with server as store, self.api(store) as api, self.client(api) as client:
            gc.collect()
            tracemalloc.start()
            try:
                await client.upload(FileBody(path))
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
            assert store.requests[0].received == 200 << 20
        assert peak < 16 << 20

    async def test_a_slow_disk_holds_up_nobody(self, film):
        import threading

        class Slow:
            """A file whose every read waits until the loop has turned."""

            def __init__(self, file, turned):
                self._file, self._turned, self.waited = file, turned, 0

            def read(self, size=-1):
                if size > 1 and threading.current_thread() is not threading.main_thread():
                    self._turned.clear()
                    assert self._turned.wait(10), "the loop stood still while the file was read"
                    self.waited += 1
                return self._file.read(size)

            def __getattr__(self, name):
                return getattr(self._file, name)

        turned = threading.Event()
        async with PresignedHost(Reply.ok()) as store, self.api(store) as api, self.client(api) as client:
            with film.open("rb") as file:
                slow = Slow(file, turned)
                async with anyio.create_task_group() as group:

                    async def turn():
                        while True:
                            turned.set()
                            await anyio.sleep(0.001)

                    group.start_soon(turn)
                    await client.upload(FileBody(slow))
                    group.cancel_scope.cancel()
            assert slow.waited >= 8
            assert store.requests[0].body == film.read_bytes()

    async def test_under_a_signature_over_the_body_it_is_refused_at_the_call(self, film):
        class Hashing(Signer):
            hashes_body = True

        class Careful(Studio):
            def _where(self):
                return {**super()._where(), "": (self._arguments["base_url"], lambda _: Hashing())}

        script = Script(200)
        async with Careful(API_KEY, data_key=DATA_KEY, transport=script) as client:
            with pytest.raises(
                ConfigurationError, match=r"studio\.upload: the signature for this host covers the body"
            ):
                await client.call(TICKET, into=as_json, body=FileBody(film))
        assert script.requests == []


@pytest.mark.anyio
class TestOneCall:
    async def test_has_limits_of_its_own(self):
        script = Script(httpx.Response(200, json=[]))
        async with studio(script) as client:
            await client.call(WAIT, "7", into=as_json)
            await client.call(WAIT, "7", into=as_json, timeout=Timeout(read=5))
            await client.films()
        assert [each.extensions["timeout"]["read"] for each in script.requests] == [300, 5, 60]

    async def test_waits_for_a_job_through_what_passes(self):
        script = Script(
            httpx.Response(200, json="RUNNING"), 429, 503, httpx.ReadError("lost"), httpx.Response(200, json="STOPPED")
        )
        async with studio(script, retry=RetryPolicy(max_attempts=1)) as client:
            status = await client.wait_until(
                lambda: client.call(WAIT, "7", into=as_json), "STOPPED".__eq__, deadline=3600, what="job 7", resume="7"
            )
        assert (status, len(script.requests)) == ("STOPPED", 5)

    async def test_and_says_what_to_go_on_with(self):
        async with studio(Script(httpx.Response(200, json="RUNNING"))) as client:
            with pytest.raises(SDKTimeoutError) as caught:
                await client.wait_until(
                    lambda: client.call(WAIT, "7", into=as_json), "STOPPED".__eq__, deadline=60, what="job", resume="7"
                )
        assert caught.value.resume == "7"


# ---- one whose session is a copy of the client

LOGIN = Operation("club.login", "POST", "/login", "any", "safe", signed=False)
MEMBERS = Operation("club.members", "GET", "/members", "cursor", query={"limit": "limit", "cursor": "cursor"})


class Members(Resource):
    """Members."""

    async def all(self):
        return await self._call(MEMBERS, into=as_json)

    def list(self):
        """Members by ``Link``, none of them twice."""

        async def fetch(cursor):
            def read(reply):
                return reply.json(), cursor_of(next_link(reply.headers.get("link")))

            return await self._call(MEMBERS, into=read, query={"limit": 2, "cursor": cursor})

        return by_cursor(fetch, unique=itemgetter("id"))


class Club(Client):
    system = "club"
    members = Group(Members)

    def __init__(self, api_key=None, *, token=None, **options):
        self._set_up({"api_key": api_key, "token": token}, {"base_url": "https://club.example/api", **options})

    def _where(self):
        given = self._arguments
        sign = jwt(given["token"]) if given["token"] else bearer(given["api_key"])
        return {"": (given["base_url"], lambda _: sign)}

    def with_options(self, **changes):
        return self._with(changes)

    async def login(self):
        return await self.call(LOGIN, into=as_json, body=b"{}")

    def with_session(self, session):
        return self.with_options(token=session["token"])


@pytest.mark.anyio
class TestASession:
    async def test_is_a_copy_on_the_same_connections_throttle_and_budget(self):
        script = Script(httpx.Response(200, json={"token": "test-session-token"}))
        async with Club("test-secret", transport=script) as club:
            member = club.with_session(await club.login())
            await member.members.all()
            await club.members.all()
            assert member._way is club._way
            assert member._hosts.main.state is club._hosts.main.state
            await member.aclose()
            await club.members.all()
        login, *calls = script.requests
        assert "authorization" not in login.headers
        assert [each.headers["authorization"] for each in calls] == [
            "JWT test-session-token",
            "Bearer test-secret",
            "Bearer test-secret",
        ]

    async def test_lists_by_link_take_the_cursor_and_nothing_else_of_it(self):
        def answer(request):
            cursor = request.url.params.get("cursor", "skip0")
            pages = {"skip0": ([1, 2], "skip2"), "skip2": ([2, 3], "skip4"), "skip4": ([4], "undefined")}
            found, following = pages[cursor]
            link = f'<http://evil.example/members?limit=2&cursor={following}>; rel="next"'
            return httpx.Response(200, json=[{"id": each} for each in found], headers={"link": link})

        script = Script(answer)
        async with Club(token="test-session-token", transport=script) as club:
            assert [each["id"] async for each in club.members.list()] == [1, 2, 3, 4]
        assert {each.url.host for each in script.requests} == {"club.example"}
        assert len(script.requests) == 3

    async def test_a_copy_with_other_limits_makes_nothing_but_itself(self):
        club = Club("test-secret", transport=Script(200))
        copy = club.with_options(timeout=5)
        assert copy._hosts is club._hosts
        assert copy._arguments is club._arguments
        assert copy._options.retry is club._options.retry
        assert copy.members._client is copy

    async def test_a_copy_for_another_origin_knows_nothing_of_the_first(self):
        club = Club("test-secret", transport=Script(200))
        copy = club.with_options(base_url="https://other.example")
        assert copy._hosts.main.state is not club._hosts.main.state
        assert club.with_options(base_url="https://club.example/v2")._hosts.main.state is club._hosts.main.state
