"""Keys for two hosts, and what the service's refusals are made of."""

from __future__ import annotations

import httpx
import pytest

from asyncsdk import (
    AuthenticationError,
    BadRequestError,
    Cognitive3D,
    ConfigurationError,
    PermissionDeniedError,
    RetryPolicy,
    ServerError,
)
from asyncsdk.testing import CognitiveService, Script

PROJECT = {"id": 4460, "name": "Drill", "scenes": []}
SCENE = {"scene.gltf": b"{}"}
UUID = "de704574-b03f-424e-be87-4985f85ed2e8"


async def authorizations(**keys):
    script = Script(httpx.Response(200, json=PROJECT), httpx.Response(201, text=UUID))
    async with Cognitive3D(transport=script, **keys) as c3d:
        await c3d.projects.get(4460)
        await c3d.media.upload_scene(SCENE)
    return [each.headers["authorization"] for each in script.requests]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("key", "sent"),
    [
        ("abcdef1234567890", "APIKEY:ORGANIZATION abcdef1234567890"),
        ("orgkey-abcdef", "orgkey-abcdef"),
        ("APIKEY:ORGANIZATION abc", "APIKEY:ORGANIZATION abc"),
    ],
)
async def test_a_key_goes_in_its_own_form_to_both_hosts(key, sent):
    assert await authorizations(api_key=key) == [sent, sent]


@pytest.mark.anyio
async def test_a_developer_key_is_for_the_data_host_alone(monkeypatch):
    expected = ["APIKEY:ORGANIZATION a", "APIKEY:DEVELOPER d"]
    assert await authorizations(api_key="a", developer_key="d") == expected
    monkeypatch.setenv("C3D_API_KEY", "a")
    monkeypatch.setenv("C3D_DEVELOPER_KEY", "d")
    assert await authorizations() == expected


@pytest.mark.anyio
async def test_no_key_goes_to_a_third_host():
    script = Script(200)
    async with Cognitive3D("a", developer_key="d", transport=script) as c3d:
        await c3d.http.get("https://elsewhere.example/v0/projects/1")
    assert "authorization" not in script.requests[0].headers


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.delenv("C3D_API_KEY", raising=False)
    with pytest.raises(ConfigurationError, match=r"api_key=.*C3D_API_KEY"):
        Cognitive3D()


def test_hosts_come_from_the_environment_and_no_secret_is_shown(monkeypatch):
    monkeypatch.setenv("C3D_BASE_URL", "https://api.c3ddev.com")
    monkeypatch.setenv("C3D_DATA_URL", "https://data.c3ddev.com")
    c3d = Cognitive3D("canary-key", developer_key="canary-developer")
    assert repr(c3d) == "Cognitive3D(base_url='https://api.c3ddev.com')"
    assert c3d._hosts.named["data"].base.text == "https://data.c3ddev.com"
    other = c3d.with_options(developer_key="other", data_url="https://data.cognitive3d.com")
    assert other._hosts.named["data"].base.text == "https://data.cognitive3d.com"
    assert other._hosts.main.state is c3d._hosts.main.state


@pytest.mark.anyio
class TestARefusal:
    async def test_of_an_expired_key_says_so(self, connect):
        async with connect(CognitiveService(expired=True)) as c3d:
            with pytest.raises(AuthenticationError, match=r"API key expired .*the key has expired: create another one"):
                await c3d.projects.get(4460)

    async def test_of_an_unknown_key_names_the_argument(self, connect):
        async with connect(CognitiveService(api_key="another")) as c3d:
            with pytest.raises(AuthenticationError, match="api_key is not known to this host"):
                await c3d.sessions.list(4460).first()
            with pytest.raises(AuthenticationError, match="developer_key is not known"):
                await c3d.media.upload_scene(SCENE)

    async def test_of_a_download_too(self, connect):
        async with connect(CognitiveService(forbidden=["session_files.json_zip"])) as c3d:
            with pytest.raises(PermissionDeniedError, match="the scope scene"):
                async with c3d.session_files.json_zip(4460, "1749535200_9f1c"):
                    pass

    async def test_of_an_upload_says_that_a_key_may_only_read(self, connect):
        async with connect(CognitiveService(forbidden=["media.upload_scene"])) as c3d:
            with pytest.raises(PermissionDeniedError, match="uploads want a developer key"):
                await c3d.media.upload_scene(SCENE)

    async def test_is_read_from_text_json_and_html(self, scripted):
        page = "<html><head><title>502 Bad Gateway</title></head></html>"
        script = Script(
            httpx.Response(400, text="Invalid json"),
            httpx.Response(400, json={"msg": "no", "message": "Unknown project"}),
            httpx.Response(502, html=page),
        )
        async with scripted(script, retry=RetryPolicy(max_attempts=1)) as c3d:
            for kind, text in (
                (BadRequestError, "400: Invalid json"),
                (BadRequestError, "400: Unknown project"),
                (ServerError, "502: 502 Bad Gateway"),
            ):
                with pytest.raises(kind, match=text):
                    await c3d.property_names({"projectId": 1})


@pytest.mark.anyio
async def test_queries_that_change_nothing_are_repeated_and_an_upload_is_not(scripted):
    script = Script(503, httpx.Response(200, json=[]), 503)
    async with scripted(script) as c3d:
        assert await c3d.property_names({"projectId": 4460}) == []
        with pytest.raises(ServerError):
            await c3d.media.upload_scene(SCENE)
    assert len(script.requests) == 3
