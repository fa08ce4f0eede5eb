from __future__ import annotations

import pytest

from asyncsdk import AuthenticationError, BadRequestError, ConflictError, NotFoundError, to_dict
from asyncsdk.testing import BlaizeService

JOE = "b859f5dd-8184-4d01-8bf9-e3e771f68a62"


def sign_in(email, password="test-password"):
    return {"identifiers": {"email_address": email}, "validators": {"password": password}}


@pytest.fixture
async def session(blaize):
    return await blaize.admin.login(sign_in("admin@example.com"))


@pytest.fixture
async def me(blaize, session):
    """Whose the default key pair is."""
    return (await blaize.admin.sessions.get(session.id)).user_id


@pytest.mark.anyio
async def test_a_session_is_another_way_in_until_it_is_ended(blaize, session):
    assert session.message == "Login successful"
    assert session.cookie == f"blaize_admin_session={session.id}"
    administrator = blaize.with_session(session)
    assert len(await administrator.users.list().to_list()) == 1
    assert (await administrator.admin.logout()).message == "Session deleted"
    for call in (administrator.users.list().to_list(), administrator.admin.logout()):
        with pytest.raises(AuthenticationError, match="The session is unknown, or has ended"):
            await call
    with pytest.raises(NotFoundError, match="Session not found"):
        await blaize.admin.sessions.get(session.id)


@pytest.mark.anyio
async def test_each_login_is_a_session_of_its_own(blaize, session):
    other = await blaize.admin.login(sign_in("admin@example.com"))
    assert other.id != session.id
    await blaize.with_session(other).admin.logout()
    assert len(await blaize.with_session(session).users.list().to_list()) == 1


@pytest.mark.anyio
async def test_a_made_up_session_is_refused(connect, service):
    async with connect(service, admin_session="made-up") as blaize:
        with pytest.raises(AuthenticationError, match="session"):
            await blaize.users.list().to_list()


@pytest.mark.anyio
async def test_a_login_needs_nothing_but_the_password(connect, service, session):
    async with connect(service, admin_session="made-up") as blaize:
        assert (await blaize.admin.login(sign_in("admin@example.com"))).id != session.id


@pytest.mark.anyio
@pytest.mark.parametrize(
    "who",
    [
        sign_in("admin@example.com", "mistyped-one"),
        sign_in("admin@example.com", ""),
        sign_in("nobody@example.com"),
        {"identifiers": {}, "validators": {"password": "test-password"}},
        {"identifiers": {"email_address": "admin@example.com"}, "validators": {}},
    ],
)
async def test_a_wrong_password_is_refused(blaize, who):
    with pytest.raises(AuthenticationError, match="The address or the password is wrong") as caught:
        await blaize.admin.login(who)
    assert "test-password" not in str(caught.value)


@pytest.mark.anyio
async def test_a_wrong_signature_lets_nobody_log_in(connect, service):
    async with connect(service, secret_key="wrong") as blaize:
        with pytest.raises(AuthenticationError, match="hash"):
            await blaize.admin.login(sign_in("admin@example.com"))


@pytest.mark.anyio
async def test_a_key_pair_has_no_session_to_end(blaize):
    with pytest.raises(BadRequestError, match="no session to end"):
        await blaize.admin.logout()


@pytest.mark.anyio
async def test_a_new_administrator_can_log_in(blaize, connect):
    receipt = await blaize.admin.users.create(sign_in("new@example.com", "mine"))
    assert to_dict(receipt) == {
        "user_id": receipt.id,
        "message": "Admin user created successfully",
        "uri": f"http://sandbox.test/v3/admin/users/{receipt.id}",
    }
    session = await blaize.admin.login(sign_in("new@example.com", "mine"))
    assert (await blaize.admin.sessions.get(session.id)).user_id == receipt.id
    with pytest.raises(BadRequestError, match="address already"):
        await blaize.admin.users.create(sign_in("new@example.com"))
    with pytest.raises(BadRequestError, match="email_address is required"):
        await blaize.admin.users.create({"identifiers": {"username": "new"}})
    async with connect(BlaizeService(live=True)) as live:
        with pytest.raises(ConflictError, match="address already"):
            await live.admin.users.create(sign_in("admin@example.com"))


@pytest.mark.anyio
async def test_an_administrator_without_a_password_cannot_log_in(blaize):
    await blaize.admin.users.create({"identifiers": {"email_address": "new@example.com"}})
    with pytest.raises(AuthenticationError):
        await blaize.admin.login(sign_in("new@example.com"))


@pytest.mark.anyio
async def test_the_life_of_a_key_pair(blaize, connect, service, me):
    pair = await blaize.admin.keypairs.create(me)
    assert pair.message.startswith("Keypair created: you will not be able to recover the secret")
    keys = await blaize.admin.keypairs.list(me).to_list()
    assert [key.access_key for key in keys] == ["test-access", pair.access_key]
    assert [list(to_dict(key)) for key in keys] == [["access_key"]] * 2

    async with connect(service, access_key=pair.access_key, secret_key=pair.secret_key) as other:
        assert len(await other.users.list().to_list()) == 1
        assert (await other.admin.keypairs.delete(me, pair.access_key)).message == "Keypair revoked"
        with pytest.raises(AuthenticationError, match="The access key is unknown"):
            await other.users.list().to_list()
    assert [key.access_key for key in await blaize.admin.keypairs.list(me).to_list()] == ["test-access"]


@pytest.mark.anyio
async def test_a_key_pair_is_its_owners(blaize):
    assert await blaize.admin.keypairs.list(JOE).to_list() == []
    with pytest.raises(NotFoundError, match="Keypair not found"):
        await blaize.admin.keypairs.delete(JOE, "test-access")
    for call in (blaize.admin.keypairs.create("nobody"), blaize.admin.keypairs.list("nobody").to_list()):
        with pytest.raises(NotFoundError, match="Admin user not found"):
            await call


@pytest.mark.anyio
async def test_the_life_of_a_role(blaize, me):
    before = await blaize.admin.roles.list().to_list()
    role = {"email": "admin@example.com", "role": "editor"}
    receipt = await blaize.admin.roles.create({**role, "role_id": "mine"})
    assert (receipt.status_code, to_dict(receipt)) == (201, {"message": "Admin role created successfully"})
    created = (await blaize.admin.roles.list().to_list())[-1]
    assert created.role_id != "mine"
    assert to_dict(await blaize.admin.roles.get(created.role_id)) == {"role_id": created.role_id, **role}
    assert [each.role for each in await blaize.admin.users.roles(me).to_list()] == ["admin", "editor"]
    assert [each.role for each in await blaize.admin.users.tenant_roles(me, "demo").to_list()] == ["admin", "editor"]

    assert (await blaize.admin.roles.update(created.role_id, {**role, "role": "reader"})).status_code == 200
    assert (await blaize.admin.roles.get(created.role_id)).role == "reader"
    assert (await blaize.admin.roles.delete(created.role_id)).status_code == 200
    assert await blaize.admin.roles.list().to_list() == before
    for gone in (
        blaize.admin.roles.get(created.role_id),
        blaize.admin.roles.delete(created.role_id),
        blaize.admin.roles.update(created.role_id, role),
    ):
        with pytest.raises(NotFoundError, match="Role not found"):
            await gone


@pytest.mark.anyio
async def test_roles_of_nobody_or_nowhere_are_not_found(blaize, me):
    with pytest.raises(NotFoundError, match="Admin user not found"):
        await blaize.admin.users.roles("nobody").to_list()
    with pytest.raises(NotFoundError, match="Tenant not found"):
        await blaize.admin.users.tenant_roles(me, "another").to_list()
