from __future__ import annotations

import pytest

from asyncsdk import BadRequestError
from asyncsdk.testing import BlaizeService


def user(name, **attributes):
    return {
        "identifiers": {"email_address": f"{name}@example.com", "username": name},
        "validators": {"password": "test-password"},
        "attributes": attributes,
    }


@pytest.fixture
async def find(connect):
    async with connect(BlaizeService(examples=False)) as blaize:
        await blaize.users.create(
            [
                user("ann", city="Leeds", age=30, news=True),
                user("bob", city="York", age=40, news=False),
                user("cid", city="London"),
            ]
        )

        async def found(**filters):
            return [each.identifiers.username for each in await blaize.users.list(**filters).to_list()]

        yield found


@pytest.mark.anyio
async def test_an_identifier_finds_its_user(find):
    assert await find(identifiers_email_address="Bob@example.com") == ["bob"]
    assert await find(identifiers_username="cid") == ["cid"]
    assert await find(identifiers_username="Cid") == []
    assert await find(identifiers_email_address="bob@example.com", identifiers_username="bob") == ["bob"]
    assert await find(identifiers_email_address="bob@example.com", identifiers_username="cid") == []
    assert await find(identifiers_email_address="bob@example.com", search="york") == ["bob"]
    assert await find(identifiers_email_address="bob@example.com", search="leeds") == []


@pytest.mark.anyio
async def test_a_search_looks_into_all_texts(find):
    assert await find(search="LEEDS") == ["ann"]
    assert await find(search="@example") == ["ann", "bob", "cid"]
    assert await find(search="40") == ["bob"]
    assert await find(search="nowhere") == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ({"slug": "city", "operator": "is", "value": "York"}, ["bob"]),
        ({"slug": "city", "value": "York"}, ["bob"]),
        ({"slug": "city", "operator": "is_not", "value": "York"}, ["ann", "cid"]),
        ({"slug": "city", "operator": "contains", "value": "o"}, ["bob", "cid"]),
        ({"slug": "city", "operator": "does_not_contain", "value": "o"}, ["ann"]),
        ({"slug": "city", "operator": "starts_with", "value": "L"}, ["ann", "cid"]),
        ({"slug": "city", "operator": "ends_with", "value": "n"}, ["cid"]),
        ({"slug": "age", "operator": "has_any_value"}, ["ann", "bob"]),
        ({"slug": "age", "operator": "is_unknown"}, ["cid"]),
        ({"slug": "news", "operator": "checked"}, ["ann"]),
        ({"slug": "news", "operator": "unchecked"}, ["bob", "cid"]),
        ({"slug": "age", "from": 30, "to": 39}, ["ann"]),
        ({"slug": "age", "from": 31}, ["bob"]),
        ({"slug": "age", "to": 40}, ["ann", "bob"]),
        ({"slug": "city", "from": 1}, []),
    ],
)
async def test_conditions_on_attributes(find, condition, names):
    assert await find(search_by_attributes=[condition]) == names
    assert await find(search_by_attributes=condition) == names


@pytest.mark.anyio
async def test_all_conditions_must_hold(find):
    conditions = [{"slug": "city", "operator": "contains", "value": "o"}, {"slug": "age", "from": 1}]
    assert await find(search_by_attributes=conditions) == ["bob"]


@pytest.mark.anyio
async def test_an_unknown_operator_is_refused(find):
    with pytest.raises(BadRequestError, match="operator that is none of is, is_not"):
        await find(search_by_attributes=[{"slug": "city", "operator": "like"}])


@pytest.mark.anyio
@pytest.mark.parametrize("packed", ["%", "e30%3D", "W10", "WzFd", "Wyd4Jw%3D%3D", "/+=", "bnVsbA%3D%3D"])
async def test_what_cannot_be_unpacked_is_refused(send, packed):
    answer = await send("GET", f"/v3/users?search_by_attributes={packed}")
    assert (answer.status_code, answer.json()["message"][:34]) == (400, "search_by_attributes must be the B")


@pytest.mark.anyio
async def test_pages_are_given_to_those_who_ask_for_them(connect):
    service = BlaizeService(users=25)
    async with connect(service) as blaize:
        everybody = await blaize.users.list().to_list()
        assert len(everybody) == 26
        pages = [page async for page in blaize.users.list(rpp=10).pages()]
        assert [len(page.items) for page in pages] == [10, 10, 6]
        assert [user for page in pages for user in page.items] == everybody
        assert await blaize.users.list(page=3, rpp=10).to_list() == everybody[20:]
