from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from asyncsdk import BadRequestError, to_dict
from asyncsdk.testing import BlaizeService
from asyncsdk.testing.blaize.people.population import Population
from asyncsdk.testing.clock import FakeClock


@pytest.fixture
def exported(connect):
    """The rows that a service exports, as plain JSON."""

    async def rows(service, **filters):
        async with connect(service) as blaize, blaize.users.export(**filters) as export:
            return [to_dict(row) async for row in export]

    return rows


@pytest.mark.anyio
async def test_the_documents_example_comes_verbatim(exported, service, contract):
    assert await exported(service, attributes=True) == contract["users.export"].example


@pytest.mark.anyio
async def test_every_user_has_a_row(exported, connect):
    service = BlaizeService(users=1000)
    rows = await exported(service)
    assert [row["seq-no"] for row in rows] == list(range(1, 1002))
    async with connect(service) as blaize:
        users = [to_dict(user) async for user in blaize.users.list()]
    assert [row["user"]["identifiers"] for row in rows] == [user["identifiers"] for user in users]
    assert [row["user"]["attributes"] for row in rows] == [user["attributes"] for user in users]


@pytest.mark.anyio
async def test_the_live_services_export_comes_in_pages_one_list_deeper(exported, send):
    service = BlaizeService(users=1200, live=True)
    rows = await exported(service, rpp=500)
    assert [row["seq-no"] for row in rows] == list(range(1, 1202))
    assert rows == await exported(BlaizeService(users=1200))
    assert [row["seq-no"] for row in await exported(service, page=3)] == list(range(1001, 1202))

    page = (await send("GET", "/v3/user-export?page=2&rpp=400", to=service)).json()
    (inner,) = page["results"]
    assert [row["seq-no"] for row in inner] == list(range(401, 801))
    assert page["meta"] == {"count": 1201, "rpp": 400, "paginated": True}
    url = "http://sandbox.test/v3/user-export?rpp=400&page="
    assert page["links"] == {
        "first": {"url": f"{url}1", "page": 1},
        "last": {"url": f"{url}4", "page": 4},
        "previous": {"url": f"{url}1", "page": 1},
        "next": {"url": f"{url}3", "page": 3},
    }


@pytest.mark.anyio
async def test_an_export_of_nobody(exported, send):
    for live in (False, True):
        service = BlaizeService(examples=False, live=live)
        assert await exported(service) == []
        assert await exported(service, grants=True, app_ids="quiz1", rpp=5) == []


@pytest.mark.anyio
async def test_attributes_can_be_left_out(exported, service):
    assert [list(row["user"]) for row in await exported(service, attributes=False)] == [["identifiers"]]


@pytest.mark.anyio
async def test_profiles_are_those_of_the_applications_asked_for(exported):
    service = BlaizeService(users=30)
    everybody = await exported(service, attributes=True, app_ids=["quiz1", "survey4"])
    assert len(everybody) == 31
    with_quiz = [row for row in everybody if "quiz1" in row["user"].get("extended_profiles", {})]
    assert len(with_quiz) == 10

    only = await exported(service, app_ids="quiz1")
    assert len(only) == 10
    assert [list(row["user"]) for row in only] == [["identifiers", "extended_profiles"]] * 10
    assert [row["user"]["extended_profiles"]["quiz1"] for row in only] == [
        row["user"]["extended_profiles"]["quiz1"] for row in with_quiz
    ]
    assert [row["seq-no"] for row in only] == list(range(1, 11))
    assert len(await exported(service, attributes=True, app_ids_restrictive="survey4")) == 6
    assert await exported(service, app_ids="unknown") == []


@pytest.mark.anyio
async def test_grants_come_with_their_users(exported, service):
    (row,) = await exported(service, grants=True)
    grant = {"entitlement_type": "entitlement", "entitlement_id": "XX0123456789ABCD"}
    assert row["grants"] == [{"grantId": "0123456789ABCD", **grant}]


@pytest.mark.anyio
async def test_times_choose_by_registration_and_change(exported, connect):
    clock = FakeClock(1_700_000_000)
    service = BlaizeService(users=10, examples=False, clock=clock)
    population = Population(1, 10)
    fifth = datetime.fromtimestamp(population.person(4).registered, UTC)
    assert len(await chosen(connect, service, clock, registered_since=fifth)) == 6
    assert len(await chosen(connect, service, clock, registered_before=fifth)) == 4
    assert len(await chosen(connect, service, clock, registered_before=int(fifth.timestamp() * 1000))) == 4
    assert len(await chosen(connect, service, clock, registered_since="2030-01-01")) == 0
    async with connect(service, clock=clock) as blaize:
        await blaize.users.update_attributes(population.user_id(7), {"city": "Leeds"})
        new = await blaize.users.create({"identifiers": {"username": "new"}, "validators": {}})
    rows = await chosen(connect, service, clock, since="2023-01-01T00:00:00Z")
    assert [row["user"]["identifiers"] for row in rows] == [
        {"username": "new"},
        dict(population.person(7).identifiers),
    ]
    assert new.id


async def chosen(connect, service, clock, **filters):
    async with connect(service, clock=clock) as blaize, blaize.users.export(**filters) as export:
        return [to_dict(row) async for row in export]


@pytest.mark.anyio
async def test_filters_that_cannot_be_read_are_refused(send, connect, service):
    for query, message in (
        ("attributes=maybe", "attributes must be true or false"),
        ("grants=1", "grants must be true or false"),
        ("since=yesterday", "since must be a time in ISO 8601, or milliseconds since the epoch"),
        (f"registeredSince={'9' * 30}", "registeredSince must be a time in ISO 8601, or milliseconds since the epoch"),
        ("page=0", "page must be a whole number from 1"),
    ):
        answer = await send("GET", f"/v3/user-export?{query}")
        assert (answer.status_code, answer.json()) == (400, {"message": message})
    async with connect(service) as blaize:
        with pytest.raises(BadRequestError, match="since must be"):
            async with blaize.users.export(since="yesterday"):
                pass


@pytest.mark.anyio
async def test_it_is_one_json_document(send):
    answer = await send("GET", "/v3/user-export", to=BlaizeService(users=2000))
    assert "content-length" not in answer.headers
    assert answer.headers["content-type"] == "application/json"
    assert len(json.loads(answer.content)) == 2001
