from __future__ import annotations

from email.utils import parsedate_to_datetime

import httpx
import pytest
from no_tls import NO_TLS

from asyncsdk import RetryPolicy, fan_out, to_dict
from asyncsdk.blaize import Blaize
from asyncsdk.testing import AnalyticsService, BlaizeService, Sandbox, serve
from asyncsdk.testing.clock import FakeClock
from asyncsdk.testing.faults import fail_every


@pytest.fixture
def service():
    return BlaizeService(users=10_000)


@pytest.fixture
def url(service):
    with serve(Sandbox(service)) as url:
        yield url


@pytest.fixture
async def blaize(url):
    async with Blaize(access_key="test-access", secret_key="test-secret", base_url=url) as client:
        yield client


@pytest.mark.anyio
async def test_an_export_of_ten_thousand_users_is_read_while_it_comes(blaize, service):
    numbers = []
    async with blaize.users.export(attributes=True, app_ids=["quiz1"], grants=True) as users:
        async for row in users:
            numbers.append(row.seq_no)
            assert row.user.identifiers.email_address.partition("@")[2] in ("example.com", "company.com")
    assert numbers == list(range(1, 10_002))


@pytest.mark.anyio
async def test_an_export_that_is_left_early_leaves_the_server_free(blaize):
    for _ in range(3):
        async with blaize.users.export() as users:
            async for row in users:
                if row.seq_no == 10:
                    break
    assert (await blaize.users.get("123456789ABCD")).attributes["surname"] == "Blow"


@pytest.mark.anyio
async def test_the_grants_of_many_users_at_once(blaize, service):
    ids = list(service.user_ids)[:200]
    body = {"entitlement_type": "bundle", "entitlement_id": "gold-bundle"}
    for user_id in ids[::20]:
        await blaize.users.grants.create(user_id, body)
    found = {}
    async with fan_out(["123456789ABCD", *ids], blaize.users.grants.list, concurrency=32) as grants:
        async for user_id, grant in grants:
            found.setdefault(user_id, []).append(grant.entitlement_id)
    assert found == {"123456789ABCD": ["XX0123456789ABCD"], **{key: ["gold-bundle"] for key in ids[::20]}}


@pytest.mark.anyio
async def test_a_life_over_the_wire(blaize, url, example):
    body, _ = example("companies.create")
    receipt = await blaize.companies.create(body)
    assert receipt.uri == f"{url}/v3/companies/{receipt.id}"
    assert to_dict(await blaize.companies.get(receipt.id)) == body
    assert (await blaize.forms.save("a/b ?#é:%", {"title": "Test"})).status_code == 201
    assert (await blaize.forms.get("a/b ?#é:%")).title == "Test"
    found = await blaize.users.list(identifiers_email_address="joe.blow@company.com").to_list()
    assert [user.user_id for user in found] == ["123456789ABCD"]
    assert (await blaize.companies.delete(receipt.id)).status_code == 200


@pytest.mark.anyio
async def test_a_retry_is_signed_anew(service):
    app = Sandbox(service, on_request=fail_every(2))
    async with (
        serve(app) as url,
        Blaize(
            access_key="test-access",
            secret_key="test-secret",
            base_url=url,
            retry=RetryPolicy(base_delay=0.001, max_delay=0.01),
        ) as blaize,
    ):
        for _ in range(5):
            assert (await blaize.users.get("123456789ABCD")).user_id == "123456789ABCD"


@pytest.mark.anyio
async def test_every_answer_says_once_what_time_it_is():
    with serve(Sandbox(AnalyticsService(), BlaizeService(clock=FakeClock(0)))) as url:
        async with httpx.AsyncClient(trust_env=False, verify=NO_TLS) as client:
            blaize = await client.get(f"{url}/v3/users")
            analytics = await client.get(f"{url}/v1/analytics/version")
    assert blaize.headers.get_list("date") == ["Thu, 01 Jan 1970 00:00:00 GMT"]
    (said,) = analytics.headers.get_list("date")
    assert parsedate_to_datetime(said).year >= 2025
