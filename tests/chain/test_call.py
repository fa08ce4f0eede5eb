from __future__ import annotations

import httpx

from asyncsdk.chain.call import Call
from asyncsdk.chain.host import Host, HostState
from asyncsdk.http.body import EMPTY, HeldBody
from asyncsdk.http.url import BaseURL
from asyncsdk.operation import Operation
from asyncsdk.testing.clock import FakeClock
from asyncsdk.timeout import Timeout

HOST = Host(BaseURL("https://example.com"), None, HostState(8, FakeClock()))
RESET = Operation("shop.sessions.end", "POST", "/users/{user_id}/sessions/{session_id}", "none")


def call(**how):
    given = {
        "url": httpx.URL("https://example.com/users/u/sessions/s?token=query-secret"),
        "body": HeldBody(b'{"password": "body-secret"}'),
    }
    return Call(
        RESET,
        HOST,
        path=("user-1", "path-secret"),
        headers=httpx.Headers({"host": "example.com"}),
        timeout=Timeout(1, 2, 3, 4),
        most=None,
        **{**given, **how},
    )


def test_every_attempt_sends_the_same_bytes_in_a_request_of_its_own():
    frozen = call()
    first, second = frozen.request(), frozen.request()
    first.headers["x-signature"] = "1"
    first.extensions["mine"] = True
    assert "x-signature" not in second.headers
    assert "mine" not in second.extensions
    for each in (first, second):
        assert each.method == "POST"
        assert str(each.url).endswith("token=query-secret")
        assert b"".join(each.stream) == b'{"password": "body-secret"}'
        assert each.extensions["timeout"] == {"connect": 1, "read": 2, "write": 3, "pool": None}


def test_its_secrets_stand_in_path_query_and_body():
    assert call().secrets() == {"path-secret", "query-secret", "body-secret"}


def test_without_secrets_there_are_none():
    frozen = Call(
        Operation("shop.users.get", "GET", "/users/{user_id}", "object"),
        HOST,
        path=("joe",),
        url=httpx.URL("https://example.com/users/joe"),
        headers=httpx.Headers(),
        body=EMPTY,
        timeout=Timeout(),
        most=None,
    )
    assert frozen.secrets() == set()
