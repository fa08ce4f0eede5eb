"""The client: its arguments, its credentials, and sessions in their place."""

from __future__ import annotations

import inspect
import typing
from functools import partial

import httpx
import pytest

from asyncsdk import ConfigurationError, UnleashAnalytics
from asyncsdk.blaize import AdminSession, Blaize, Identifiers, SignIn, Validators
from asyncsdk.errors import error_class
from asyncsdk.group import Group
from asyncsdk.options import ClientOptions, CopyOptions

ENVIRONMENT = ("BLAIZE_TENANT", "BLAIZE_ACCESS_KEY", "BLAIZE_SECRET_KEY", "BLAIZE_ADMIN_SESSION")
KEYS = {"access_key": "test-access", "secret_key": "test-secret"}


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    for name in (*ENVIRONMENT, "BLAIZE_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def kept(requests):
    """Answers everything, and keeps what was asked."""

    def handler(request):
        requests.append(request)
        return httpx.Response(200, json={"message": "ok", "cookie": "blaize_admin_session=test-session; Path=/"})

    return httpx.MockTransport(handler)


async def headers_of(client, requests):
    await client.users.get("1")
    return requests[-1].headers


def test_the_tenant_makes_the_host():
    assert repr(Blaize("demo", **KEYS)) == "Blaize(base_url='https://demo.api.zephr.com')"
    assert "https://demo.admin.blaize.io" in repr(Blaize("demo", base_url="https://demo.admin.blaize.io", **KEYS))
    assert "http://sdk.test" in repr(Blaize(base_url="http://sdk.test", **KEYS))


def test_the_environment_stands_in_for_arguments(monkeypatch):
    monkeypatch.setenv("BLAIZE_TENANT", "from-environment")
    monkeypatch.setenv("BLAIZE_ACCESS_KEY", "test-access")
    monkeypatch.setenv("BLAIZE_SECRET_KEY", "test-secret")
    assert "from-environment" in repr(Blaize())


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"access_key": "a", "secret_key": "test-secret"}, ("tenant=", "BLAIZE_TENANT", "base_url=")),
        ({"tenant": "", **KEYS}, ("tenant=", "BLAIZE_TENANT")),
        ({"tenant": "demo"}, ("access_key=", "BLAIZE_ACCESS_KEY")),
        ({"tenant": "demo", "access_key": "a"}, ("secret_key=", "BLAIZE_SECRET_KEY")),
        ({"tenant": "demo", "secret_key": "test-secret"}, ("access_key=", "BLAIZE_ACCESS_KEY")),
        ({"tenant": "demo", "admin_session": ""}, ("admin_session=", "BLAIZE_ADMIN_SESSION")),
        ({"tenant": "demo", "admin_session": "blaize_admin_session="}, ("admin_session",)),
        ({"tenant": "demo", "admin_session": "s", **KEYS}, ("access_key=", "admin_session=", "with_session")),
        ({"tenant": "demo", "access_key": "a:b", "secret_key": "test-secret"}, ("access_key",)),
        ({"tenant": "demo", "scheme": "basic", **KEYS}, ("scheme",)),
        ({"tenant": "demo", "base_url": "sdk.test", **KEYS}, ("base_url",)),
    ],
)
def test_what_cannot_work_is_refused_by_name_and_without_the_secret(given, named):
    with pytest.raises(ConfigurationError) as caught:
        Blaize(**given)
    for each in named:
        assert each in str(caught.value)
    assert "test-secret" not in str(caught.value)


@pytest.mark.parametrize("tenant", ["evil.com/", "a.b", "a/b", "a@b", "a:1", "-a", "a b", "ä", "a\n", "a?b", "a#b"])
def test_a_tenant_cannot_lead_to_another_host(tenant):
    with pytest.raises(ConfigurationError, match="letters, digits and hyphens"):
        Blaize(tenant, **KEYS)


@pytest.mark.anyio
async def test_a_key_pair_signs_and_the_legacy_scheme_says_so():
    requests = []
    client = Blaize("demo", transport=kept(requests), **KEYS)
    assert (await headers_of(client, requests))["authorization"].startswith("ZEPHR-HMAC-SHA256 test-access:")
    legacy = client.with_options(scheme="blaize")
    assert (await headers_of(legacy, requests))["authorization"].startswith("BLAIZE-HMAC-SHA256 test-access:")


@pytest.mark.anyio
async def test_an_administrators_session_takes_the_place_of_a_key_pair(monkeypatch):
    requests = []
    for session in ("test-session", "blaize_admin_session=test-session", "blaize_admin_session=test-session; Path=/"):
        client = Blaize("demo", admin_session=session, transport=kept(requests))
        headers = await headers_of(client, requests)
        assert headers["blaize-admin-session"] == "test-session"
        assert "authorization" not in headers
    monkeypatch.setenv("BLAIZE_ADMIN_SESSION", "test-session")
    headers = await headers_of(Blaize("demo", transport=kept(requests)), requests)
    assert headers["blaize-admin-session"] == "test-session"


@pytest.mark.anyio
async def test_arguments_go_before_the_environment_and_a_key_pair_before_a_session(monkeypatch):
    requests = []
    monkeypatch.setenv("BLAIZE_ACCESS_KEY", "environment-access")
    monkeypatch.setenv("BLAIZE_SECRET_KEY", "environment-secret")
    monkeypatch.setenv("BLAIZE_ADMIN_SESSION", "environment-session")
    given = Blaize("demo", transport=kept(requests), **KEYS)
    assert "test-access" in (await headers_of(given, requests))["authorization"]
    found = Blaize("demo", transport=kept(requests))
    assert "environment-access" in (await headers_of(found, requests))["authorization"]
    session = Blaize("demo", admin_session="test-session", transport=kept(requests))
    assert (await headers_of(session, requests))["blaize-admin-session"] == "test-session"


@pytest.mark.anyio
async def test_a_login_gives_a_session_that_a_copy_acts_in_and_logout_ends():
    requests = []
    async with Blaize("demo", transport=kept(requests), **KEYS) as client:
        session = await client.admin.login(
            SignIn(
                identifiers=Identifiers(email_address="joe.blow@company.com"),
                validators=Validators(password="test-secret"),
            )
        )
        assert type(session) is AdminSession
        assert session.id == "test-session"
        administrator = client.with_session(session)
        await administrator.users.get("1")
        assert (await administrator.admin.logout()).message == "ok"
        login, get, logout = requests
        assert "authorization" in login.headers
        assert get.headers["blaize-admin-session"] == logout.headers["blaize-admin-session"] == "test-session"
        assert "authorization" not in get.headers
        assert logout.content == b""
        await administrator.aclose()
        assert "authorization" in await headers_of(client, requests)
        assert "test-session" not in repr(session) + repr(administrator)
        back = administrator.with_options(admin_session=None, **KEYS)
        assert "authorization" in await headers_of(back, requests)


def test_a_session_without_an_id_is_refused():
    client = Blaize("demo", **KEYS)
    for session in (AdminSession(), AdminSession(cookie="blaize_admin_session="), ""):
        with pytest.raises(ConfigurationError, match="no id"):
            client.with_session(session)


@pytest.mark.parametrize("client", [Blaize, UnleashAnalytics])
def test_every_client_takes_the_same_common_arguments(client):
    *own, common = inspect.signature(client).parameters.values()
    assert common.kind is common.VAR_KEYWORD
    assert typing.get_type_hints(client.__init__)[common.name] == typing.Unpack[ClientOptions]
    assert typing.get_args(typing.get_type_hints(client.with_options)["changes"])[0].__bases__ == (dict,)
    for each in own:
        assert f"{each.name}: " in client.__doc__.partition("Args:")[2]


@pytest.mark.parametrize("options", [ClientOptions, CopyOptions])
def test_every_common_argument_is_described(options):
    for name in options.__annotations__:
        assert f"{name}: " in CopyOptions.__doc__ + ClientOptions.__doc__


@pytest.mark.parametrize(
    "make", [partial(Blaize, "demo", **KEYS), partial(UnleashAnalytics, "test-key")], ids=["blaize", "unleash"]
)
def test_a_misspelt_option_is_a_type_error(make):
    with pytest.raises(TypeError, match="takes no time_out"):
        make().with_options(time_out=3)
    with pytest.raises(TypeError, match="takes no time_out"):
        make(time_out=3)


def test_every_resource_is_described():
    client = Blaize("demo", **KEYS)
    described = Blaize.__doc__.partition("Attributes:")[2]
    for name, group in vars(Blaize).items():
        if isinstance(group, Group):
            value = getattr(client, name)
            assert value is getattr(client, name)
            assert f"{name}: " in described
            assert inspect.getdoc(type(value))
            assert repr(value) == f"<{type(value).__name__} of {client!r}>"


def test_a_copy_keeps_what_is_not_changed():
    client = Blaize("demo", user_agent="test-agent", **KEYS)
    assert repr(client.with_options(timeout=5)) == repr(client)
    with pytest.raises(TypeError, match="takes no api_key"):
        client.with_options(api_key="x")
    with pytest.raises(TypeError, match="cannot change max_connections"):
        client.with_options(max_connections=5)


@pytest.mark.anyio
@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409, 422, 429, 500, 503])
@pytest.mark.parametrize(
    "answer",
    [
        {"json": {"message": "refused: test-secret"}},
        {"json": {"error": "refused: test-secret"}},
        {"text": "refused: test-secret"},
        {"html": "<!DOCTYPE html><html><title>refused: test-secret</title></html>", "headers": {"cf-ray": "7d-LHR"}},
    ],
    ids=["message", "error", "text", "html"],
)
async def test_an_error_of_any_shape_is_told_without_the_secret(connect, status, answer):
    client = connect(lambda _: httpx.Response(status, **answer))
    with pytest.raises(error_class(status), match="refused") as caught:
        await client.users.get("1")
    assert "test-secret" not in str(caught.value) + caught.value.body
    assert caught.value.status_code == status
    assert caught.value.request_id == answer.get("headers", {}).get("cf-ray")
