"""Every operation on a real socket: what the server receives is what was signed, by a check that shares no code with the signer."""

from __future__ import annotations

import functools
import re
import time
from base64 import b64encode
from urllib.parse import quote

import msgspec
import pytest

from asyncsdk import Pager, RetryPolicy
from asyncsdk.testing import RawServer, Reply
from asyncsdk.testing.documents import documents
from asyncsdk.testing.unleash_platform.signature import Asked, Keys, check
from asyncsdk.unleash.platform import UnleashPlatform

DOCUMENT = {name.removeprefix("unleash_platform."): told for name, told in documents("unleash_platform").items()}
AWKWARD = (
    "ap-southeast-2:b9be243f-1c1e-4d92-8a72-2cf5fe1dc5a5",
    "a/b",
    "a/b?c#d",
    "ü %2F",
    "100%41 %2F",
    "中文 🛩 é",
    "a+b=c&d~!$'()*,;@[]",
    "...",
)


def received(request):
    path, _, query = request.target.partition("?")
    return Asked(request.method, path, query, [(name.lower(), value) for name, value in request.headers])


def target(name, told, value):
    """The path that the document means, each id encoded once."""
    written = b64encode(value.encode()).decode() if name == "modelling.status" else value
    path = re.sub(r"\{\w+\}", lambda _: quote(written, safe=""), told.path)
    return path if told.host == "modelling" else f"/prod{path}"


@pytest.mark.anyio
async def test_every_operation_is_signed_over_the_bytes_that_arrive(keys):
    known = {keys.access_key: Keys(keys.access_key, keys.secret_key, keys.session_token)}
    async with (
        RawServer(lambda _: Reply.ok(current, headers=(("Content-Type", "application/json"),))) as server,
        UnleashPlatform(
            credentials=keys,
            base_url=f"{server.url}/prod",
            modelling_url=server.url,
            retry=RetryPolicy(max_attempts=1),
        ) as client,
    ):
        for name, told in DOCUMENT.items():
            shown = told.responses[0].example
            current = b"" if shown is None else msgspec.json.encode(shown)
            body = [] if told.request is None else [told.request.example]
            method = functools.reduce(getattr, name.split("."), client)
            for value in AWKWARD if told.path_params else AWKWARD[:1]:
                call = method(*[value] * len(told.path_params), *body)
                await (call.to_list() if isinstance(call, Pager) else call)
                request = server.requests[-1]
                assert (request.method, request.target) == (told.method, target(name, told, value))
                check(received(request), request.body, known, region="ap-southeast-2", now=time.time())
                if body:
                    assert request.header("content-length") == str(len(request.body))
                    assert msgspec.json.decode(request.body) == told.request.example
                else:
                    assert request.body == b""
    assert len(DOCUMENT) == 57
