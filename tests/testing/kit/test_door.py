from __future__ import annotations

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse

from asyncsdk.testing.gateway import Gateway
from asyncsdk.testing.kit import Door, RefusedError, Voice, answer

FARM = """
barns.list GET /barns array
barns.save PUT /barns/{id} none
"""


class Echo:
    """Says what it was called with."""

    def __init__(self, shared):
        self._shared = shared

    def handlers(self):
        return dict.fromkeys(self._shared.operations.values(), self._answer)

    def _answer(self, call):
        where = call.uri(self._shared.operation("barns.save"), "a/b")
        told = [call.operation.python, call.path, dict(call.query), call.content_type, call.base_url, where, call.who]
        return answer([*told, call.raw_path, call.raw_query])


def door(shared, admit=lambda *_: {}, prefix=""):
    return Door(shared, Echo(shared).handlers(), admit, prefix)


def test_a_handler_is_told_all_about_its_call(farm, ask):
    service = door(farm(FARM), lambda *_: {"name": "ann"}, "/v1")
    told = ask(service, "PUT", "/v1/barns/a%2Fb?x=1&x=2&y=", b"{}", content_type="Application/JSON; charset=utf-8")
    assert told.body == [
        "barns.save",
        ["a/b"],
        {"x": "2", "y": ""},
        "application/json",
        "http://sandbox.test/v1",
        "http://sandbox.test/v1/barns/a%2Fb",
        {"name": "ann"},
        "/barns/a%2Fb",
        "x=1&x=2&y=",
    ]


def test_the_check_sees_operation_request_and_body(farm, ask):
    seen = []

    def admit(operation, request, body):
        seen.append((operation.python, request.headers["x-key"], body))
        raise RefusedError(403, "Go away")

    told = ask(door(farm(FARM), admit), "PUT", "/barns/one", b"body", x_key="k")
    assert (told.status, told.body) == (403, {"message": "Go away"})
    assert seen == [("barns.save", "k", b"body")]


def test_a_route_is_found_before_anybody_is_checked(farm, ask):
    def admit(*_):
        raise RefusedError(403, "Go away")

    service = door(farm(FARM), admit)
    assert ask(service, "GET", "/nothing").status == 404
    refused = ask(service, "DELETE", "/barns/one")
    assert (refused.status, refused.headers["allow"]) == (405, "PUT")


@pytest.mark.parametrize("segment", ["%2E", "%2e%2E", ".%2e"])
def test_a_dot_is_no_id(farm, ask, segment):
    assert ask(door(farm(FARM)), "PUT", f"/barns/{segment}").status == 404


class Typed(Voice):
    """A voice of web pages and plain text, which signs its answers."""

    def refused(self, refusal):
        return PlainTextResponse(str(refusal), refusal.status)

    def no_route(self, _):
        return HTMLResponse("<!DOCTYPE html>", 404)

    def headers(self):
        return {"x-request": "7"}


def test_a_system_has_a_voice_of_its_own(farm, ask):
    def admit(*_):
        raise RefusedError(401, "key expired")

    service = door(farm(FARM, voice=Typed()), admit)
    for method, target, status, kind, body in (
        ("GET", "/nothing", 404, "text/html; charset=utf-8", "<!DOCTYPE html>"),
        ("POST", "/barns", 404, "text/html; charset=utf-8", "<!DOCTYPE html>"),
        ("GET", "/barns", 401, "text/plain; charset=utf-8", "key expired"),
    ):
        told = ask(service, method, target)
        assert (told.status, told.headers["content-type"], told.body) == (status, kind, body)
        assert told.headers["x-request"] == "7"
        assert "date" in told.headers


def test_the_gateway_knows_no_route_from_no_credentials(farm, ask):
    service = door(farm(FARM, voice=Gateway(seed=3)))
    told = [ask(service, "DELETE", target) for target in ("/nothing", "/barns")]
    assert [(each.status, each.body) for each in told] == [(403, {"message": "Missing Authentication Token"})] * 2
    assert len({each.headers["x-amzn-requestid"] for each in told}) == 2
