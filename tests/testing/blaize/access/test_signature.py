from __future__ import annotations

import hashlib

import httpx
import pytest
from hypothesis import given, strategies as st

from asyncsdk import AuthenticationError, RetryPolicy
from asyncsdk.auth.zephr import ZephrSigner, zephr_hash
from asyncsdk.blaize import Blaize
from asyncsdk.testing import BlaizeService, Sandbox, serve
from asyncsdk.testing.blaize.access import signature as module
from asyncsdk.testing.blaize.access.signature import Signatures, signature
from asyncsdk.testing.clock import FakeClock
from asyncsdk.testing.kit import RefusedError

# By the vendor's recipe: secret "secret", nonce "nonce".
TIMESTAMP = "1600000000000"
VECTORS = [
    (b"GET", b"/v3/users", b"", b"", "5cdfa3e720e0cb3886c0641c9cf68cc26bf38eb0951891454367d2f204a8863d"),
    (
        b"GET",
        b"/v3/users",
        b"identifiers.email_address=joe%40example.com",
        b"",
        "6711ba137aad2e915ac6884695dcbc565e53b8a8d057abcf6a79abe02271c491",
    ),
    (
        b"PATCH",
        b"/v3/users/123/attributes",
        b"",
        b'{"first_name":"Joe"}',
        "d9983c6600ebcb8a88922b0296125a144454bdfd88120c0bb22fdf03be8bcafb",
    ),
]


@pytest.mark.parametrize(("method", "path", "query", "body", "expected"), VECTORS)
def test_the_hash_is_the_published_recipes(method, path, query, body, expected):
    assert signature(b"secret", body, path, query, method, TIMESTAMP.encode(), b"nonce") == expected


@given(*[st.binary()] * 3, st.sampled_from(["GET", "POST"]))
def test_it_agrees_with_the_clients_own_hash(body, path, query, method):
    theirs = zephr_hash("s", body=body, path=path, query=query, method=method, timestamp="1", nonce="n")
    assert signature(b"s", body, path, query, method.encode(), b"1", b"n") == theirs


def said(answer):
    assert answer.status_code == 401
    return answer.json()["message"]


@pytest.mark.anyio
@pytest.mark.parametrize("scheme", ["zephr", "blaize"])
async def test_both_schemes_are_let_in(connect, service, scheme):
    async with connect(service, scheme=scheme) as blaize:
        joe = await blaize.users.list(identifiers_email_address="joe.blow@company.com").first()
        assert joe.user_id == "123456789ABCD"
        assert (await blaize.users.create({"identifiers": {"username": "j"}, "validators": {}})).status_code == 201


def moved(**parts):
    def change(request):
        return httpx.Request(
            parts.get("method", request.method),
            request.url.copy_with(raw_path=parts.get("target", request.url.raw_path)),
            content=parts.get("content", request.content),
            headers={"authorization": request.headers["authorization"]},
        )

    return change


@pytest.mark.anyio
@pytest.mark.parametrize(
    "change",
    [
        moved(target=b"/v3/accounts/123456789ABCD/grants?a=1"),
        moved(target=b"/v3/users/123456789abcd/grants?a=1"),
        moved(target=b"/v3/users/123456789ABCD/grants?a=2"),
        moved(target=b"/v3/users/123456789ABCD/grants?%61=1"),
        moved(target=b"/v3/users/123456789ABCD/grants?a=1&b=2"),
        moved(target=b"/v3/users/123456789ABCD/grants"),
        moved(target=b"/v3/users/12345678%39ABCD/grants?a=1"),
        moved(content=b'{"entitlement_type":"bundle"} '),
        moved(content=b""),
        moved(method="GET"),
    ],
)
async def test_what_was_changed_after_the_signature_is_refused(send, change):
    target, body = "/v3/users/123456789ABCD/grants?a=1", b'{"entitlement_type":"bundle"}'
    assert (await send("POST", target, body)).status_code == 400
    assert said(await send("POST", target, body, change=change)) == "The hash does not match the request"


@pytest.mark.anyio
async def test_the_legacy_scheme_leaves_the_query_unsigned(send):
    legacy = ZephrSigner("test-access", "test-secret", "blaize")
    answer = await send("GET", "/v3/users?search=joe", signer=legacy, change=moved(target=b"/v3/users?search=nobody"))
    assert answer.json() == {"results": []}


@pytest.mark.anyio
async def test_a_wrong_secret_or_an_unknown_key_is_refused(send, connect, service):
    wrong = ZephrSigner("test-access", "another-secret")
    assert said(await send("GET", "/v3/users", signer=wrong)) == "The hash does not match the request"
    unknown = ZephrSigner("another-access", "test-secret")
    assert said(await send("GET", "/v3/users", signer=unknown)) == "The access key is unknown"
    async with connect(service, secret_key="another-secret") as blaize:
        with pytest.raises(AuthenticationError, match="The hash does not match") as caught:
            await blaize.users.list().to_list()
    assert "another-secret" not in str(caught.value)


@pytest.mark.anyio
async def test_a_request_without_credentials_is_refused(send):
    def bare(request):
        del request.headers["authorization"]
        return request

    assert said(await send("GET", "/v3/users", change=bare)).startswith(
        "The request is neither signed nor in a session"
    )


@pytest.mark.anyio
@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer test-access",
        "ZEPHR-HMAC-SHA256 test-access",
        "ZEPHR-HMAC-SHA256 test-access:1:nonce",
        f"ZEPHR-HMAC-SHA256 test-access:now:nonce:{'0' * 64}",
        f"ZEPHR-HMAC-SHA256 test-access:1::{'0' * 64}",
        f"ZEPHR-HMAC-SHA256 test-access:1:no:nce:{'0' * 64}",
        f"ZEPHR-HMAC-SHA256 test-access:1:nonce:{'A' * 64}",
        f"ZEPHR-HMAC-SHA-256 test-access:1:nonce:{'0' * 64}",
        f"zephr-hmac-sha256 test-access:1:nonce:{'0' * 64}",
        f"ZEPHR-HMAC-SHA256 test-access:{'9' * 400}:nonce:{'0' * 64}",
    ],
)
async def test_a_header_of_another_form_is_refused(send, value):
    def changed(request):
        request.headers["authorization"] = value
        return request

    assert said(await send("GET", "/v3/users", change=changed)).startswith("Authorization is not 'ZEPHR-HMAC-SHA256 ")


@pytest.mark.anyio
async def test_a_nonce_is_good_for_one_request(send):
    once = ZephrSigner("test-access", "test-secret", nonce=lambda: "twice")
    assert (await send("GET", "/v3/users", signer=once)).status_code == 200
    assert said(await send("GET", "/v3/users", signer=once)) == "The nonce has been used before"
    assert said(await send("GET", "/v3/accounts", signer=once)) == "The nonce has been used before"


@pytest.mark.anyio
async def test_a_refused_request_uses_no_nonce_up(send):
    wrong = ZephrSigner("test-access", "another-secret", nonce=lambda: "kept")
    right = ZephrSigner("test-access", "test-secret", nonce=lambda: "kept")
    assert (await send("GET", "/v3/users", signer=wrong)).status_code == 401
    assert (await send("GET", "/v3/users", signer=right)).status_code == 200


@pytest.mark.anyio
async def test_a_replayed_request_is_refused_as_it_stands(service):
    request = httpx.Request("DELETE", "http://sandbox.test/v3/companies/123456789ABCD")
    request.headers.update(ZephrSigner("test-access", "test-secret").headers(request, b""))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=Sandbox(service))) as client:
        assert (await client.send(request)).status_code == 200
        assert said(await client.send(request)) == "The nonce has been used before"


@pytest.mark.anyio
@pytest.mark.parametrize(("off", "status"), [(-300, 200), (300, 200), (-300.002, 401), (300.002, 401), (86400, 401)])
async def test_a_timestamp_may_be_off_by_five_minutes(send, off, status):
    service = BlaizeService(clock=FakeClock(1_700_000_000))
    signer = ZephrSigner("test-access", "test-secret", clock=FakeClock(1_700_000_000 + off))
    answer = await send("GET", "/v3/users", to=service, signer=signer)
    assert answer.status_code == status
    if status == 401:
        assert said(answer) == "The timestamp is more than 300 seconds off the service's clock"


@pytest.mark.anyio
async def test_the_tolerance_is_an_option(send):
    service = BlaizeService(tolerance=1.5, clock=FakeClock(1_700_000_000))
    signer = ZephrSigner("test-access", "test-secret", clock=FakeClock(1_700_000_002))
    assert said(await send("GET", "/v3/users", to=service, signer=signer)).startswith(
        "The timestamp is more than 1.5 s"
    )


@pytest.mark.anyio
@pytest.mark.parametrize("off", [-86400, 86400])
async def test_a_client_whose_clock_is_wrong_sets_it_right_once(connect, off):
    attempts = []
    service = BlaizeService(clock=FakeClock(1_700_000_000))
    async with connect(service, clock=FakeClock(1_700_000_000 + off), on_attempt=attempts.append) as blaize:
        assert len(await blaize.users.list().to_list()) == 1
        assert len(await blaize.companies.list().to_list()) == 1
    # the repair is no attempt of its own, and the second call needs none
    assert [attempt.status for attempt in attempts] == [200, 200]


@pytest.mark.anyio
async def test_over_a_socket_too_the_services_own_clock_is_what_counts():
    service = BlaizeService(clock=FakeClock(1_000_000_000))
    async with (
        serve(Sandbox(service)) as url,
        Blaize(
            access_key="test-access", secret_key="test-secret", base_url=url, retry=RetryPolicy(max_attempts=1)
        ) as blaize,
    ):
        assert len(await blaize.users.list().to_list()) == 1


class Pairs:
    """Signatures of one key pair, checked and made by hand."""

    def __init__(self, tolerance=300.0):
        self.clock = FakeClock(1_700_000_000)
        self.signatures = Signatures({"key": "secret"}.get, self.clock, tolerance)

    def check(self, nonce, at=None):
        timestamp = str(int((self.clock.time() if at is None else at) * 1000))
        digest = hashlib.sha256(f"secret/GET{timestamp}{nonce}".encode()).hexdigest()
        self.signatures.check(f"ZEPHR-HMAC-SHA256 key:{timestamp}:{nonce}:{digest}", "GET", b"/", b"", b"")


def test_a_nonce_is_kept_as_long_as_its_timestamp_is_good():
    pairs = Pairs()
    ahead = pairs.clock.time() + 299
    pairs.check("n", at=ahead)
    pairs.clock.advance(598)
    with pytest.raises(RefusedError, match="nonce"):
        pairs.check("n", at=ahead)
    pairs.clock.advance(3)
    with pytest.raises(RefusedError, match="timestamp"):
        pairs.check("n", at=ahead)
    pairs.check("n")


def test_the_memory_of_nonces_is_bounded(monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED", 3)
    pairs = Pairs()
    for nonce in "abcd":
        pairs.check(nonce)
    for nonce in "dcb":
        with pytest.raises(RefusedError, match="nonce"):
            pairs.check(nonce)
    assert len(pairs.signatures._seen) <= 3
