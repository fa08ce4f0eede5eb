from __future__ import annotations

import pytest

from asyncsdk import ConflictError, to_dict
from asyncsdk.blaize import trusted_referrer
from asyncsdk.testing import BlaizeService
from asyncsdk.testing.clock import FakeClock

JOE, ACCOUNT, ENTITLEMENT = "123456789ABCD", "0123456789ABCD", "XX0123456789ABCD"
SIGN_IN = {
    "identifiers": {"email_address": "joe.blow@company.com"},
    "validators": {"password": "mysecurepassword123"},
}


def delivered(key, *, direct=False, by=()):
    return {"id": key, "direct": direct, "meteredBy": [], "creditedBy": list(by)}


async def model(blaize):
    found = to_dict(await blaize.users.access_model(JOE))
    assert to_dict(await blaize.users.refresh_access_model(JOE)) == found
    return found


@pytest.mark.anyio
async def test_what_was_granted_is_delivered(blaize):
    assert await model(blaize) == {
        "meters": {},
        "credits": {},
        "delivered_entitlements": [delivered(ENTITLEMENT, direct=True)],
    }
    await blaize.accounts.users.delete(ACCOUNT, JOE)
    await blaize.users.grants.delete(JOE, "0123456789ABCD")
    assert (await model(blaize))["delivered_entitlements"] == []


@pytest.mark.anyio
async def test_the_grants_of_an_account_are_its_users_too(blaize):
    await blaize.accounts.grants.create(ACCOUNT, {"entitlement_type": "entitlement", "entitlement_id": "archive"})
    assert delivered("archive", direct=True) in (await model(blaize))["delivered_entitlements"]


@pytest.mark.anyio
async def test_a_bundle_gives_all_that_is_in_it(blaize):
    await blaize.credits.save("five", {"label": "Five", "delivers": ["article", ENTITLEMENT], "quantity": 5})
    await blaize.meters.save("monthly", {"label": "Monthly", "limit": 3})
    await blaize.bundles.save("inner", {"includes": {"entitlements": ["news"], "bundles": ["outer"]}})
    await blaize.bundles.save(
        "outer",
        {
            "includes": {
                "entitlements": ["sports"],
                "meters": ["monthly", "gone"],
                "credits": ["five"],
                "bundles": ["inner"],
            }
        },
    )
    await blaize.users.grants.create(JOE, {"entitlement_type": "bundle", "entitlement_id": "outer"})
    found = await model(blaize)
    assert found["meters"] == {"monthly": {"meterSize": 3, "remainingCredits": 3, "contentIds": []}}
    assert found["credits"] == {"five": {"remainingCredits": 5, "contentIds": []}}
    assert found["delivered_entitlements"] == [
        delivered(ENTITLEMENT, direct=True, by=["five"]),
        delivered("sports"),
        delivered("article", by=["five"]),
        delivered("news"),
    ]


@pytest.mark.anyio
async def test_a_bundle_without_anything_gives_nothing(blaize):
    before = await model(blaize)
    for key, body in {
        "bare": {"label": "Bare"},
        "null": {"includes": None},
        "half": {"includes": {"meters": None}},
    }.items():
        await blaize.bundles.save(key, body)
        await blaize.users.grants.create(JOE, {"entitlement_type": "bundle", "entitlement_id": key})
    assert await model(blaize) == before


@pytest.mark.anyio
async def test_a_grant_that_has_ended_gives_nothing(connect):
    clock = FakeClock(1_700_000_000)
    async with connect(BlaizeService(clock=clock), clock=clock) as blaize:
        grant = {"entitlement_type": "entitlement", "entitlement_id": "archive", "endTime": "2023-12-01 00:00:00"}
        await blaize.users.grants.create(JOE, grant)
        assert delivered("archive", direct=True) in (await model(blaize))["delivered_entitlements"]
        clock.advance(60 * 86400)
        assert delivered("archive", direct=True) not in (await model(blaize))["delivered_entitlements"]


@pytest.mark.anyio
async def test_who_is_not_known_is_sent_to_sign_in(blaize, example):
    request, printed = example("decision_engine.decide")
    decision = await blaize.decision_engine.decide(request)
    assert to_dict(decision) == printed
    assert decision.status_code == 301
    session = await blaize.site_sessions.create_anonymous("main")
    decision = await blaize.decision_engine.decide({"path": "/x.html", "session": session.session_id})
    assert decision.status_code == 301


@pytest.mark.anyio
async def test_who_is_known_may_pass(blaize):
    session = await blaize.sessions.create(SIGN_IN)
    await blaize.users.save_foreign_key(JOE, "crm", "7")
    for known in (
        {"session": session.session_id},
        {"foreign_keys": {"shop": "7", "crm": "7"}},
        {"session": session.session_id, "foreign_keys": {"crm": "7"}},
        {"btr": trusted_referrer("/x.html", "test-referrer")},
    ):
        decision = await blaize.decision_engine.decide({"path": "/x.html", **known})
        assert decision.status_code == 200
    for unknown in (
        {"session": "made-up"},
        {"foreign_keys": {"crm": "8"}},
        {"btr": trusted_referrer("/y.html", "test-referrer")},
    ):
        decision = await blaize.decision_engine.decide({"path": "/x.html", **unknown})
        assert decision.status_code == 301


@pytest.mark.anyio
async def test_a_visitor_who_is_two_users_cannot_be_decided_about(blaize):
    other = await blaize.users.create({"identifiers": {"username": "jane"}, "validators": {}})
    await blaize.users.save_foreign_key(other.id, "crm", "7")
    request = {"path": "/x.html", "session": "SS0123456789ABCD", "foreign_keys": {"crm": "7"}}
    with pytest.raises(ConflictError, match="two users"):
        await blaize.decision_engine.decide(request)
