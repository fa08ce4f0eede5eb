"""``request METHOD PATH``: any request of every system, on the way that all others go."""

from __future__ import annotations

import json

import pytest

from asyncsdk.testing import serve

SYSTEMS = {
    "unleash": "/analytics/version",
    "platform": "/device",
    "blaize": "/v3/users",
    "cognitive3d": "/v0/questionSets?projectIds=4460",
    "livepeer": "/stream",
}


@pytest.mark.parametrize(("system", "path"), SYSTEMS.items())
def test_every_system_takes_any_request(command, system, path):
    code, out, err = command(system, "request", "GET", path, "--sandbox")
    assert (code, err) == (0, "")
    assert json.loads(out)


def test_a_body_is_sent_as_it_is(command, tmp_path):
    body = tmp_path / "user.json"
    body.write_text(
        '{"identifiers": {"email_address": "new@example.com"}, "validators": {"password": "test-password"}}'
    )
    code, out, _ = command("blaize", "request", "post", "/v3/users", "--sandbox", "--data", f"@{body}")
    assert code == 0
    assert json.loads(out)["user_id"]


def test_an_error_is_the_services_sentence(command):
    code, out, err = command("livepeer", "request", "GET", "/nothing", "--sandbox")
    assert (code, out) == (1, "")
    assert err.startswith("error: the service answered 404")


class Recorder:
    """An ASGI app that keeps what it is asked, and answers with a list."""

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return
        self.method, self.target = scope["method"], scope["raw_path"].decode() + "?" + scope["query_string"].decode()
        self.headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.body = (await receive())["body"]
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"[1, 2]"})


def test_it_is_signed_and_carries_what_was_given(command):
    app = Recorder()
    with serve(app) as url:
        arguments = ("PATCH", "/a%2Fb?x=1&y", "--data", "[]", "-H", "If-Match: 3", "-o", "ndjson")
        code, out, _ = command("unleash", "request", *arguments, "--base-url", f"{url}/v1")
    assert (code, out) == (0, "1\n2\n")
    assert (app.method, app.target, app.body) == ("PATCH", "/v1/a%2Fb?x=1&y", b"[]")
    assert app.headers["x-api-key"] == "test-key"
    assert (app.headers["if-match"], app.headers["content-type"]) == ("3", "application/json")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("GE T", "/x"), "METHOD: 'GE T' is none"),
        (("GET", "x"), "PATH: it is below the base URL"),
        (("GET", "https://example.com/x"), "PATH: it is below the base URL"),
        (("GET", "//example.com/x"), "PATH: it is below the base URL"),
        (("GET", "/a/../b"), "PATH: a part of it is . or .."),
        (("GET", "/a/%2E./b"), "PATH: a part of it is . or .."),
        (("GET", "/a b"), "PATH: it holds what must be percent-encoded"),
        (("GET", "/a", "-H", "no colon"), "--header: write one as"),
        (("GET", "/a", "-H", "a: b\r\nc: d"), "--header: write one as"),
        (("POST", "/a", "--data", "@/nowhere/file"), "--data: cannot read /nowhere/file"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(command, arguments, said):
    code, _, err = command("unleash", "request", *arguments, "--base-url", "http://127.0.0.1:9")
    assert code == 2
    assert said in err


def test_a_connection_error_names_the_address_once(command):
    code, _, err = command("unleash", "request", "GET", "/x", "--base-url", "http://127.0.0.1:9", "--max-attempts", "1")
    assert (code, err) == (1, "error: cannot connect to http://127.0.0.1:9: Connection refused\n")
