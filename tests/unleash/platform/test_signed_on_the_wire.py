"""Every operation on a real socket: what the server receives is what was signed, by a check that shares no code with the signer."""

from __future__ import annotations

import time

import msgspec
import pytest

from asyncsdk import Pager, RetryPolicy
from asyncsdk.testing import RawServer, Reply
from asyncsdk.testing.unleash_platform.signature import Asked, Keys, check
from asyncsdk.unleash.platform import UnleashPlatform

AWKWARD = (
    "ap-southeast-2:b9be243f-1c1e-4d92-8a72-2cf5fe1dc5a5",
    "a/b?c#d",
    "100%41 %2F",
    "中文 🛩 é",
    "a+b=c&d~!$'()*,;@[]",
    "...",
)


def received(request):
    path, _, query = request.target.partition("?")
    return Asked(request.method, path, query, [(name.lower(), value) for name, value in request.headers])


@pytest.mark.anyio
async def test_every_operation_is_signed_over_the_bytes_that_arrive(entries, keys):
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
        for entry in entries:
            shown = entry.told.responses[0].example
            current = b"" if shown is None else msgspec.json.encode(shown)
            for value in AWKWARD if entry.parameters else AWKWARD[:1]:
                call = entry.method_of(client)(*entry.given(value))
                await (call.to_list() if isinstance(call, Pager) else call)
                request = server.requests[-1]
                body = b"".join(request.pieces)
                check(received(request), body, known, region="ap-southeast-2", now=time.time())
                assert request.method == entry.told.method
                assert request.target.endswith("/") is entry.told.path.endswith("/")
                if entry.told.request is not None:
                    assert request.header("content-length") == str(len(body))
                    assert msgspec.json.decode(body) == entry.told.request.example
    assert len(server.requests) >= 57
