from __future__ import annotations

import httpx

from asyncsdk.http.frozen import FrozenCall
from asyncsdk.operation import Operation

RESET = Operation("shop.sessions.end", "POST", "/users/{user_id}/sessions/{session_id}", "none")


def call(**how):
    given = {
        "url": httpx.URL("https://example.com/users/u/sessions/s?token=query-secret"),
        "body": b'{"password": "body-secret"}',
    }
    return FrozenCall(
        RESET, path=("user-1", "path-secret"), headers=httpx.Headers({"host": "example.com"}), extensions={"whole": True},
        **{**given, **how},
    )  # fmt: skip


def test_every_attempt_sends_the_same_bytes_in_a_request_of_its_own():
    frozen = call()
    first, second = frozen.request(), frozen.request()
    first.headers["x-signature"] = "1"
    first.extensions["admitted"] = True
    assert "x-signature" not in second.headers
    assert "admitted" not in second.extensions
    for each in (first, second):
        assert each.method == "POST"
        assert str(each.url).endswith("token=query-secret")
        assert b"".join(each.stream) == b'{"password": "body-secret"}'
        assert each.extensions["whole"] is True


def test_its_secrets_stand_in_path_query_and_body():
    assert call().secrets() == {"path-secret", "query-secret", "body-secret"}


def test_without_secrets_there_are_none():
    frozen = FrozenCall(
        Operation("shop.users.get", "GET", "/users/{user_id}", "object"),
        path=("joe",),
        url=httpx.URL("https://example.com/users/joe"),
        headers=httpx.Headers(),
        body=b"",
        extensions={},
    )
    assert frozen.secrets() == set()
