from __future__ import annotations

import pytest

from asyncsdk import BadRequestError, NotFoundError, to_dict
from asyncsdk.testing import BlaizeService

JOE, ACCOUNT = "123456789ABCD", "0123456789ABCD"


async def with_accounts(blaize, count):
    for number in range(count):
        await blaize.accounts.create({"name": f"Account {number}"})


@pytest.mark.anyio
@pytest.mark.parametrize("rpp", [None, 1, 10, 13, 25, 200])
async def test_the_live_services_accounts_come_in_pages(connect, rpp):
    async with connect(BlaizeService(live=True, examples=False)) as blaize:
        await with_accounts(blaize, 25)
        pages = [page async for page in blaize.accounts.list(rpp=rpp).pages()]
        size = rpp or 10
        assert [len(page.items) for page in pages] == [min(size, 25 - at) for at in range(0, 25, size)]
        names = [account.name for page in pages for account in page.items]
        assert names == [f"Account {number}" for number in range(25)]


@pytest.mark.anyio
async def test_the_documents_come_at_once_unless_a_page_is_asked_for(blaize):
    await with_accounts(blaize, 25)
    (page,) = [page async for page in blaize.accounts.list().pages()]
    assert len(page.items) == 26
    pages = [page async for page in blaize.accounts.list(rpp=20).pages()]
    assert [len(page.items) for page in pages] == [20, 6]
    assert await blaize.accounts.list(page=3, rpp=10).to_list() == page.items[20:]
    assert await blaize.accounts.list(page=9, rpp=10).to_list() == []


@pytest.mark.anyio
async def test_a_page_that_is_none_is_refused(send):
    for query, name in (
        ("page=0", "page"),
        ("rpp=-1", "rpp"),
        ("page=x", "page"),
        ("rpp=", "rpp"),
        ("page=1e3", "page"),
    ):
        answer = await send("GET", f"/v3/accounts?{query}")
        assert (answer.status_code, answer.json()) == (400, {"message": f"{name} must be a whole number from 1"})


@pytest.mark.anyio
async def test_a_search_goes_before_the_pages(connect):
    async with connect(BlaizeService(live=True)) as blaize:
        await with_accounts(blaize, 25)
        found = await blaize.accounts.list(search="account 1", rpp=4).to_list()
        assert [account.name for account in found] == ["Account 1", *(f"Account {number}" for number in range(10, 20))]


@pytest.mark.anyio
async def test_who_belongs_to_which_account(blaize):
    other = (await blaize.accounts.create({"name": "Other"})).id
    membership = {"user_id": JOE, "account_id": ACCOUNT}
    assert [to_dict(each) for each in await blaize.accounts.users.list().to_list()] == [membership]

    assert (await blaize.accounts.users.save(other, JOE)).status_code == 201
    assert (await blaize.accounts.users.save(other, JOE)).status_code == 200
    assert to_dict(await blaize.accounts.users.get(other, JOE)) == {"user_id": JOE, "account_id": other}
    assert [each.account_id for each in await blaize.accounts.users.list().to_list()] == [ACCOUNT, other]
    assert [each.account_id for each in await blaize.accounts.users.list(other).to_list()] == [other]
    assert [each.account_id for each in await blaize.users.accounts(JOE).to_list()] == [ACCOUNT, other]

    assert (await blaize.accounts.users.delete(other, JOE)).status_code == 200
    for gone in (blaize.accounts.users.get(other, JOE), blaize.accounts.users.delete(other, JOE)):
        with pytest.raises(NotFoundError, match="does not belong"):
            await gone
    for account, user in ((other, "nobody"), ("nothing", JOE)):
        with pytest.raises(BadRequestError, match="no such account, or no such user"):
            await blaize.accounts.users.save(account, user)


@pytest.mark.anyio
async def test_nobody_is_left_in_an_account_that_is_gone(blaize):
    await blaize.accounts.delete(ACCOUNT)
    assert await blaize.users.accounts(JOE).to_list() == []
    with pytest.raises(NotFoundError, match="Account not found"):
        await blaize.accounts.users.list(ACCOUNT).to_list()


@pytest.mark.anyio
async def test_the_live_service_says_404_for_nobody(connect):
    async with connect(BlaizeService(live=True)) as blaize:
        await blaize.accounts.users.delete(ACCOUNT, JOE)
        for empty in (blaize.accounts.users.list(ACCOUNT), blaize.users.accounts(JOE)):
            with pytest.raises(NotFoundError, match="Nobody belongs here"):
                await empty.to_list()
