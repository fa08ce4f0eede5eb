"""No secret of any kind is shown by any call, whatever the service echoes, with every log switched on."""

from __future__ import annotations

import functools
import json
import logging
import traceback
from base64 import b64encode

import httpx
import pytest

import asyncsdk.livepeer as package
from asyncsdk import Livepeer, Pager, RetryPolicy, SDKError, to_dict
from asyncsdk.codec import from_dict
from asyncsdk.testing import FakeClock
from asyncsdk.testing.documents import documents
from asyncsdk.testing.kit import operations_of

KEY = "k3y-canary-0123456789abcdef"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.s1gn4ture-canary"
PATH = "p4th-canary-0123456789"
SECRETS = {
    "streamKey": "str3am-canary",
    "sharedSecret": "sh4red-canary",
    "password": "p4ssword-canary",
    "resetToken": "r3set-canary",
    "emailValidToken": "v3rify-canary",
    "salt": "s4lt-canary",
    "token": "j0t-canary-token",
    "createdByTokenId": "t0ken-canary",
}
URLS = {
    "/object-store": "s3+https://acc3ss-canary:s3cret-canary@us-west-2/bucket?sig=qu3ry-canary",
    "/push-target": "rtmps://live.example/app/rtmp-k3y-canary?a=tail-canary",
}
NAMED = {"from_time": 1, "to_time": 2}
OPERATIONS = sorted(operations_of(package).values(), key=lambda each: each.id)


@pytest.fixture(params=OPERATIONS, ids=lambda operation: operation.python)
def operation(request):
    return request.param


def planted(operation):
    """The operation's own example, with a secret wherever one may stand."""
    request = documents("livepeer")[operation.id].request
    body = dict(request.example) if request is not None and isinstance(request.example, dict) else {}
    body |= {name: secret for name, secret in SECRETS.items() if name in body}
    for path, url in URLS.items():
        if operation.path.startswith(path) and operation.method == "POST":
            body["url"] = url
    if operation.id == "livepeer.streams.create":
        body |= {"streamKey": SECRETS["streamKey"]}
        body["pushTargets"] = [{"profile": "source", "spec": {"url": URLS["/push-target"]}}]
    if operation.path.startswith("/webhook") and "url" in body:
        body |= {"sharedSecret": SECRETS["sharedSecret"], "url": "https://u:h00k-canary@hook.example/?token=t0k-canary"}
    return body


def answers(operation):
    """What the service may say to a request: echo it in every way, with a word of its own secrets."""

    def echo(request):
        sent = request.content.decode()
        return f"no token {request.headers['authorization']} found for {request.url} {sent}"

    def echoed(request):
        return dict.fromkeys(
            ("x-request-id", "server", "allow"), f"{request.headers['authorization']} {request.url.path}"
        )

    own = {
        **SECRETS,
        "url": URLS.get(operation.path.removesuffix("/{id}"), "https://hook.example"),
        "id": KEY if operation.path.startswith("/api-token") else "i",
    }
    return {
        "denied": lambda request: httpx.Response(403, json={"errors": [echo(request)]}),
        "wrong": lambda request: httpx.Response(422, json={"errors": [json.dumps({"message": echo(request)})]}),
        "broken": lambda request: httpx.Response(
            500, json={"errors": [f"{echo(request)}\n    at f ({echo(request)})"]}
        ),
        "page": lambda request: httpx.Response(404, html=f"<pre>{echo(request)}</pre>"),
        "header": lambda request: httpx.Response(400, headers=echoed(request), text=echo(request)),
        "garbage": lambda request: httpx.Response(200, text=f"{json.dumps(own)} {echo(request)}"),
        "list": lambda _: httpx.Response(200, json=[own]),
        "object": lambda _: httpx.Response(
            200, json={**own, "stream": SECRETS, "user": SECRETS, "parentStream": SECRETS}
        ),
        "lost": lambda request: (_ for _ in ()).throw(httpx.ReadError(echo(request))),
    }


def credentials():
    yield {"api_key": KEY}
    yield {"jwt": JWT}
    yield {"api_key": KEY, "user_id": "u1", "basic": True}


@pytest.mark.anyio
@pytest.mark.parametrize("way", list(answers(OPERATIONS[0])))
async def test_no_call_shows_a_secret(operation, way, caplog):
    caplog.set_level(logging.DEBUG)
    body = planted(operation)
    shown = []
    for given in credentials():
        transport = httpx.MockTransport(answers(operation)[way])
        options = {"transport": transport, "retry": RetryPolicy(max_attempts=2), "clock": FakeClock()}
        async with Livepeer(**given, base_url="http://livepeer.test/api", **options) as client:
            method = functools.reduce(getattr, operation.python.split("."), client)
            arguments = [PATH for _ in operation.path_params] + ([body] if operation.body is not None else [])
            try:
                found = method(*arguments, **{name: NAMED[name] for name in operation.query if name in NAMED})
                found = await found.to_list() if isinstance(found, Pager) else await found
            except SDKError as error:
                told = [str(error), repr(error), *traceback.format_exception(error), repr(vars(error))]
                shown += [text for text in told if text]
            else:
                if operation.python.startswith("billing.") or (
                    operation.kind == "none" and way in ("garbage", "object")
                ):
                    continue  # plain JSON of Stripe's, and what a receipt was told in words, are the caller's own
                shown.append(repr(found))
            shown += [repr(client), repr(method.__self__)]
    shown += [record.getMessage() for record in caplog.records]
    basic = b64encode(f"u1:{KEY}".encode()).decode()
    everything = "\n".join(shown)
    secrets = [KEY, JWT, basic, "canary@", *SECRETS.values(), *(f"{name}-canary" for name in WORDS)]
    if operation.path.startswith("/api-token"):
        secrets.append(PATH)
    assert [secret for secret in secrets if secret in everything] == []


WORDS = ("acc3ss", "s3cret", "qu3ry", "rtmp-k3y", "tail", "h00k", "t0k", "s1gn4ture")


@pytest.mark.parametrize(
    "model", [package.Stream, package.User, package.ObjectStore, package.PushTarget, package.UserSession]
)
def test_models_show_no_secret_but_keep_it(model):
    own = {**SECRETS, "url": URLS["/object-store"], "id": "i"}
    made = from_dict(model, own)
    assert to_dict(made) == own
    assert "canary" not in repr(made)
