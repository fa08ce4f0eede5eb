from __future__ import annotations

import pytest

from asyncsdk import AuthenticationError, BadRequestError, NotFoundError, to_dict
from asyncsdk.testing import BlaizeService
from asyncsdk.testing.blaize.access.sessions import odd_text
from asyncsdk.testing.clock import FakeClock

JOE, SEEDED = "123456789ABCD", "SS0123456789ABCD"
SIGN_IN = {
    "identifiers": {"email_address": "joe.blow@company.com"},
    "validators": {"password": "mysecurepassword123"},
}
WRONG = {**SIGN_IN, "validators": {"password": "mistyped-one"}}
NOBODY = {**SIGN_IN, "identifiers": {"email_address": "nobody@company.com"}}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1_542_292_140, "2018-11-15 14:29 PM UTC"),
        (0, "1970-01-01 00:00 AM UTC"),
        (43_200, "1970-01-01 12:00 PM UTC"),
    ],
)
def test_times_are_written_as_the_document_has_them(seconds, text):
    assert odd_text(seconds) == text


@pytest.mark.anyio
async def test_a_user_signs_in(blaize):
    session = await blaize.sessions.create(SIGN_IN)
    assert (session.user_id, session.authenticated) == (JOE, True)
    assert (session.expires_at - session.starts_at).days == 365
    found = await blaize.sessions.get(session.session_id)
    assert found.user_id == JOE
    assert [each.session_id for each in found.sessions] == [SEEDED, session.session_id]
    assert found.access_model == await blaize.users.access_model(JOE)
    for same in (await blaize.users.session(JOE), await blaize.users.sessions(JOE)):
        assert same == found


@pytest.mark.anyio
async def test_an_answer_has_the_members_of_the_document(blaize, contract):
    printed = contract["sessions.create"].example
    assert list(to_dict(await blaize.sessions.create(SIGN_IN))) == list(printed)
    printed = contract["sessions.get"].example
    assert list(to_dict(await blaize.sessions.get(SEEDED))) == list(printed)


@pytest.mark.anyio
async def test_who_cannot_sign_in_is_told_so_as_documented(blaize):
    for body in (WRONG, NOBODY, {"identifiers": {}, "validators": {}}):
        with pytest.raises(BadRequestError, match="The identifiers or the password are wrong"):
            await blaize.sessions.create(body)
        with pytest.raises(AuthenticationError, match="The identifiers or the password are wrong"):
            await blaize.site_sessions.create("main", body)


@pytest.mark.anyio
async def test_the_life_of_a_session_under_a_site(blaize):
    session = await blaize.site_sessions.create("main", SIGN_IN)
    assert (await blaize.site_sessions.get("main", session.session_id)).user_id == JOE
    for elsewhere in (
        blaize.site_sessions.get("blog", session.session_id),
        blaize.site_sessions.delete("blog", session.session_id),
    ):
        with pytest.raises(NotFoundError, match="Session not found"):
            await elsewhere
    assert (await blaize.site_sessions.delete("main", session.session_id)).status_code == 200
    for gone in (
        blaize.site_sessions.get("main", session.session_id),
        blaize.site_sessions.delete("main", session.session_id),
        blaize.sessions.get(session.session_id),
    ):
        with pytest.raises(NotFoundError, match="Session not found"):
            await gone


@pytest.mark.anyio
async def test_an_anonymous_session(blaize):
    session = await blaize.site_sessions.create_anonymous("main")
    assert session.authenticated is False
    found = await blaize.site_sessions.get("main", session.session_id)
    assert [each.session_id for each in found.sessions] == [session.session_id]
    with pytest.raises(NotFoundError):
        await blaize.users.get(session.user_id)


@pytest.mark.anyio
async def test_a_site_that_is_none_is_not_found(connect):
    async with connect(BlaizeService(sites=["main"])) as blaize:
        assert (await blaize.site_sessions.create("main", SIGN_IN)).authenticated
        for call in (blaize.site_sessions.create("blog", SIGN_IN), blaize.site_sessions.create_anonymous("blog")):
            with pytest.raises(NotFoundError, match="Site not found"):
                await call


@pytest.mark.anyio
async def test_the_live_service_says_201_of_a_session_under_a_site(connect):
    attempts = []
    async with connect(BlaizeService(live=True), on_attempt=attempts.append) as blaize:
        await blaize.site_sessions.create("main", SIGN_IN)
    assert attempts[-1].status == 201


@pytest.mark.anyio
async def test_a_session_ends_after_a_year(connect):
    clock = FakeClock(1_700_000_000)
    async with connect(BlaizeService(clock=clock), clock=clock) as blaize:
        clock.advance(180 * 86400)
        younger = await blaize.sessions.create(SIGN_IN)
        clock.advance(185 * 86400)
        assert [each.session_id for each in (await blaize.users.session(JOE)).sessions] == [younger.session_id]
        with pytest.raises(NotFoundError, match="Session not found"):
            await blaize.sessions.get(SEEDED)
        clock.advance(180 * 86400)
        with pytest.raises(NotFoundError, match="Session not found"):
            await blaize.users.session(JOE)
