from __future__ import annotations

import re
from hashlib import sha256

import httpx
import pytest
from hypothesis import given, strategies as st

from asyncsdk.auth.zephr import ZephrSigner, admin_session, new_nonce, zephr_hash
from asyncsdk.errors import ConfigurationError
from asyncsdk.http.clock import Clock

NOW = 1_600_000_000.0


class Stopped(Clock):
    def __init__(self, now=NOW):
        self.now = now

    def time(self):
        return self.now


def signer(scheme="zephr", clock=None, secret="secret"):
    return ZephrSigner("test-key", secret, scheme, clock=clock or Stopped(), nonce=lambda: "nonce")


def authorization(signer, method="GET", url="/v3/users", body=b""):
    [(name, value)] = signer.headers(httpx.Request(method, f"https://tenant.api.zephr.com{url}"), body)
    assert name == b"authorization"
    return value.decode()


@pytest.mark.parametrize(
    ("method", "url", "body", "expected"),
    [
        ("GET", "/v3/users", b"", "5cdfa3e720e0cb3886c0641c9cf68cc26bf38eb0951891454367d2f204a8863d"),
        (
            "GET",
            "/v3/users?identifiers.email_address=joe%40example.com",
            b"",
            "6711ba137aad2e915ac6884695dcbc565e53b8a8d057abcf6a79abe02271c491",
        ),
        (
            "PATCH",
            "/v3/users/123/attributes",
            b'{"first_name":"Joe"}',
            "d9983c6600ebcb8a88922b0296125a144454bdfd88120c0bb22fdf03be8bcafb",
        ),
    ],
)
def test_the_computed_vectors(method, url, body, expected):
    header = authorization(signer(), method, url, body)
    assert header == f"ZEPHR-HMAC-SHA256 test-key:1600000000000:nonce:{expected}"


def test_the_legacy_scheme_leaves_the_query_unsigned():
    header = authorization(signer("blaize"), url="/v3/users?attributes=true")
    assert header == f"BLAIZE-HMAC-SHA256 {authorization(signer()).partition(' ')[2]}"


def test_a_question_mark_without_a_query_signs_as_none():
    assert authorization(signer(), url="/v3/users?") == authorization(signer())


@given(
    body=st.binary(max_size=50),
    path=st.text("ab/%C3", max_size=20),
    query=st.text("ab=&%+", max_size=20),
    secret=st.text(min_size=1, max_size=20),
)
def test_the_hash_is_plain_sha256_over_all_parts_in_order(body, path, query, secret):
    expected = sha256(secret.encode() + body + f"/{path}{query}POST17nonce".encode()).hexdigest()
    found = zephr_hash(
        secret,
        body=body,
        path=f"/{path}".encode(),
        query=query.encode(),
        method="POST",
        timestamp="17",
        nonce="nonce",
    )
    assert found == expected


def test_every_attempt_has_a_nonce_of_its_own():
    nonces = {new_nonce() for _ in range(1000)}
    assert len(nonces) == 1000
    assert all(re.fullmatch(r"[0-9a-f]{32}", nonce) for nonce in nonces)


def test_every_attempt_has_a_timestamp_of_its_own():
    clock = Stopped()
    zephr = signer(clock=clock)
    first = authorization(zephr)
    clock.now += 0.001
    assert authorization(zephr).split(":")[1] == "1600000000001" != first.split(":")[1]


@pytest.mark.parametrize(("access_key", "scheme"), [("a:b", "zephr"), ("test-key", "hmac")])
def test_what_cannot_work_is_refused_at_once(access_key, scheme):
    with pytest.raises(ConfigurationError) as caught:
        ZephrSigner(access_key, "test-secret", scheme)
    assert "test-secret" not in str(caught.value)


def test_nothing_secret_is_shown():
    zephr = signer(secret="test-secret")
    assert repr(zephr) == "ZephrSigner(scheme='zephr')"
    assert set(zephr.secrets()) == {"test-secret", "test-key"}


def refusal(status, date="Sun, 13 Sep 2020 12:36:40 GMT", **headers):
    return httpx.Response(status, headers={"date": date, **headers})  # ten minutes after NOW


async def recovered(zephr, response, body=b""):
    request = httpx.Request("POST", "https://tenant.api.zephr.com/v3/users")
    request.headers["authorization"] = authorization(zephr)
    return await zephr.recover(request, response, body, None)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("status", "body"), [(401, b""), (401, b"Unauthorized"), (403, b'{"error":"Timestamp expired"}')]
)
async def test_a_refusal_with_another_date_sets_the_clock_right(status, body):
    zephr = signer()
    assert await recovered(zephr, refusal(status), body)
    assert authorization(zephr).split(":")[1] == "1600000600000"


@pytest.mark.anyio
@pytest.mark.parametrize(("accepted", "signed_at"), [(True, "1600000600000"), (False, "1600000000000")])
async def test_a_clock_that_was_set_right_in_vain_is_set_back(accepted, signed_at):
    zephr = signer()
    assert await recovered(zephr, refusal(401))
    zephr.recovered(accepted=accepted)
    assert authorization(zephr).split(":")[1] == signed_at


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("response", "body"),
    [
        (refusal(403), b'{"message":"no access to this module"}'),
        (refusal(401, "Sun, 13 Sep 2020 12:26:44 GMT"), b""),  # four seconds: that is no wrong clock
        (refusal(401, "yesterday"), b""),
        (refusal(401, age="600"), b""),  # a cache has kept it
        (httpx.Response(401), b""),
    ],
    ids=["permission", "close", "no date", "cached", "none"],
)
async def test_other_refusals_leave_the_clock_alone(response, body):
    zephr = signer()
    assert not await recovered(zephr, response, body)
    assert authorization(zephr).split(":")[1] == "1600000000000"


@pytest.mark.parametrize(
    "value", ["test-session", "blaize_admin_session=test-session", "blaize_admin_session=test-session; Path=/; Secure"]
)
def test_the_session_header_takes_the_id_that_is_in_the_login_cookie(value):
    session = admin_session(value)
    assert session.headers(httpx.Request("GET", "https://t.test/"), b"") == (
        (b"blaize-admin-session", b"test-session"),
    )
    assert "test-session" in session.secrets()
    assert "test-session" not in repr(session)


def test_a_cookie_without_a_session_is_refused():
    with pytest.raises(ConfigurationError, match="log in again"):
        admin_session("blaize_admin_session=; Path=/")
