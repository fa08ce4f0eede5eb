from __future__ import annotations

import functools
from importlib import import_module
from pkgutil import iter_modules

import httpx
import pytest

import asyncsdk.blaize as package
from asyncsdk import APIError, BadRequestError, NotFoundError, Pager, UnleashAnalytics
from asyncsdk.operation import declared
from asyncsdk.testing import AnalyticsService, BlaizeService, Sandbox
from asyncsdk.testing.clock import FakeClock

OPERATIONS = declared([import_module(f"asyncsdk.blaize.{each.name}") for each in iter_modules(package.__path__)])

PROMO_CODE = {"discountId": "10-off", "code": "new", "discount": 10}

# What the document's own calls are made with, where the sandbox's state asks for more than the document says.
GIVEN = {
    "admin.users.create": ({"identifiers": {"email_address": "new@example.com"}},),
    "admin.keypairs.delete": ("{admin}", "test-access"),
    "admin.keypairs.list": ("{admin}",),
    "admin.sessions.get": ("{session}",),
    "admin.users.tenant_roles": ("{admin}", "demo"),
    "promo_codes.create": (PROMO_CODE,),
    "promo_codes.delete": ("code",),
    "promo_codes.list": (),
    "site_sessions.delete": ("main", "{site session}"),
    "site_sessions.get": ("main", "{site session}"),
    "users.create": (
        {"identifiers": {"email_address": "jane@company.com"}, "validators": {"password": "test-password"}},
    ),
    "users.update_email": ("123456789ABCD", {"new_identifiers": {"email_address": "new@company.com"}}),
}


async def made(blaize):
    """What has to be there first: the session of an administrator and of a user."""
    sign_in = {
        "identifiers": {"email_address": "admin@example.com"},
        "validators": {"password": "test-password"},
    }
    session = await blaize.admin.login(sign_in)
    joe = {
        "identifiers": {"email_address": "joe.blow@company.com"},
        "validators": {"password": "mysecurepassword123"},
    }
    return {
        "{admin}": (await blaize.admin.sessions.get(session.id)).user_id,
        "{session}": session.id,
        "{site session}": (await blaize.site_sessions.create("main", joe)).session_id,
    }


def arguments(python, told):
    if python in GIVEN:
        return list(GIVEN[python])
    given = list(told.path_params.values())
    if told.request is not None:
        given.append(told.request.example if told.request.text is None else told.request.text)
    return given


@pytest.fixture
def attempts():
    return []


def test_every_operation_of_the_sdk_is_served(service):
    served = service._door.routes
    for operation in OPERATIONS.values():
        path = operation.url_path(*("x" for _ in operation.path_params))
        assert served.match(operation.method, path) is not None, operation.id


@pytest.mark.anyio
async def test_every_operation_of_the_document_answers_as_documented(contract, connect, attempts):
    for python, told in contract.items():
        async with connect(BlaizeService(), on_attempt=attempts.append) as blaize:
            known = await made(blaize)
            if python == "admin.logout":
                blaize = blaize.with_session(known["{session}"])  # noqa: PLW2901  # the only one that needs it
            call = functools.reduce(getattr, python.split("."), blaize)(
                *(known.get(each, each) if isinstance(each, str) else each for each in arguments(python, told))
            )
            if isinstance(call, Pager):
                assert await call.first() is not None, python
            elif hasattr(call, "__aenter__"):
                async with call as rows:
                    assert [row.seq_no async for row in rows] == [1], python
            else:
                await call
            assert attempts[-1].operation == f"blaize.{python}"
            assert attempts[-1].status in [each.status for each in told.responses], python


@pytest.mark.anyio
async def test_where_there_is_nothing_it_says_404(send):
    for target in (
        "/",
        "/v3",
        "/v3/",
        "/v3/users/",
        "/v3/user",
        "/v3/users/a/b/c",
        "/v1/analytics/version",
        "//v3/users",
    ):
        answer = await send("GET", target)
        assert answer.status_code == 404, target
        assert answer.json() == {"message": "There is nothing at this path"}


@pytest.mark.anyio
async def test_a_method_that_a_path_does_not_have_is_a_405_that_names_the_others(send):
    answer = await send("PATCH", "/v3/accounts/1")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, PUT, DELETE")
    assert (await send("HEAD", "/v3/users")).status_code == 405


@pytest.mark.anyio
@pytest.mark.parametrize("body", [b"{", b"", b"  ", b"\xff\xfe", b"[" * 5000, b'{"path": "/"} x', b"nul"])
async def test_a_body_that_is_no_json_is_refused(send, body):
    answer = await send("POST", "/v3/decision-engine", body)
    assert answer.status_code == 400
    assert answer.json()["message"] in ("The body is not JSON", "The request needs a body")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("target", "body", "message"),
    [
        ("/v3/decision-engine", b"{}", "body.path is required"),
        ("/v3/decision-engine", b"[]", "body must be an object, not a list"),
        ("/v3/decision-engine", b'{"path": 1}', "body.path must be text, not a number"),
        ("/v3/accounts", b'{"number_of_seats": "5"}', "body.number_of_seats must be a whole number, not text"),
        ("/v3/users", b'[{"identifiers": {}}]', "body[0].validators is required"),
        (
            "/v3/credits",
            b'{"delivers": ["a", 1]}',
            "body.delivers[1] must be text, not a number",
        ),
        ("/v3/admin/roles", b'{"email": "a@example.com"}', "body.role is required"),
    ],
)
async def test_a_body_that_does_not_fit_is_refused_with_the_fields_name(send, target, body, message):
    answer = await send("POST", target, body)
    assert (answer.status_code, answer.json()) == (400, {"message": message})


@pytest.mark.anyio
async def test_the_client_shows_what_the_service_says(blaize):
    with pytest.raises(NotFoundError, match="404: Account not found"):
        await blaize.accounts.get("nobody")
    with pytest.raises(BadRequestError, match="The body is no regular expression: missing \\)"):
        await blaize.cache_management.evict_origin("/news/(")


@pytest.mark.anyio
async def test_a_seed_gives_the_same_ids_and_another_seed_others(connect, example):
    ids = []
    for seed in (1, 1, 2):
        async with connect(BlaizeService(seed=seed)) as blaize:
            ids.append((await blaize.accounts.create(example("accounts.create")[0])).id)
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.anyio
async def test_without_the_examples_the_tenant_is_empty(connect):
    async with connect(BlaizeService(examples=False)) as blaize:
        for name in ("accounts", "bundles", "companies", "feature_rules", "gifts", "products", "promo_codes", "users"):
            assert await getattr(blaize, name).list().to_list() == [], name
        async with blaize.users.export() as rows:
            assert [row async for row in rows] == []
        for call in (blaize.certs.delete(), blaize.users.reset_legacy_password("old")):
            with pytest.raises(NotFoundError):
                await call


@pytest.mark.anyio
async def test_two_services_share_nothing(connect, example):
    one, other = BlaizeService(), BlaizeService()
    async with connect(one) as first, connect(other) as second:
        await first.companies.create(example("companies.create")[0])
        assert len(await first.companies.list().to_list()) == 2
        assert len(await second.companies.list().to_list()) == 1


@pytest.mark.anyio
async def test_it_says_what_time_it_is(send):
    answer = await send("GET", "/v3/nothing", to=BlaizeService(clock=FakeClock(0)))
    assert answer.headers.get_list("date") == ["Thu, 01 Jan 1970 00:00:00 GMT"]


@pytest.mark.anyio
async def test_one_sandbox_serves_both_systems_at_one_address(connect):
    app = Sandbox(BlaizeService(), AnalyticsService(devices=2))
    transport = httpx.ASGITransport(app=app)
    async with (
        UnleashAnalytics("test-key", base_url="http://sandbox.test/v1", transport=transport) as analytics,
        connect(BlaizeService()).with_options() as copy,
    ):
        assert len(await analytics.devices().to_list()) == 5
        assert repr(copy) == "Blaize(base_url='http://sandbox.test')"
    async with httpx.AsyncClient(transport=transport) as client:
        assert (await client.get("http://sandbox.test/v3/users")).status_code == 401
        assert (await client.get("http://sandbox.test/v1/nothing")).status_code == 403


def test_its_repr_shows_no_secret(service):
    shown = repr(service)
    assert "demo" in shown
    assert "test-secret" not in shown
    assert "test-password" not in shown


def test_more_users_than_it_can_number_are_refused():
    with pytest.raises(ValueError, match="users"):
        BlaizeService(users=0x1000000)


@pytest.mark.anyio
async def test_as_the_live_service_it_has_moved_from_some_paths(connect):
    async with connect(BlaizeService(live=True)) as blaize:
        for call in (
            blaize.users.session("123456789ABCD"),
            blaize.users.reset_password({"identifiers": {"email_address": "joe.blow@company.com"}}),
            blaize.users.reset_legacy_password("old"),
            blaize.accounts.users.list().to_list(),
        ):
            with pytest.raises(APIError) as caught:
                await call
            assert caught.value.status_code in (404, 405)
        assert (await blaize.users.sessions("123456789ABCD")).user_id == "123456789ABCD"
