from __future__ import annotations

import pytest

from asyncsdk import BadRequestError, NotFoundError, to_dict
from asyncsdk.testing import BlaizeService
from asyncsdk.testing.clock import FakeClock

JOE, ACCOUNT, GRANT = "123456789ABCD", "0123456789ABCD", "0123456789ABCD"
BODY = {"entitlement_type": "bundle", "entitlement_id": "gold-bundle"}


@pytest.fixture(params=["users", "accounts"])
def side(request, blaize):
    """The grants of users or accounts, and an owner."""
    return getattr(blaize, request.param).grants, {"users": JOE, "accounts": ACCOUNT}[request.param]


@pytest.mark.anyio
async def test_a_life(side):
    grants, owner = side
    (first,) = await grants.list(owner).to_list()
    receipt = await grants.create(owner, BODY)
    assert receipt.status_code == 201
    grant = await grants.get(owner, receipt.id)
    assert to_dict(grant) == {"grantId": receipt.id, **BODY}
    assert await grants.list(owner).to_list() == [first, grant]
    assert (await grants.delete(owner, first.id)).status_code == 200
    assert await grants.list(owner).to_list() == [grant]
    for gone in (grants.get(owner, first.id), grants.delete(owner, first.id)):
        with pytest.raises(NotFoundError, match="Grant not found"):
            await gone
    for call in (grants.list("nobody").to_list(), grants.create("nobody", BODY), grants.get("nobody", GRANT)):
        with pytest.raises(NotFoundError, match=r"(User|Account) not found"):
            await call


@pytest.mark.anyio
@pytest.mark.parametrize("missing", ["entitlement_type", "entitlement_id"])
async def test_a_grant_of_nothing_is_refused(side, missing):
    grants, owner = side
    with pytest.raises(BadRequestError, match=f"body.{missing} is required"):
        await grants.create(owner, {name: value for name, value in BODY.items() if name != missing})


@pytest.mark.anyio
async def test_a_grant_under_an_id_of_ones_own(blaize):
    receipt = await blaize.users.grants.save(JOE, "my/grant", {**BODY, "grantId": "another"})
    assert (receipt.status_code, receipt.uri) == (201, f"http://sandbox.test/v3/users/{JOE}/grants/my%2Fgrant")
    assert (await blaize.users.grants.get(JOE, "my/grant")).id == "my/grant"


@pytest.mark.anyio
async def test_the_grants_of_an_account_go_with_it(blaize):
    await blaize.accounts.delete(ACCOUNT)
    with pytest.raises(NotFoundError):
        await blaize.accounts.grants.list(ACCOUNT).to_list()


@pytest.mark.anyio
async def test_those_that_hold_now_can_be_asked_for(connect):
    clock = FakeClock(1_700_000_000)  # 2023-11-14
    past = {**BODY, "startTime": "2022-01-01 00:00:00", "endTime": "2022-12-31 23:59:59"}
    present = {**BODY, "start_time": "2023-01-01 00:00:00", "end_time": "2024-01-01 00:00:00"}
    future = {**BODY, "startTime": "2024-01-01 00:00:00"}
    for live in (False, True):
        async with connect(BlaizeService(clock=clock, live=live), clock=clock) as blaize:
            for key, body in {"past": past, "present": present, "future": future}.items():
                await blaize.users.grants.save(JOE, key, body)

            async def ids(**filters):
                return [grant.id for grant in await blaize.users.grants.list(JOE, **filters).to_list()]

            assert await ids() == [GRANT, "past", "present", "future"]
            assert await ids(active=True) == [GRANT, "present"]
            assert await ids(active=False) == ["past", "future"]


@pytest.mark.anyio
async def test_a_filter_that_is_neither_is_refused(send):
    answer = await send("GET", f"/v3/users/{JOE}/grants?active=maybe")
    assert (answer.status_code, answer.json()) == (400, {"message": "active must be true or false"})
