from __future__ import annotations

import pytest
from attrs import evolve

from asyncsdk import BadRequestError, ConflictError, NotFoundError, to_dict
from asyncsdk.testing import BlaizeService
from asyncsdk.testing.blaize import Sent
from asyncsdk.testing.clock import FakeClock

JOE = "123456789ABCD"


def jane(**more):
    return {
        "identifiers": {"email_address": "Jane.Doe@company.com", "username": "jane"},
        "validators": {"password": "test-password"},
        "attributes": {"first_name": "Jane"},
        **more,
    }


def sign_in(password, **identifiers):
    return {"identifiers": identifiers, "validators": {"password": password}}


@pytest.mark.anyio
async def test_a_life(blaize):
    receipt = await blaize.users.create(jane())
    assert receipt.status_code == 201
    assert receipt.uri == f"http://sandbox.test/v3/users/{receipt.id}"
    user = await blaize.users.get(receipt.id)
    assert to_dict(user) == {
        "user_id": receipt.id,
        "identifiers": {"email_address": "Jane.Doe@company.com", "username": "jane"},
        "attributes": {"first_name": "Jane"},
        "email_verified": False,
    }
    assert [each.user_id for each in await blaize.users.list().to_list()] == [JOE, receipt.id]

    assert (await blaize.users.update_attributes(receipt.id, {"surname": "Doe"})).status_code == 200
    assert (await blaize.users.get(receipt.id)).attributes == {"first_name": "Jane", "surname": "Doe"}
    assert (await blaize.users.replace_attributes(receipt.id, {"city": "Leeds"})).status_code == 200
    assert await blaize.users.get(receipt.id) == evolve(user, attributes={"city": "Leeds"})

    assert (await blaize.users.delete(receipt.id)).status_code == 200
    assert [each.user_id for each in await blaize.users.list().to_list()] == [JOE]
    for gone in (
        blaize.users.get(receipt.id),
        blaize.users.delete(receipt.id),
        blaize.users.update_attributes(receipt.id, {}),
        blaize.users.replace_attributes(receipt.id, {}),
        blaize.users.save_foreign_key(receipt.id, "crm", "1"),
        blaize.users.update_email(receipt.id, {"new_identifiers": {"email_address": "a@example.com"}}),
        blaize.users.access_model(receipt.id),
        blaize.users.session(receipt.id),
        blaize.users.accounts(receipt.id).to_list(),
        blaize.users.grants.list(receipt.id).to_list(),
        blaize.users.reset_legacy_password_of_user(receipt.id, "old"),
    ):
        with pytest.raises(NotFoundError, match="404: User not found"):
            await gone


@pytest.mark.anyio
async def test_what_a_user_has_goes_with_the_user(blaize):
    await blaize.users.delete(JOE)
    assert await blaize.accounts.users.list().to_list() == []
    for gone in (blaize.sessions.get("SS0123456789ABCD"), blaize.users.grants.get(JOE, "0123456789ABCD")):
        with pytest.raises(NotFoundError):
            await gone


@pytest.mark.anyio
async def test_a_user_may_come_again_once_gone(blaize):
    first = await blaize.users.create(jane())
    await blaize.users.delete(first.id)
    assert (await blaize.users.create(jane())).id != first.id


@pytest.mark.anyio
async def test_a_password_is_never_told(blaize):
    receipt = await blaize.users.create(jane())
    assert "validators" not in to_dict(await blaize.users.get(receipt.id))


@pytest.mark.anyio
async def test_what_else_is_sent_is_kept(blaize):
    receipt = await blaize.users.create(jane(registration_state="complete", email_verified=True, user_id="mine"))
    told = to_dict(await blaize.users.get(receipt.id))
    assert (told["registration_state"], told["email_verified"]) == ("complete", True)
    assert told["user_id"] == receipt.id != "mine"


@pytest.mark.anyio
async def test_many_are_created_at_once_or_none(blaize):
    names = [f"user{number}" for number in range(500)]
    receipt = await blaize.users.create([sign_in("test-password", username=name) for name in names])
    assert receipt.status_code == 201
    ids = [each["user_id"] for each in to_dict(receipt)]
    assert [(await blaize.users.get(each)).identifiers.username for each in ids[::100]] == names[::100]
    assert len(await blaize.users.list().to_list()) == 501

    for bad in (
        [sign_in("test-password", username="new"), sign_in("test-password", username="user7")],
        [sign_in("test-password", username="twin"), sign_in("test-password", username="TWIN")],
        [sign_in("test-password", username="new"), sign_in("test-password")],
    ):
        with pytest.raises(BadRequestError):
            await blaize.users.create(bad)
    assert len(await blaize.users.list().to_list()) == 501


@pytest.mark.anyio
@pytest.mark.parametrize(
    "identifiers",
    [{"email_address": "JOE.BLOW@company.com"}, {"email_address": "joe.blow@company.com", "username": "x"}],
)
async def test_an_address_belongs_to_one_user(connect, identifiers):
    for live, error in ((False, BadRequestError), (True, ConflictError)):
        async with connect(BlaizeService(live=live)) as blaize:
            with pytest.raises(error, match="There is a user with this email_address already"):
                await blaize.users.create(sign_in("test-password", **identifiers))


@pytest.mark.anyio
async def test_what_the_user_schema_requires_must_be_there(blaize):
    await blaize.user_schema.save("city", {"label": "City", "required": True})
    with pytest.raises(BadRequestError, match=r"body\.attributes\.city is required by the user schema"):
        await blaize.users.create(jane())
    with pytest.raises(BadRequestError, match="city"):
        await blaize.users.replace_attributes(JOE, {"first_name": "Joe"})
    receipt = await blaize.users.create(jane(attributes={"city": "Leeds"}))
    await blaize.users.update_attributes(receipt.id, {"first_name": "Jane"})
    await blaize.user_schema.delete("city")
    assert (await blaize.users.replace_attributes(receipt.id, {})).status_code == 200


@pytest.mark.anyio
async def test_a_foreign_key_finds_its_user(blaize):
    receipt = await blaize.users.create(jane())
    await blaize.users.save_foreign_key(receipt.id, "crm", "4/2 é")
    await blaize.users.save_foreign_key(receipt.id, "shop", "7")

    async def found(**keys):
        return [user.user_id for user in await blaize.users.list(foreign_key=keys).to_list()]

    assert await found(crm="4/2 é") == [receipt.id]
    assert await found(crm="4/2 é", shop="7") == [receipt.id]
    assert await found(crm="4/2 é", shop="8") == []
    assert await found(crm="7") == []
    with pytest.raises(BadRequestError, match="another user's"):
        await blaize.users.save_foreign_key(JOE, "shop", "7")
    await blaize.users.save_foreign_key(receipt.id, "shop", "8")
    assert await found(shop="7") == []
    assert await found(shop="8") == [receipt.id]


@pytest.mark.anyio
async def test_a_foreign_key_may_come_as_a_json_string(blaize, send, service):
    path = f"/v3/users/{JOE}/foreign-key/update/crm"
    json = {"content-type": "application/json"}
    assert (await send("PUT", path, b'"joe \\u00e9"', headers=json)).status_code == 200
    assert len(await blaize.users.list(foreign_key={"crm": "joe é"}).to_list()) == 1
    assert (await send("PUT", path, b"bare", headers=json)).status_code == 200
    assert len(await blaize.users.list(foreign_key={"crm": "bare"}).to_list()) == 1
    for body in (b"", b'""', b'"half', b"\xff"):
        assert (await send("PUT", path, body, headers=json)).status_code == 400


@pytest.mark.anyio
async def test_the_address_stays_until_it_is_confirmed(connect, service):
    update = {"new_identifiers": {"email_address": "joe@new.example"}}
    async with connect(service) as blaize:
        assert (await blaize.users.update_email(JOE, update)).status_code == 200
        assert (await blaize.users.get(JOE)).identifiers.email_address == "joe.blow@company.com"
        assert service.outbox == (Sent("update-email", JOE, "joe@new.example"),)
        with pytest.raises(BadRequestError):
            await blaize.users.update_email(JOE, {"new_identifiers": {"email_address": "joe.blow@company.com"}})
        with pytest.raises(BadRequestError):
            await blaize.users.update_email(JOE, {"new_identifiers": {"username": "joe"}})
    async with connect(BlaizeService(live=True)) as blaize:
        assert (await blaize.users.update_email(JOE, update)).status_code == 201


@pytest.mark.anyio
async def test_messages_to_users_go_to_the_outbox(blaize, service):
    joe = {"identifiers": {"email_address": "joe.blow@company.com"}}
    nobody = {"identifiers": {"email_address": "nobody@company.com"}}
    await blaize.users.reset_password(joe)
    await blaize.users.reset_password_v4({**joe, "siteSlug": "main"})
    delivery = {"method": "email", "destination": "joe@phone.example", "action": "login", "redirect": "/"}
    assert (await blaize.users.start_passwordless({**joe, "delivery": delivery})).status_code == 201
    with pytest.raises(NotFoundError):
        await blaize.users.reset_password(nobody)
    with pytest.raises(BadRequestError):
        await blaize.users.start_passwordless({**nobody, "delivery": delivery})
    assert service.outbox == (
        Sent("reset-password", JOE, "joe.blow@company.com"),
        Sent("reset-password", JOE, "joe.blow@company.com"),
        Sent("login", JOE, "joe@phone.example"),
    )


@pytest.mark.anyio
async def test_a_legacy_password_takes_the_place_of_the_password(blaize):
    receipt = await blaize.users.reset_legacy_password_of_user(JOE, "old and é")
    assert receipt.status_code == 200
    assert to_dict(receipt) == {
        "message": "Legacy Password updated successfully to be used instead of password",
        "user_id": JOE,
        "uri": f"http://sandbox.test/v3/users/{JOE}/legacyPassword",
    }
    joe = {"email_address": "joe.blow@company.com"}
    assert (await blaize.sessions.create(sign_in("old and é", **joe))).user_id == JOE
    for wrong in ("mysecurepassword123", ""):
        with pytest.raises(BadRequestError):
            await blaize.sessions.create(sign_in(wrong, **joe))


@pytest.mark.anyio
async def test_where_the_path_names_no_user_the_first_one_is_meant(blaize):
    assert (await blaize.users.reset_legacy_password("old")).id == JOE
    with pytest.raises(BadRequestError, match="needs a body"):
        await blaize.users.reset_legacy_password("")


@pytest.mark.anyio
async def test_generated_users_can_be_changed_and_deleted_as_others(connect):
    service = BlaizeService(users=10, clock=FakeClock(1_700_000_000), examples=False)
    async with connect(service, clock=FakeClock(1_700_000_000)) as blaize:
        first, second, *others = service.user_ids
        await blaize.users.update_attributes(second, {"city": "Leeds"})
        await blaize.users.delete(first)
        listed = await blaize.users.list().to_list()
        assert [user.user_id for user in listed] == [second, *others]
        assert listed[0].attributes["city"] == "Leeds"
        assert await blaize.users.get(second) == listed[0]
        with pytest.raises(NotFoundError):
            await blaize.users.get(first)
        email = listed[0].identifiers.email_address
        with pytest.raises(BadRequestError, match="already"):
            await blaize.users.create(sign_in("test-password", email_address=email))
        assert (await blaize.sessions.create(sign_in("test-password", email_address=email))).user_id == second
        await blaize.users.delete(second)
        assert [user.user_id for user in await blaize.users.list().to_list()] == others
        assert await blaize.users.list(identifiers_email_address=email).to_list() == []
        again = await blaize.users.create(sign_in("test-password", email_address=email))
        assert (await blaize.users.list(identifiers_email_address=email).first()).user_id == again.id
