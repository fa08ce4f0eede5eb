"""A distinct secret in every place where one can be, everything at DEBUG, and then all output is searched for them."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import pickle
import socket
import traceback
from contextlib import asynccontextmanager
from urllib.parse import quote, quote_plus

import anyio
import httpx
import httpx2
import pytest
from loops import LOOPS
from no_tls import NO_TLS
from one_host import OneHost

from asyncsdk.auth.credentials import AWSCredentials
from asyncsdk.auth.keys import HeaderSigner, basic, bearer, developer_key, jwt, organization_key
from asyncsdk.auth.sigv4 import SigV4Signer
from asyncsdk.auth.zephr import ZephrSigner
from asyncsdk.chain.retry import RetryPolicy
from asyncsdk.errors import DecodeError, SDKError
from asyncsdk.operation import Operation
from asyncsdk.testing.clock import FakeClock
from asyncsdk.testing.rawserver import RawServer, Reply

RESET = Operation("shop.sessions.reset", "PUT", "/sessions/{session_id}/reset", "object")

KEY = "Kk3y-test-secret"
PASSWORD = 'P4ss"w\\rd-tést-secret/+'
PEM = "-----BEGIN PRIVATE KEY-----\nMIIEpem-test-secret\nQUFBQQ==\n-----END PRIVATE KEY-----"
SESSION = "path-test-secret"
QUERY = "query test-secret"
COOKIE = "cookie-test-secret"
LOCATION = "location-test-secret"
INTERNAL = "internal-test-secret"
FILE = "sneaky-firefox-288"
SIGNATURE = "presigned0test0secret"
PROXY = "proxy-test-secret"
FOREIGN = "eyJhbGciOiJIUzI1NiJ9.eyJmb3JlaWduIjoidGVzdCJ9.c2VjcmV0"

BODY = {"email": "joe@example.com", "password": PASSWORD, "cert": {"private_key": PEM}}

SIGNERS = {
    "api key": lambda: HeaderSigner("x-api-key", KEY, KEY),
    "bearer": lambda: bearer(KEY),
    "jwt": lambda: jwt(KEY),
    "basic": lambda: basic("user-1", KEY),
    "organization": lambda: organization_key(KEY),
    "developer": lambda: developer_key(KEY),
    "session": lambda: HeaderSigner("blaize-admin-session", KEY, KEY),
    "zephr": lambda: ZephrSigner("access-key", KEY),
    "aws": lambda: SigV4Signer(AWSCredentials("AKIDEXAMPLE", "another-" + KEY, KEY), "ap-southeast-2"),
}


def spellings(secret):
    """The ways a secret could be found in some output."""
    once = json.dumps(secret)[1:-1]
    return {
        secret, quote(secret), quote(secret, safe=""), quote_plus(secret), once, json.dumps(once)[1:-1], repr(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1], base64.b64encode(f"user-1:{secret}".encode()).decode(),
        base64.b64encode(f"joe:{secret}".encode()).decode(), secret.split("\n")[1] if "\n" in secret else secret,
    }  # fmt: skip


SECRETS = {
    "key": KEY, "password": PASSWORD, "private key": PEM, "session in the path": SESSION, "query": QUERY, "cookie": COOKIE,
    "redirect": LOCATION, "a header": INTERNAL, "file name": FILE, "presigned URL": SIGNATURE, "proxy": PROXY,
    "somebody else's token": FOREIGN,
}  # fmt: skip


def leaks(output):
    return {name for name, secret in SECRETS.items() if any(each in output for each in spellings(secret))}


class Output(logging.Handler):
    """Whatever is logged by anybody, and whatever else a test adds."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.parts = []

    def emit(self, record):
        self.add(f"{record.name}: {record.getMessage()} {record.exc_text or ''}")

    def add(self, *values):
        self.parts += [f"{value!r} {value}" for value in values]

    def add_error(self, error):
        """An error in every form in which it can be shown, and all that hang on it."""
        while error is not None:
            self.add(error, error.args)
            self.parts.append("".join(traceback.format_exception(error)))
            if isinstance(error, SDKError):
                self.add(vars(error))
                self.parts.append(pickle.dumps(error, protocol=0).decode("latin-1"))
            error = error.__cause__ or error.__context__

    @property
    def text(self):
        return "\n".join(self.parts)


@pytest.fixture
def output():
    handler = Output()
    root = logging.getLogger()
    names = [
        "asyncsdk",
        "httpx",
        "httpx2",
        "httpcore",
        "httpcore2",
        "aiohttp.client",
        "aiohttp.internal",
        "asyncio",
        "botocore",
    ]
    loggers = [root, *map(logging.getLogger, names)]
    levels = [each.level for each in loggers]
    root.addHandler(handler)
    for each in loggers:
        each.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    for each, level in zip(loggers, levels, strict=True):
        each.setLevel(level)


def echo(status, form):
    """An answer that throws back all that was sent, and adds secrets of its own."""

    def reply(request):
        said = f"{request.head.decode('latin-1')}\n{request.body.decode('utf-8', 'replace')}\n{form}"
        said += f"\nfile clip.mp4?token={FILE} at https://b.s3.amazonaws.com/k?X-Amz-Signature={SIGNATURE} by {FOREIGN}"
        if form == "json":
            body, kind = json.dumps({"errors": [said, json.dumps({"message": said})], "code": KEY}), "application/json"
        elif form == "sentence":
            body, kind = json.dumps({"message": f"no token {KEY} for {PASSWORD} at {SESSION}"}), "application/json"
        elif form == "html":
            body, kind = f"<!doctype html><html><title>{said}</title><pre>{said}</pre>", "text/html"
        else:
            body, kind = said, "text/plain"
        headers = (
            ("Content-Type", kind),
            ("Set-Cookie", f"sid={COOKIE}; Path=/"),
            ("Location", f"https://elsewhere.example/{LOCATION}?token={LOCATION}"),
            ("X-Request-Id", KEY),
            ("X-Internal", INTERNAL),
        )
        return Reply.ok(body.encode(), status=f"{status} Status", headers=headers)

    return reply


LENT = ["httpx transport", "httpx client", "httpx2 client"]
STATUSES = [200, 302, 403, 500]
FORMS = ["json", "sentence", "html", "text"]
# What is said of an answer does not depend on the engine, nor an engine's own output on the answer: no need of all combinations.
ON_EVERY_LOOP = [(loop, "ours") for loop in LOOPS]
ON_EVERY_ENGINE = [*ON_EVERY_LOOP, *(("asyncio", kind) for kind in LENT), *(("trio", kind) for kind in LENT)]


@asynccontextmanager
async def engine(kind):
    """The arguments that make a client use an engine."""
    if kind == "ours":
        yield {}
    elif kind == "httpx transport":
        yield {"transport": httpx.AsyncHTTPTransport(verify=NO_TLS)}
    else:
        library = httpx if kind == "httpx client" else httpx2
        async with library.AsyncClient(trust_env=False, verify=NO_TLS) as client:
            yield {"http_client": client}


@asynccontextmanager
async def shop(server, output, *, signer="api key", kind="ours", base_url=None):
    async with engine(kind) as how:
        client = OneHost(
            base_url=base_url or f"http://127.0.0.1:{server.port}/v1",
            signer=SIGNERS[signer](),
            clock=FakeClock(),
            retry=RetryPolicy(max_attempts=2),
            on_attempt=output.add,
            **how,
        )
        async with client:
            yield client
            output.add(
                client, client.http, client._hosts.main, client._hosts.main.signer, client._options, client.throttle
            )


async def call(client):
    def unreadable(reply):
        raise reply.unreadable(f"of {reply.body!r}")

    await client.call(
        RESET,
        SESSION,
        into=unreadable,
        query={"token": QUERY},
        body=json.dumps(BODY).encode(),
        content_type="application/json",
    )


async def fail(client, output):
    with pytest.raises(SDKError) as caught:
        await call(client)
    output.add_error(caught.value)
    return caught.value


@pytest.fixture
def anyio_backend(loop):
    return LOOPS[loop]


def debug_loop(backend):
    """asyncio has a debug mode, in which it says more."""
    if backend != "trio":
        asyncio.get_running_loop().set_debug(True)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("loop", "kind", "status", "form"),
    [
        *(("asyncio", "ours", status, form) for status in STATUSES for form in FORMS),
        *(("asyncio", kind, status, form) for kind in LENT for status, form in zip(STATUSES, FORMS, strict=True)),
        *((loop, kind, 403, "json") for loop, kind in ON_EVERY_ENGINE if loop != "asyncio"),
    ],
)
async def test_whatever_the_service_throws_back(output, backend, kind, status, form):
    debug_loop(backend)
    async with RawServer(echo(status, form)) as server, shop(server, output, kind=kind) as client:
        error = await fail(client, output)
        assert isinstance(error, DecodeError) == (status == 200)
    assert KEY in server.requests[0].header("x-api-key")
    assert QUERY in server.requests[0].target.replace("%20", " ")
    assert json.loads(server.requests[0].body) == BODY
    assert "status=" in output.text
    assert leaks(output.text) == set()


@pytest.mark.anyio
@pytest.mark.parametrize("loop", ["asyncio"])
@pytest.mark.parametrize("signer", SIGNERS)
@pytest.mark.parametrize("status", [200, 403])
async def test_whatever_the_credentials(output, backend, signer, status):
    debug_loop(backend)
    async with RawServer(echo(status, "json")) as server, shop(server, output, signer=signer) as client:
        await fail(client, output)
    assert leaks(output.text) == set()


@pytest.mark.anyio
@pytest.mark.parametrize(("loop", "kind"), [*ON_EVERY_LOOP, *(("asyncio", kind) for kind in LENT)])
@pytest.mark.parametrize(
    "reply",
    [
        Reply(then="reset"),
        Reply(
            b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nSet-Cookie: sid=" + COOKIE.encode() + b"\r\n\r\nhalf",
            then="close",
        ),
        Reply(b"HTTP/1.1 200 OK\r\nX-" + INTERNAL.encode() + b"\x00: " + INTERNAL.encode() + b"\r\n\r\n", then="close"),
        Reply(b"SSH-2.0-" + INTERNAL.encode() + b"\r\n", then="close"),
    ],
    ids=["reset", "cut", "malformed", "no HTTP"],
)
async def test_whatever_breaks(output, backend, kind, reply):
    debug_loop(backend)
    async with RawServer(reply) as server, shop(server, output, kind=kind) as client:
        await fail(client, output)
        with pytest.raises(httpx.TransportError) as caught:
            await client.http.put(f"/sessions/{SESSION}", params={"token": QUERY}, json=BODY)
        output.add_error(caught.value)
        output.add(caught.value.request.headers.raw)  # it is the caller's own, unsigned
    assert leaks(output.text) == set()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("loop", "kind", "status"),
    [*(("asyncio", "ours", status) for status in STATUSES), *((loop, kind, 302) for loop, kind in ON_EVERY_ENGINE[1:])],
)
async def test_what_is_sent_by_hand(output, backend, kind, status):
    debug_loop(backend)
    async with RawServer(echo(status, "json")) as server, shop(server, output, kind=kind) as client:
        response = await client.http.put(f"/sessions/{SESSION}", params={"token": QUERY}, json=BODY)
        # the answer is the caller's, and so is the request in it: as the caller made it
        output.add(response, response.request.headers.raw, list(client.http.cookies.jar))
        assert KEY in server.requests[0].header("x-api-key")
    assert leaks(output.text) == set()


@pytest.mark.anyio
@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("answers", [True, False])
async def test_a_proxy_with_a_password(output, backend, answers, monkeypatch):
    debug_loop(backend)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with RawServer(echo(407, "text")) as proxy:
        if not answers:
            with socket.create_server(("127.0.0.1", 0)) as nobody:
                proxy.port = nobody.getsockname()[1]
        for name in ("HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, f"http://joe:{PROXY}@127.0.0.1:{proxy.port}")
        async with shop(None, output, base_url="http://shop.example") as client:
            await fail(client, output)
        if answers:
            assert (
                proxy.requests[0].header("proxy-authorization")
                == f"Basic {base64.b64encode(f'joe:{PROXY}'.encode()).decode()}"
            )
    assert leaks(output.text) == set()


@pytest.mark.anyio
@pytest.mark.parametrize("loop", ["asyncio"])
async def test_a_base_url_with_a_password_is_refused_without_showing_it(output):
    with pytest.raises(SDKError) as caught:
        async with shop(None, output, base_url=f"https://joe:{KEY}@shop.example"):
            pass
    output.add_error(caught.value)
    assert leaks(output.text) == set()


@pytest.mark.anyio
@pytest.mark.parametrize("loop", LOOPS)
async def test_a_cancelled_request_says_nothing_either(output, backend):
    debug_loop(backend)
    async with RawServer(Reply(then="hang")) as server, shop(server, output) as client:
        with anyio.move_on_after(0.05):
            await call(client)
    assert "error=Cancelled" in output.text
    assert leaks(output.text) == set()


def test_the_search_would_find_them():
    for name, secret in SECRETS.items():
        assert leaks(f"before {secret} after") == {name}
