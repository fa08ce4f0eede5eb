"""What is offered beside the document: calls that the live service has in place of the documented ones, or more than these."""

from __future__ import annotations

import json

import pytest

from asyncsdk import Receipt, to_dict
from asyncsdk.blaize import CrossDeviceSession, Grant

GRANT = {"entitlement_type": "entitlement", "entitlement_id": "XX0123456789ABCD"}
RESET = {"identifiers": {"email_address": "joe.blow@company.com"}, "siteSlug": "main"}

CALLS = [
    ("accounts.grants.create", ("A/1", GRANT), "POST", "/v3/accounts/A%2F1/grants", GRANT),
    ("bundles.update", ("B/1", {"label": "Test"}), "PUT", "/v3/bundles/B%2F1", {"label": "Test"}),
    ("users.reset_password_v4", (RESET,), "POST", "/v4/users/reset", RESET),
]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "given", "method", "path", "sent"), CALLS, ids=lambda value: value if isinstance(value, str) else ""
)
async def test_a_newer_change_goes_to_its_own_path(client, router, name, given, method, path, sent):
    route = router.route().respond(200, json={"message": "ok"})
    call = client
    for part in name.split("."):
        call = getattr(call, part)
    receipt = await call(*given)
    request = route.calls.last.request
    assert (request.method, request.url.raw_path) == (method, path.encode())
    assert json.loads(request.content) == sent
    assert isinstance(receipt, Receipt)
    assert "authorization" in request.headers


@pytest.mark.anyio
async def test_the_grants_of_an_account_are_listed(client, router):
    router.get("/v3/accounts/A%2F1/grants").respond(json={"results": [GRANT]})
    (grant,) = await client.accounts.grants.list("A/1").to_list()
    assert type(grant) is Grant
    assert to_dict(grant) == GRANT


@pytest.mark.anyio
async def test_the_sessions_of_a_user_are_at_their_newer_path(client, router):
    router.get("/v3/users/U%2F1/sessions").respond(json={"user_id": "U/1", "sessions": []})
    session = await client.users.sessions("U/1")
    assert type(session) is CrossDeviceSession
    assert session.sessions == ()


@pytest.mark.anyio
async def test_a_legacy_password_is_set_for_the_user_that_is_named(client, router):
    route = router.post("/v3/users/U%2F1/legacyPassword").respond(200, json={"user_id": "U/1"})
    assert (await client.users.reset_legacy_password_of_user("U/1", "test-secret")).id == "U/1"
    request = route.calls.last.request
    assert (request.content, request.headers["content-type"]) == (b"test-secret", "text/plain")


@pytest.mark.anyio
async def test_a_site_is_required_where_the_newer_call_requires_it(client, router):
    with pytest.raises(ValueError, match=r"body\.siteSlug is required"):
        await client.users.reset_password_v4({"identifiers": RESET["identifiers"]})
    assert not router.calls
