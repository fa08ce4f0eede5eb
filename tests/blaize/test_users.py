"""Users that are created one by one or at once."""

from __future__ import annotations

import json

import pytest

from asyncsdk import ConflictError
from asyncsdk.blaize import Identifiers, User, Validators


@pytest.mark.anyio
async def test_users_are_created_one_by_one_or_at_once(client, router):
    route = router.post("/v3/users").respond(201, json={"user_id": "1", "message": "created"})
    joe = User(identifiers=Identifiers(email_address="joe@a.test"), validators=Validators(password="test-secret"))
    wire = {"identifiers": {"email_address": "joe@a.test"}, "validators": {"password": "test-secret"}}
    for given, sent in ((joe, wire), (wire, wire), ([joe, wire], [wire, wire]), ((joe,), [wire]), ([], [])):
        receipt = await client.users.create(given)
        assert json.loads(route.calls.last.request.content) == sent
        assert (receipt.id, receipt.status_code, receipt.message) == ("1", 201, "created")


@pytest.mark.anyio
async def test_the_one_user_of_many_that_is_wrong_is_named(client, router):
    good = {"identifiers": {}, "validators": {}}
    with pytest.raises(ValueError, match=r"body\[1\]\.validators is required"):
        await client.users.create([good, {"identifiers": {}}])
    with pytest.raises(TypeError, match=r"body\[0\]\.identifiers\.email_address must be text"):
        await client.users.create([{**good, "identifiers": {"email_address": 7}}])
    with pytest.raises(TypeError, match=r"body\[1\] must be an object"):
        await client.users.create([good, "joe"])
    assert not router.calls


@pytest.mark.anyio
async def test_a_user_that_is_there_already_is_a_conflict(client, router):
    router.post("/v3/users").respond(409, json={"message": "exists"})
    with pytest.raises(ConflictError, match="exists"):
        await client.users.create({"identifiers": {}, "validators": {"password": "test-secret"}})
