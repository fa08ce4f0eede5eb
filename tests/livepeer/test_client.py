"""Who asks, what is remembered of calls, and what errors say."""

from __future__ import annotations

import pickle
from base64 import b64encode

import anyio
import anyio.lowlevel
import httpx
import pytest

from asyncsdk import (
    APIError,
    ConfigurationError,
    Livepeer,
    NotFoundError,
    PermissionDeniedError,
    RetryPolicy,
    ServerError,
    UnprocessableError,
)
from asyncsdk.livepeer import UserSession, hash_password
from asyncsdk.testing import FakeClock, RawServer, Reply, Sandbox, Script

HASH = "7D08178706BAB4151971E6D23356C0F45B12E2CD3D6C0EDAEFBCEA29A75A9A9E"
OK = httpx.Response(200, json={"id": "s1", "userId": "u1"})
GONE = httpx.Response(404, json={"errors": ["not found"]})


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    for name in ("API_KEY", "JWT", "BASE_URL"):
        monkeypatch.delenv(f"LIVEPEER_{name}", raising=False)


async def header(client):
    async with client:
        await client.streams.get("s1")
    (request,) = client._script.requests
    return request.headers.get("authorization"), str(request.url)


def made(*args, **options):
    script = Script(OK)
    client = Livepeer(*args, transport=script, **options)
    client._script = script
    return client


@pytest.mark.anyio
class TestCredentials:
    async def test_go_as_bearer_jwt_or_basic(self):
        url = "https://livepeer.com/api/stream/s1"
        assert await header(made("key-1")) == ("Bearer key-1", url)
        assert await header(made(jwt="a.b.c")) == ("JWT a.b.c", url)
        basic = f"Basic {b64encode(b'u1:key-1').decode()}"
        assert await header(made("key-1", user_id="u1", basic=True)) == (basic, url)

    async def test_come_from_the_environment(self, monkeypatch):
        with pytest.raises(ConfigurationError, match=r"api_key=.*LIVEPEER_API_KEY"):
            Livepeer()
        monkeypatch.setenv("LIVEPEER_BASE_URL", "http://localhost:3004/api")
        monkeypatch.setenv("LIVEPEER_JWT", "a.b.c")
        assert await header(made()) == ("JWT a.b.c", "http://localhost:3004/api/stream/s1")
        monkeypatch.setenv("LIVEPEER_API_KEY", "key-2")
        assert (await header(made()))[0] == "Bearer key-2"
        assert (await header(made(jwt="x.y.z")))[0] == "JWT x.y.z"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"api_key": "a-key", "jwt": "a.b.c"},
            {"api_key": "a-key", "basic": True},
            {"jwt": "a.b.c", "basic": True, "user_id": "u"},
            {"api_key": "bad\nkey"},
            {"api_key": ""},
            {"jwt": ""},
        ],
    )
    async def test_that_cannot_work_are_refused_unseen(self, wrong):
        with pytest.raises(ConfigurationError) as caught:
            Livepeer(**wrong)
        assert "a.b.c" not in str(caught.value)
        assert "a-key" not in str(caught.value)

    async def test_are_not_needed_to_log_in(self, connect, service):
        transport = httpx.ASGITransport(app=Sandbox(service))
        async with Livepeer.anonymous(base_url="http://livepeer.test/api", transport=transport) as nobody:
            assert [each.region async for each in nobody.regions.list()] == ["ber"]
            with pytest.raises(PermissionDeniedError, match="no authorization header"):
                await nobody.streams.get("x")
            session = await nobody.users.login({"email": "useremail@gmail.com", "password": "thisisapassword"})
            assert "eyJ" not in repr(session)
            member = nobody.with_session(session)
            assert (await member.api_tokens.create({"name": "x"})).user_id == session.id
            assert "token" not in repr(member)
            with pytest.raises(TypeError, match="takes no anonymous"):
                member.with_options(anonymous=True)

    async def test_a_session_is_a_copy_on_the_same_connections(self):
        script = Script(OK)
        async with Livepeer("key-1", transport=script) as client:
            member = client.with_session(UserSession(id="u1", token="a.b.c"))
            await member.aclose()
            await member.streams.get("s1")
            await client.streams.get("s1")
            assert [each.headers["authorization"] for each in script.requests] == ["JWT a.b.c", "Bearer key-1"]
            assert member._hosts.main.state is client._hosts.main.state
            back = member.with_options(jwt=None, api_key="key-3")
            await back.streams.get("s1")
            assert script.requests[-1].headers["authorization"] == "Bearer key-3"
            with pytest.raises(ConfigurationError, match="no token"):
                client.with_session(UserSession(id="u1"))


@pytest.mark.anyio
class TestPasswords:
    async def test_travel_hashed_and_never_in_clear(self, connect):
        sent = []

        def handle(request):
            sent.append(request.content.decode())
            return httpx.Response(201, json={"id": "u", "token": "a.b.c"})

        async with connect(handle) as client:
            await client.users.login({"email": "a@b.cc", "password": "thisisapassword"})
            await client.users.create({"email": "a@b.cc", "password": "thisisapassword", "firstName": "Joe"})
            await client.users.reset_password({"email": "a@b.cc", "resetToken": "t", "password": "thisisapassword"})
            await client.users.login({"email": "a@b.cc", "password": HASH.lower()})
        assert [HASH in each for each in sent] == [True, True, True, False]
        assert HASH.lower() in sent[-1]
        assert "thisisapassword" not in "".join(sent)

    async def test_are_pbkdf2_as_the_services_own_page_makes_them(self):
        assert hash_password("thisisapassword") == HASH
        assert hash_password(HASH) == HASH

    async def test_of_the_wrong_type_are_refused_at_the_call(self, connect):
        async with connect(lambda _: httpx.Response(500)) as client:
            with pytest.raises(TypeError, match=r"body\.password must be text"):
                await client.users.login({"email": "a@b.cc", "password": 7})
            with pytest.raises(ValueError, match=r"body\.password is required"):
                await client.users.login({"email": "a@b.cc"})


@pytest.mark.anyio
class TestWhatWasJustMade:
    async def test_is_waited_for_where_a_replica_is_behind(self, connect):
        script = Script(httpx.Response(201, json={"id": "s1", "userId": "u1"}), GONE, GONE, OK)
        clock = FakeClock()
        async with connect(script, clock=clock) as client:
            stream = await client.streams.create({"name": "x"})
            assert (await client.streams.get(stream.id)).id == "s1"
        assert len(script.requests) == 4
        assert clock.slept == [0.1, 0.2]

    @pytest.mark.parametrize("call", ["get", "delete", "info", "terminate"])
    async def test_is_waited_for_by_all_calls_but_not_for_ever(self, connect, call):
        script = Script(httpx.Response(201, json={"id": "s1"}), GONE)
        clock = FakeClock()
        async with connect(script, clock=clock) as client:
            await client.streams.create({"name": "x"})
            with pytest.raises(NotFoundError):
                await getattr(client.streams, call)("s1")
        assert len(script.requests) == 6
        assert sum(clock.slept) < 2

    async def test_is_not_waited_for_once_it_is_old_or_deleted_or_where_nothing_is_tried_again(self, connect):
        created = httpx.Response(201, json={"id": "s1"})
        clock = FakeClock()
        script = Script(created, httpx.Response(204), GONE, created, GONE)
        async with connect(script, clock=clock) as client:
            await client.streams.create({"name": "x"})
            await client.streams.delete("s1")
            with pytest.raises(NotFoundError):
                await client.streams.delete("s1")
            await client.streams.create({"name": "x"})
            clock.advance(31)
            with pytest.raises(NotFoundError):
                await client.streams.get("s1")
        assert clock.slept == []
        script = Script(created, GONE)
        async with connect(script, retry=RetryPolicy(max_attempts=1)) as client:
            await client.streams.create({"name": "x"})
            with pytest.raises(NotFoundError):
                await client.streams.get("s1")
        assert len(script.requests) == 2

    async def test_does_not_make_a_missing_route_be_asked_again(self, connect):
        page = httpx.Response(404, html="<pre>Cannot PATCH /api/stream/s1</pre>")
        script = Script(httpx.Response(201, json={"id": "s1"}), page)
        async with connect(script) as client:
            await client.streams.create({"name": "x"})
            with pytest.raises(NotFoundError, match="no such operation at this path"):
                await client.streams.update("s1", {"record": True})
        assert len(script.requests) == 2


@pytest.mark.anyio
class TestADeletion:
    async def test_that_was_lost_and_repeated_is_done(self, connect):
        script = Script(httpx.ReadError("lost"), GONE)
        async with connect(script) as client:
            receipt = await client.webhooks.delete("w1")
        assert (receipt.status_code, receipt.message) == (404, "it was deleted already, by an attempt before")

    async def test_of_what_is_not_there_is_an_error(self, connect):
        async with connect(Script(GONE)) as client:
            with pytest.raises(NotFoundError):
                await client.webhooks.delete("w1")


@pytest.mark.anyio
class TestAnError:
    @pytest.mark.parametrize(
        ("status", "body", "words"),
        [
            (403, {"errors": ["no authorization header provided"]}, "authentication or permission"),
            (403, {}, "authentication or permission"),
            (403, {"errors": ["unsupported authorization type Bearer"]}, "with a JWT only"),
            (402, {"error": {"message": "Your card was declined."}}, r"Your card was declined\. \(Stripe refuses"),
            (413, {"errors": ["request entity too large"]}, "at most 100 kB"),
            (410, {"errors": ["not active"]}, "only a stream that is live"),
            (501, {"errors": ["Ingest not configured"]}, "no ingest configured"),
            (500, {"errors": ["ReferenceError: eq is not defined\n    at f (/x.js:1:2)"]}, "cannot delete a region"),
            (500, {"errors": ["no user found for token JWT eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.sig"]}, "is gone"),
        ],
    )
    async def test_says_what_the_service_does_not(self, connect, status, body, words):
        async with connect(Script(httpx.Response(status, json=body)), retry=RetryPolicy(max_attempts=1)) as client:
            with pytest.raises(APIError, match=words) as caught:
                await client.streams.get("s1")
        error = caught.value
        assert "eyJ" not in str(error) + error.body
        assert "/x.js" not in str(error)
        assert str(pickle.loads(pickle.dumps(error))) == str(error)

    async def test_names_the_field_that_a_validator_means(self, connect, service):
        profile = {"name": "720p", "bitrate": 1, "fps": 1, "width": 1}
        async with connect(service) as client:
            for body, words in (
                ({"name": "x", "bogus": 1}, "422: bogus: should NOT have"),
                ({"name": "x", "profiles": [profile]}, r"422: profiles\[0\]\.height: should have required"),
                ({"name": "x", "presets": ["nope"]}, r"422: presets\[0\]: should be equal"),
            ):
                with pytest.raises(UnprocessableError, match=words):
                    await client.streams.create(body)
            with pytest.raises(NotFoundError, match="null"):
                await connect(service, "test-admin-key").users.get("nobody")
            with pytest.raises(ServerError, match="there is no such webhook"):
                await client.with_options(retry=RetryPolicy(max_attempts=1)).webhooks.update(
                    "nope", {"name": "x", "url": "http://x", "events": []}
                )


@pytest.mark.anyio
async def test_a_connection_that_the_server_closed_while_idle_costs_nothing_even_a_post():
    created = Reply.ok(b'{"id": "s1"}', status="201 Created")
    closing = Reply(created.data, then="close")
    async with RawServer(closing, created) as server, Livepeer("test-key", base_url=f"{server.url}/api") as client:
        await client.streams.create({"name": "one"})
        await server.until(lambda each: each.open == 0)
        for _ in range(20):
            await anyio.lowlevel.checkpoint()
        await client.streams.create({"name": "two"})
        assert [each.connection for each in server.requests] == [0, 1]
