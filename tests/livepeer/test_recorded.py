"""The client beside the real server: each recorded exchange, as the client has it."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest

import asyncsdk.livepeer as package
from asyncsdk import APIError, Pager, RetryPolicy, errors, to_dict
from asyncsdk.testing.kit import operations_of
from asyncsdk.testing.kit.routes import Routes

RECORDED = json.loads((Path(__file__).parents[1] / "data" / "livepeer_exchanges.json").read_text())["exchanges"]
ROUTES = Routes({operation: operation for operation in operations_of(package).values()})
# Path parameters that the client refuses, since they are no UTF-8 text; and a path that it would never ask.
NOT_CALLS = {"bad percent-encoding"}
# Numbers of a page that no caller can mean.
NO_LIMITS = {"0", "abc", "10abc", "1.5", "-1"}


def matched(exchange):
    """The operation that an exchange is of, and the values of its path; None for what the client has no method for."""
    asked = exchange["request"]
    path = asked["path"].removeprefix("/api").partition("?")[0]
    body = asked.get("body") or {}
    conditional = "If-None-Match" in asked.get("headers", {})  # which the client never asks
    if asked["path"] == path or "__raw__" in body or conditional or exchange.get("note") in NOT_CALLS:
        return None
    found = ROUTES.match(asked["method"], path)
    return found and (found[0], found[2])


CALLS = [(number, *found) for number, each in enumerate(RECORDED) if (found := matched(each)) is not None]


@pytest.fixture(params=CALLS, ids=lambda call: f"{call[0]}-{call[1].python}")
def call(request):
    return request.param


def arguments(exchange, operation, path):
    """What a caller gives to make this very request."""
    asked = exchange["request"]
    query = dict(parse_qsl(asked["path"].partition("?")[2]))
    named = {python: query[wire] for python, wire in operation.query.items() if wire in query}
    if named.get("limit") in NO_LIMITS:
        del named["limit"]
    if "limit" in named:
        named["limit"] = int(named["limit"])
    if "filters" in named:
        named.pop("filters")
    if "order" in named and named["order"] == "bogus":
        del named["order"]
    if "count" in named:
        named["count"] = True
    for name in ("from_time", "to_time"):
        if name in named:
            named[name] = int(named[name])
    body = [asked.get("body", {})] if operation.body is not None else []
    return [*path, *body], named


async def outcome(client, operation, given, named):
    method = functools.reduce(getattr, operation.python.split("."), client)
    found = method(*given, **named)
    if isinstance(found, Pager):
        return [await found.page()]
    return await found


def whole(body):
    """A recorded body without the note of what was left out of it."""
    return [each for each in body if "__trimmed__" not in each] if isinstance(body, list) else body


def answer_of(exchange):
    told = exchange["response"]
    headers = [(name, value) for name, value in told["headers"] if name not in ("Keep-Alive", "ETag")]
    content = told.get("text", json.dumps(whole(told["body"])) if "body" in told else "").encode()
    return httpx.Response(told["status"], headers=headers, content=content)


@pytest.mark.anyio
async def test_each_recorded_answer_becomes_what_its_user_expects(call, connect):
    number, operation, path = call
    exchange = RECORDED[number]
    told, sent = exchange["response"], []

    def handle(request):
        sent.append(request)
        return answer_of(exchange)

    async with connect(handle, user_id="me", retry=RetryPolicy(max_attempts=1)) as client:
        given, named = arguments(exchange, operation, path)
        try:
            found = await outcome(client, operation, given, named)
        except (APIError, ValueError, TypeError) as error:
            found = error
    if isinstance(found, APIError):
        check_error(found, told)
        return
    if isinstance(found, Exception):
        # the server refuses it too
        assert sent == []
        assert told["status"] >= 400
        return
    assert told["status"] < 400
    (request,) = sent
    assert request.method == exchange["request"]["method"]
    assert request.url.raw_path.partition(b"?")[0].decode() == exchange["request"]["path"].partition("?")[0]
    if exchange["request"].get("body"):
        body = json.loads(request.content)
        assert same_body(operation, exchange["request"]["body"], body)
    check(operation, found, whole(told.get("body")), told)


def check_error(error, told):
    status = 404 if told.get("text") == "null" else told["status"]
    assert type(error) is errors.error_class(status)
    assert error.status_code == status
    for said in (told.get("body") or {}).get("errors", []):
        first = json.loads(said)["message"] if said[:1] == "{" else said.partition("\n")[0]
        assert first.replace("<jwt>", "") in error.message
        assert "stack trace" not in error.message


def same_body(operation, asked, sent):
    if operation.python == "streams.create":
        asked = {"profiles": [], **asked}
        read_only = {"id", "streamKey", "playbackId", "isActive", "createdAt", "lastSeen", "userId", "parentId"}
        if "id" in asked:
            asked = {name: value for name, value in asked.items() if name not in read_only}
    return asked == sent


def check(operation, found, body, told):
    if isinstance(found, list):
        (page,) = found
        if operation.python == "regions.list":
            assert {each.region for each in page.items} == {each["region"] for each in body}
            return
        assert [to_dict(each) for each in page.items] == body
        link = dict(told["headers"]).get("Link", "")
        cursor = link.rpartition("cursor=")[2].partition(">")[0] or None
        if operation.python != "streams.sessions":
            assert page.cursor == (None if cursor == "undefined" else cursor)
        total = dict(told["headers"]).get("X-Total-Count")
        assert page.total == (total and int(total))
    elif told["status"] == 204:
        assert (found.status_code, to_dict(found)) == (204, {})
    else:
        assert to_dict(found) == body
    assert "<jwt>" not in repr(found)


def test_most_of_the_record_are_calls_that_the_client_has():
    assert len(CALLS) > 230
    assert {operation.python for _, operation, _ in CALLS} >= {
        "streams.create",
        "webhooks.update",
        "users.reset_password",
    }
