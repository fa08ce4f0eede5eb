"""Cassettes: what a service answered once, without its secrets, played to whoever asks the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

import asyncsdk
from asyncsdk import AWSCredentials, Blaize, Cognitive3D, Livepeer, UnleashAnalytics, UnleashPlatform, to_dict
from asyncsdk.testing import Cassette, NotRecordedError, Sandbox, Script

HOST = "http://sandbox"
EXCHANGES = Path(__file__).parents[1] / "data" / "livepeer_exchanges.json"


def client(system, transport):
    return {
        "unleash": lambda: UnleashAnalytics("test-key", base_url=f"{HOST}/v1", transport=transport),
        "platform": lambda: UnleashPlatform(
            credentials=AWSCredentials("test-access", "test-secret"), base_url=f"{HOST}/prod", transport=transport
        ),
        "blaize": lambda: Blaize(
            access_key="test-access", secret_key="test-secret", base_url=HOST, transport=transport
        ),
        "cognitive3d": lambda: Cognitive3D("test-key", base_url=f"{HOST}/cognitive3d", transport=transport),
        "livepeer": lambda: Livepeer("test-key", base_url=f"{HOST}/api", transport=transport),
    }[system]()


async def asked_of(system, it):
    """Some calls of a system, of all kinds: what they gave."""
    if system == "unleash":
        device = await it.devices().first()
        return [await it.version(), to_dict(device)]
    if system == "platform":
        await it.library.upload(b"picture", filename="1.JPG", device_id="W123", session_id="3")
        return [to_dict(each) async for each in it.devices.list()]
    if system == "blaize":
        user = await it.users.list().first()
        new = {"identifiers": {"email_address": "new@example.com"}, "validators": {"password": "hunter2-secret"}}
        made = await it.users.create(new)
        found = await it.users.get(made.id)
        async with it.users.export() as users:
            return [to_dict(user), to_dict(found), [to_dict(each) async for each in users]]
    if system == "cognitive3d":
        return [to_dict(each) for each in await it.sessions.list(5001).to_list(max_items=3)]
    made = await it.streams.create({"name": "concert"})
    found = await it.streams.get(made.id)
    await it.streams.delete(made.id)
    return [found.name, to_dict(found)["id"] == made.id]


@pytest.mark.anyio
@pytest.mark.parametrize("system", ["unleash", "platform", "blaize", "cognitive3d", "livepeer"])
async def test_what_was_recorded_is_played_without_the_service(system, tmp_path):
    path = tmp_path / "tape.json"
    with Cassette(path, record=True, transport=httpx.ASGITransport(Sandbox())) as tape:
        async with client(system, tape) as it:
            recorded = await asked_of(system, it)
    text = path.read_text()
    for secret in ("test-key", "test-access", "test-secret", "hunter2", "Authorization"):
        assert secret not in text
    with Cassette(path) as tape:
        async with client(system, tape) as it:
            played = await asked_of(system, it)
        assert tape.unplayed == []
    assert len(json.dumps(played)) > 2
    if system not in ("cognitive3d", "platform"):  # whose sessions look like secrets
        assert played == recorded
    assert len(played) == len(recorded)


def answers(*given):
    return Script(*(each if isinstance(each, httpx.Response) else httpx.Response(200, json=each) for each in given))


async def recorded(path, *given, ask, **options):
    """Record what `ask` asks of a script, and give the file's text."""
    with Cassette(path, record=True, transport=answers(*given), **options) as tape:
        async with httpx.AsyncClient(transport=tape, base_url=HOST) as http:
            await ask(http)
    return path.read_text()


async def play(path, ask, **options):
    with Cassette(path, **options) as tape:
        async with httpx.AsyncClient(transport=tape, base_url="https://elsewhere.example") as http:
            return await ask(http)


@pytest.mark.anyio
class TestARequest:
    async def test_is_found_by_method_path_query_and_body_alone(self, tmp_path):
        async def record(http):
            await http.post("/a?x=1&y=2&X-Amz-Date=20201124", json={"b": 1, "c": 2}, headers={"Date": "now"})

        async def ask(http):
            return await http.post("/a?y=2&x=1&X-Amz-Date=20301124", json={"c": 2, "b": 1}, headers={"Nonce": "7"})

        await recorded(tmp_path / "t.json", "yes", ask=record)
        assert (await play(tmp_path / "t.json", ask)).json() == "yes"

    @pytest.mark.parametrize(
        ("method", "url", "body"),
        [("PUT", "/a?x=1", "b"), ("POST", "/b?x=1", "b"), ("POST", "/a?x=2", "b"), ("POST", "/a?x=1", "c")],
    )
    async def test_is_not_found_where_one_of_them_differs(self, tmp_path, method, url, body):
        async def record(http):
            await http.post("/a?x=1", json={"is": "b"})

        async def ask(http):
            await http.request(method, url, json={"is": body})

        await recorded(tmp_path / "t.json", "yes", ask=record)
        with pytest.raises(NotRecordedError) as caught:
            await play(tmp_path / "t.json", ask)
        said = str(caught.value)
        assert said.startswith(f'{method} {url} with {{"is": "{body}"}} was not recorded; ')
        assert "t.json has POST /a?x=1" in said

    async def test_asked_again_is_answered_in_the_order_of_the_recording_and_no_more_often(self, tmp_path):
        async def twice(http):
            return [(await http.get("/job")).json() for _ in range(2)]

        async def thrice(http):
            await twice(http)
            await http.get("/job")

        await recorded(tmp_path / "t.json", "pending", "done", ask=twice)
        assert await play(tmp_path / "t.json", twice) == ["pending", "done"]
        with pytest.raises(NotRecordedError, match="GET /job was recorded 2 times, and is asked for once more"):
            await play(tmp_path / "t.json", thrice)


@pytest.mark.anyio
class TestSecrets:
    async def test_given_by_the_service_are_told_apart_also_where_they_are_sent_back(self, tmp_path):
        async def ask(http):
            tokens = [(await http.post("/login", json={"password": p})).json()["token"] for p in ("hunter2a", "b")]
            for token in tokens:
                await http.get("/me", params={"token": token})
            return [(await http.get(f"/verify/{token}")).json() for token in tokens]

        given = [{"token": "first-token-1"}, {"token": "second-token-2"}, "me", "me", "one", "two"]
        text = await recorded(tmp_path / "t.json", *given, ask=ask)
        assert "hunter2a" not in text
        assert "token-1" not in text
        assert "token-2" not in text
        assert [each["request"]["path"] for each in json.loads(text)["exchanges"]][2:] == [
            "/me?token=REDACTED-1", "/me?token=REDACTED-2", "/verify/REDACTED-1", "/verify/REDACTED-2"
        ]  # fmt: skip

        async def again(http):
            return await ask(http)

        # both logins are the same request now: they are answered in their order
        assert await play(tmp_path / "t.json", again) == ["one", "two"]

    async def test_of_headers_cookies_and_urls_are_nowhere(self, tmp_path):
        async def ask(http):
            headers = {"Authorization": "Bearer very-secret-1", "Cookie": "sid=very-secret-2"}
            await http.get("/a?api_key=very-secret-3", headers=headers)

        answer = httpx.Response(
            200,
            json={"echo": "very-secret-1 very-secret-2", "at": "https://x/?token=very-secret-4"},
            headers={"Set-Cookie": "sid=very-secret-5", "Location": "/b?token=very-secret-6"},
        )
        text = await recorded(tmp_path / "t.json", answer, ask=ask)
        assert "very-secret" not in text

    async def test_what_is_none_can_be_kept(self, tmp_path):
        async def ask(http):
            return (await http.get("/a?sessionId=20201124-a1")).json()

        given = {"sessionId": "20201124-a1", "session_type": "project", "sessions": [{"id": "project-1"}]}
        text = await recorded(tmp_path / "t.json", given, ask=ask, keep={"sessionId"})
        assert json.loads(text)["exchanges"][0]["response"]["body"] == given
        assert await play(tmp_path / "t.json", ask, keep={"sessionId"}) == given


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b'{"a": 1, "b": "\xc3\xbc"}', "body"),
        (b'{"a": 1e2}', "text"),
        (b'{"a": 1}\n{"a": 2}\n', "lines"),
        ("gr\u00fc\u00df dich".encode(), "text"),
        (b"\x89PNG\xff", "base64"),
        (b"", None),
    ],
)
async def test_a_body_is_as_readable_as_can_be_and_no_token_of_it_changes(tmp_path, content, form):
    async def ask(http):
        return (await http.get("/a")).content

    text = await recorded(tmp_path / "t.json", httpx.Response(200, content=content), ask=ask)
    response = json.loads(text)["exchanges"][0]["response"]
    assert response.keys() - {"status", "headers"} == ({form} if form else set())
    played = await play(tmp_path / "t.json", ask)
    # white space between tokens is no part of JSON
    assert played == (content.replace(b": ", b":").replace(b", ", b",") if form in ("body", "lines") else content)


@pytest.mark.anyio
async def test_without_a_file_it_says_how_to_record_one(tmp_path):
    async with client("unleash", Cassette(tmp_path / "none.json")) as it:
        with pytest.raises(NotRecordedError, match=r"nothing is recorded in .*none\.json yet: .*--record"):
            await it.version()


@pytest.mark.anyio
async def test_what_was_recorded_of_livepeer_is_a_cassette():
    tape = Cassette(EXCHANGES)
    whole = len(tape.unplayed)
    async with Livepeer(jwt="test-jwt", base_url="https://livepeer.com/api", transport=tape) as it:
        with pytest.raises(asyncsdk.UnprocessableError, match="invalid email"):
            await it.users.create(
                {"email": "nope", "password": "5516BDDE3B8A6AED6B68BD5E542B51D2B54900A1C1E532CE42F56B8C9882A183"}
            )
        with pytest.raises(NotRecordedError, match=r"DELETE /api/stream/never was not recorded; .* has "):
            await it.streams.delete("never")
    assert len(tape.unplayed) == whole - 1 > 200


PROGRAM = """
import httpx, pytest
from asyncsdk import Blaize
from asyncsdk.testing import Sandbox, Cassette

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_users(cassette, anyio_backend):
    {given}
    async with Blaize(access_key="test-access", secret_key="test-secret", base_url="http://sandbox", transport=cassette) as blaize:
        assert (await blaize.users.list().first()).user_id
"""


def test_the_fixture_records_where_that_is_asked_for_and_else_plays(tmp_path):
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["asyncsdk.testing.fixtures"]\n')

    environment = {**os.environ, "PYTHONPATH": str(Path(asyncsdk.__file__).parents[1])}

    def pytest_run(*arguments, given="pass"):
        (tmp_path / "test_it.py").write_text(PROGRAM.format(given=given))
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60, env=environment
        )

    missing = pytest_run()
    assert missing.returncode == 1, missing.stdout
    assert "nothing is recorded in" in missing.stdout
    sandbox = "cassette._given = httpx.ASGITransport(Sandbox())"
    assert pytest_run("--record", given=sandbox).returncode == 0
    [file] = tmp_path.rglob("cassettes/test_it/*.json")
    assert file.name == "test_users-asyncio.json"
    assert pytest_run().returncode == 0
