"""What the server receives is what was signed: checked on the raw bytes, by the recipes and not by our code."""

from __future__ import annotations

import hashlib
import hmac
import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import format_datetime

import anyio
import attrs
import httpx
import httpx2
import pytest
from loops import LOOPS
from no_tls import NO_TLS
from one_host import OneHost

from asyncsdk.auth.credentials import AWSCredentials
from asyncsdk.auth.keys import bearer
from asyncsdk.auth.sigv4 import SigV4Signer
from asyncsdk.auth.zephr import ZephrSigner
from asyncsdk.errors import ConnectionLostError, PermissionDeniedError, RedirectError
from asyncsdk.http.clock import Clock
from asyncsdk.operation import Operation
from asyncsdk.testing.rawserver import RawServer, Reply

pytestmark = pytest.mark.anyio

NOW = 1_600_000_000
GET = Operation("test.get", "GET", "/user/{id}/device", "any")
POST = Operation("test.post", "POST", "/user/{id}", "any", retry="unsent")
DELETE = Operation("test.delete", "DELETE", "/company/{id}/user", "any")
SEGMENTS = ["a/b", "ü", "100%", "ap-southeast-2:uuid", "joe%40x=~", "a b", "a+b", "?#;", "...", "~!$&'()*,@[]"]
QUERIES = [
    {"q": "a b"},
    {"q": "a+b"},
    {"id": ["2", "1", "1"]},
    {"empty": "", "b": "1"},
    {"a-b": 2, "a": 1, "A": 3},
    {"b": "ü", "a": "&=%"},
]
OK = Reply.ok(b'{"id":1}', headers=(("Content-Type", "application/json"),))


class Wound(Clock):
    """Stands still, but for what is slept."""

    def __init__(self, now=NOW):
        self.now = now

    def time(self):
        return self.now

    def monotonic(self):
        return self.now

    def random(self):
        return 0.5

    async def sleep(self, seconds):
        self.now += max(1, seconds)
        await anyio.lowlevel.checkpoint()


@attrs.frozen
class Way:
    """One way for a client's requests to travel, on one event loop."""

    kind: str
    loop: str

    @asynccontextmanager
    async def client(self, url, signer, **options):
        arguments, lent = {}, None
        if self.kind == "transport":
            arguments["transport"] = httpx.AsyncHTTPTransport(verify=NO_TLS)
        elif self.kind != "own":
            lent = (httpx if self.kind == "httpx" else httpx2).AsyncClient(verify=NO_TLS)
            arguments["http_client"] = lent
        made = OneHost(base_url=f"{url}/dev", signer=signer, **{"clock": Wound(), **options}, **arguments)
        try:
            async with made:
                yield made
        finally:
            if lent is not None:
                with anyio.CancelScope(shield=True):
                    await lent.aclose()


WAYS = [
    *(Way("own", loop) for loop in LOOPS),
    *(Way(kind, loop) for kind in ("transport", "httpx", "httpx2") for loop in ("asyncio", "trio")),
]
OWN = [way for way in WAYS if way.kind == "own"]


def over(ways):
    return pytest.mark.parametrize("way", ways, ids=lambda way: f"{way.kind}-{way.loop}")


@pytest.fixture
def anyio_backend(way):
    return LOOPS[way.loop]


def read(reply):
    return reply.json()


def percent_encoded(data):
    unreserved = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    return "".join(chr(byte) if byte in unreserved else f"%{byte:02X}" for byte in data)


def percent_decoded(text):
    return re.sub(rb"%([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), text.encode())


def check_sigv4(seen):
    """The recipe of "Create a signed AWS API request" in the AWS Identity and Access Management User Guide."""
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=(?P<key>[\w-]+)/(?P<scope>(?P<day>\d{8})/ap-southeast-2/execute-api/aws4_request), "
        r"SignedHeaders=(?P<names>[\w;-]+), Signature=(?P<signature>[0-9a-f]{64})",
        seen.header("authorization"),
    )
    names = found["names"].split(";")
    amz = {name.lower() for name, _ in seen.headers if name.lower().startswith("x-amz-")}
    assert names == sorted({"host", *amz})
    path, _, query = seen.target.partition("?")
    assert "+" not in query
    pairs = sorted(
        tuple(percent_encoded(percent_decoded(part)) for part in (name, value))
        for name, _, value in (pair.partition("=") for pair in query.split("&") if query)
    )
    canonical = "\n".join(
        [
            seen.method,
            "/".join(percent_encoded(segment.encode()) for segment in path.split("/")),
            "&".join("=".join(pair) for pair in pairs),
            *(f"{name}:{' '.join(seen.header(name).split())}" for name in names),
            "",
            found["names"],
            hashlib.sha256(seen.body).hexdigest(),
        ]
    )
    date = seen.header("x-amz-date")
    assert date.startswith(found["day"])
    text = "\n".join(["AWS4-HMAC-SHA256", date, found["scope"], hashlib.sha256(canonical.encode()).hexdigest()])
    key = b"AWS4test-secret"
    for part in found["scope"].split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    assert found["signature"] == hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    assert seen.header("x-amz-security-token") == "test-token"
    return date


def check_zephr(seen, scheme="ZEPHR-HMAC-SHA256"):
    """The recipe of "HMAC request signing and key pair", developer.zuora.com; the legacy scheme leaves out the query."""
    name, _, values = seen.header("authorization").partition(" ")
    key, timestamp, nonce, hashed = values.split(":")
    assert (name, key) == (scheme, "test-key")
    path, _, query = seen.target.partition("?")
    if scheme.startswith("BLAIZE"):
        query = ""
    hashing = hashlib.sha256(b"test-secret" + seen.body)
    hashing.update(f"{path}{query}{seen.method}{timestamp}{nonce}".encode())
    assert hashed == hashing.hexdigest()
    return nonce


def check_blaize(seen):
    return check_zephr(seen, "BLAIZE-HMAC-SHA256")


def sigv4(clock=None):
    return SigV4Signer(
        AWSCredentials("test-key", "test-secret", "test-token"), "ap-southeast-2", clock=clock or Wound()
    )


def zephr(clock=None):
    return ZephrSigner("test-key", "test-secret", clock=clock or Wound())


def blaize(clock=None):
    return ZephrSigner("test-key", "test-secret", "blaize", clock=clock or Wound())


SCHEMES = [pytest.param(sigv4, check_sigv4, id="sigv4"), pytest.param(zephr, check_zephr, id="zephr")]
ALL_SCHEMES = [*SCHEMES, pytest.param(blaize, check_blaize, id="blaize")]


@over(WAYS)
@pytest.mark.parametrize(("sign", "check"), ALL_SCHEMES)
async def test_every_path_query_and_body_arrives_as_it_was_signed(way, sign, check):
    async with RawServer(OK) as server, way.client(server.url, sign()) as client:
        for segment in SEGMENTS:
            await client.call(GET, segment, into=read)
        for query in QUERIES:
            await client.call(GET, "1", query=query, into=read)
        await client.call(POST, "1", body='{"name":"ü"}'.encode(), into=read)
        await client.call(POST, "1", into=read)
        await client.call(DELETE, "1", body=b'{"userId":"ap-southeast-2:uuid"}', into=read)
        assert [seen.target for seen in server.requests][:6] == [
            "/dev/user/a%2Fb/device",
            "/dev/user/%C3%BC/device",
            "/dev/user/100%25/device",
            "/dev/user/ap-southeast-2%3Auuid/device",
            "/dev/user/joe%2540x%3D~/device",
            "/dev/user/a%20b/device",
        ]
        assert server.requests[-1].body == b'{"userId":"ap-southeast-2:uuid"}'
        assert len({check(seen) for seen in server.requests}) == (1 if check is check_sigv4 else len(server.requests))


@over(WAYS)
@pytest.mark.parametrize(("sign", "check"), SCHEMES)
async def test_so_do_requests_that_the_sdk_has_no_method_for(way, sign, check):
    async with RawServer(OK) as server, way.client(server.url, sign()) as client:
        await client.http.get("/any", params={"q": "a b+c", "t": "12:30", "e": "", "u": "ü~*/"})
        await client.http.get("/a:b@c/d?x=1:2&y=@/z&flag&q=a+b")
        await client.http.post("/any", data={"q": "a b"}, headers={"X-Amz-Meta": "a   b"})
        await client.http.request("DELETE", "/any", json={"ids": ["1"]})
        assert server.requests[0].target == "/dev/any?q=a%20b%2Bc&t=12%3A30&e=&u=%C3%BC~%2A%2F"
        assert server.requests[1].target == "/dev/a:b@c/d?x=1:2&y=@/z&flag&q=a%20b"
        for seen in server.requests:
            check(seen)


@over(OWN)
@pytest.mark.parametrize(("sign", "check"), SCHEMES)
async def test_a_retry_is_signed_anew(way, sign, check):
    busy = Reply.ok(status="503 Service Unavailable")
    clock = Wound()
    async with RawServer(busy, busy, OK) as server, way.client(server.url, sign(clock), clock=clock) as client:
        await client.call(GET, "1", into=read)
        assert len({check(seen) for seen in server.requests}) == 3


@over(WAYS)
@pytest.mark.parametrize(("sign", "check"), SCHEMES)
async def test_a_signature_is_not_sent_twice_when_a_kept_connection_drops(way, sign, check):
    hangs_up = Reply(then="close")
    clock = Wound()
    async with RawServer(OK, hangs_up, OK) as server, way.client(server.url, sign(clock), clock=clock) as client:
        await client.call(GET, "1", into=read)
        clock.now += 1
        await client.call(GET, "1", into=read)
        assert len(server.requests) == 3
        assert len({check(seen) for seen in server.requests}) == 3


@over(WAYS)
async def test_what_may_have_acted_is_not_sent_again_at_all(way):
    async with RawServer(OK, Reply(then="close"), OK) as server, way.client(server.url, zephr()) as client:
        await client.call(GET, "1", into=read)
        with pytest.raises(ConnectionLostError):
            await client.call(POST, "1", body=b"{}", into=read)
        assert len(server.requests) == 2


@over(OWN)
@pytest.mark.parametrize(("sign", "check"), SCHEMES)
async def test_an_idle_connection_that_the_server_closes_costs_no_nonce(way, sign, check):
    closes = Reply.ok(b'{"id":1}')
    closes = attrs.evolve(closes, then="close")
    clock = Wound()
    async with RawServer(closes) as server, way.client(server.url, sign(clock), clock=clock) as client:
        for _ in range(5):
            await client.call(GET, "1", into=read)
            await server.until(lambda server: server.open == 0)
            clock.now += 1
        seen = [check(seen) for seen in server.requests]
        assert len(set(seen)) == len(seen)


EXPIRED = Reply.ok(
    b'{"message":"The security token included in the request is expired"}',
    status="403 Forbidden",
    headers=(("Content-Type", "application/json"), ("x-amzn-ErrorType", "ExpiredTokenException")),
)


class Vault:
    """Gives an old key, then new ones; counts."""

    def __init__(self):
        self.asked = 0

    async def credentials(self):
        self.asked += 1
        return AWSCredentials("old-key" if self.asked == 1 else f"new-key-{self.asked}", "test-secret", "test-token")


def refuses_the_old_key(request):
    return EXPIRED if "Credential=old-key/" in request.header("authorization") else OK


@over(WAYS)
@pytest.mark.parametrize("operation", [GET, POST], ids=["GET", "POST"])
async def test_an_expired_token_is_replaced_and_the_request_sent_once_more(way, operation):
    vault, attempts = Vault(), []
    signer = SigV4Signer(vault, "ap-southeast-2", clock=Wound())
    async with RawServer(refuses_the_old_key) as server:
        async with way.client(server.url, signer, on_attempt=attempts.append) as client:
            assert await client.call(operation, "1", body=b"{}", into=read) == {"id": 1}
        for seen in server.requests:
            check_sigv4(seen)
            assert seen.body == b"{}"
        keys = [re.search("Credential=([^/]+)", seen.header("authorization"))[1] for seen in server.requests]
        assert keys == ["old-key", "new-key-2"]
        assert [attempt.number for attempt in attempts] == [1]  # it is no attempt of the retry loop


@over(OWN)
async def test_the_second_signature_keeps_nothing_of_the_first(way):
    async def provide():
        return gives.pop(0)

    gives = [AWSCredentials("old-key", "test-secret", "test-token"), AWSCredentials("new-key", "test-secret")]
    signer = SigV4Signer(provide, "ap-southeast-2", clock=Wound())
    async with RawServer(refuses_the_old_key) as server, way.client(server.url, signer) as client:
        await client.call(GET, "1", into=read)
        assert [seen.header("x-amz-security-token") for seen in server.requests] == ["test-token", None]


@over(OWN)
async def test_a_token_that_stays_refused_is_asked_about_once(way):
    vault = Vault()
    signer = SigV4Signer(vault, "ap-southeast-2", clock=Wound())
    async with RawServer(EXPIRED) as server, way.client(server.url, signer) as client:
        with pytest.raises(PermissionDeniedError, match="token included in the request is expired") as caught:
            await client.call(GET, "1", into=read)
        assert len(server.requests) == vault.asked == 2
        assert caught.value.headers["x-amzn-errortype"] == "ExpiredTokenException"


@over(OWN)
@pytest.mark.parametrize("max_connections", [1, 4, 64])
async def test_many_refusals_at_once_replace_a_token_once(way, max_connections):
    vault = Vault()
    signer = SigV4Signer(vault, "ap-southeast-2", clock=Wound())
    async with (
        RawServer(refuses_the_old_key) as server,
        way.client(server.url, signer, max_connections=max_connections) as client,
        anyio.create_task_group() as tasks,
    ):
        for number in range(20):
            tasks.start_soon(lambda number: client.call(GET, number, into=read), number)
    assert vault.asked == 2
    assert len(server.requests) <= 20 + max_connections


@over(OWN)
async def test_a_refusal_that_is_streamed_can_still_be_read(way):
    async with RawServer(EXPIRED) as server, way.client(server.url, sigv4()) as client:
        async with client.http.stream("GET", "/any") as response:
            assert response.status_code == 403
            assert b"is expired" in await response.aread()
        assert len(server.requests) == 1


def strict(check, now, refusal):
    """A service that refuses a signature more than five minutes old or new by its own clock; for requests without a body."""

    def answer(request):
        value = check(request)
        if check is check_sigv4:
            signed_at = datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        else:
            signed_at = int(request.header("authorization").split(":")[1]) / 1000
        date = format_datetime(datetime.fromtimestamp(now, UTC), usegmt=True)
        return OK if abs(signed_at - now) <= 300 else attrs.evolve(refusal, data=refusal.data % date.encode())

    return answer


REFUSALS = {
    check_sigv4: Reply(
        b"HTTP/1.1 403 Forbidden\r\nDate: %b\r\nContent-Length: 54\r\n\r\n"
        b'{"message":"Signature expired: 2020 is now earlier"}  '
    ),
    check_zephr: Reply(b"HTTP/1.1 401 Unauthorized\r\nDate: %b\r\nContent-Length: 0\r\n\r\n"),
}


@over(OWN)
@pytest.mark.parametrize("off", [-86_400, -600, 600, 10_000_000])
@pytest.mark.parametrize(("sign", "check"), SCHEMES)
async def test_a_wrong_clock_is_set_right_by_the_first_refusal(way, sign, check, off):
    service = strict(check, NOW + off, REFUSALS[check])
    async with RawServer(service) as server, way.client(server.url, sign()) as client:
        for _ in range(3):
            await client.call(GET, "1", into=read)
        assert len(server.requests) == 4


FOREIGN = "/bucket/key?X-Amz-Signature=test-secret&a=b+c"


@over(OWN)
@pytest.mark.parametrize("sign", [sigv4, zephr, lambda: bearer("test-secret")], ids=["sigv4", "zephr", "bearer"])
async def test_credentials_go_to_the_clients_own_origin_only(way, sign):
    async with RawServer(OK) as foreign:
        away = Reply.ok(status="302 Found", headers=(("Location", f"{foreign.url}/next"),))
        async with RawServer(away) as server, way.client(server.url, sign()) as client:
            with pytest.raises(RedirectError):
                await client.call(GET, "1", into=read)
            assert (await client.http.get("/any")).status_code == 302
            assert len(server.requests) == 2
            assert foreign.requests == []
            # a next-page URL of another origin, and a presigned one
            await client.http.get(f"{foreign.url}/next")
            await client.http.put(foreign.url + FOREIGN, content=b"data")
            await client.http.get(f"http://localhost:{server.port}/same-machine-other-name")
        for seen in [*foreign.requests, server.requests[-1]]:
            names = {name.lower() for name, _ in seen.headers}
            assert not names & {"authorization", "x-amz-date", "x-amz-security-token"}
        assert foreign.requests[1].target == FOREIGN
        assert [seen.target for seen in foreign.requests] == ["/next", FOREIGN]


@over(WAYS)
async def test_no_cookie_is_kept(way):
    baked = Reply.ok(b"{}", headers=(("Set-Cookie", "session=test-secret; Path=/"),))
    async with RawServer(baked) as server, way.client(server.url, zephr()) as client:
        for _ in range(2):
            await client.call(GET, "1", into=read)
            await client.http.get("/any")
        assert [seen.header("cookie") for seen in server.requests] == [None] * 4


@over(OWN)
async def test_what_the_caller_holds_is_not_signed(way):
    async with RawServer(OK) as server, way.client(server.url, sigv4()) as client:
        response = await client.http.get("/any")
        assert server.requests[0].header("authorization")
        assert "authorization" not in response.request.headers
        assert "x-amz-security-token" not in response.request.headers
