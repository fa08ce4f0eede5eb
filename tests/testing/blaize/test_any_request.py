"""Whatever comes in is answered, and nothing of it breaks the service: an app that raised would fail these tests."""

from __future__ import annotations

import anyio
import attrs
import httpx
import msgspec
import pytest
from hypothesis import given, strategies as st
from starlette.requests import Request

from asyncsdk.codec import Model
from asyncsdk.testing import BlaizeService, Sandbox

SERVICE = BlaizeService(users=3)
OPERATIONS = sorted(SERVICE._parts.handlers, key=lambda operation: operation.id)


def wire_names(model):
    return {field.metadata.get("wire", field.name) for field in attrs.fields(model)} - {None}


def models(kind=Model):
    for each in kind.__subclasses__():
        yield each
        yield from models(each)


BLAIZE = [each for each in models() if each.__module__.startswith("asyncsdk.blaize")]
NAMES = sorted({name for each in BLAIZE for name in wire_names(each)} | {"startTime", "slug", "operator"})
KNOWN = [
    "123456789ABCD",
    "0123456789ABCD",
    "gold-bundle",
    "id",
    "slug",
    "slug1",
    "one",
    "1",
    "featureRuleId",
    *SERVICE.user_ids,
]

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(KNOWN)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=10,
)
segments = st.sampled_from([*KNOWN, "%2E%2E", "%2e", "%FF", "%00", "%C3%A9", "%2F", "a%20b"])
queries = st.dictionaries(
    st.sampled_from(
        ["page", "rpp", "search", "active", "since", "appIds", "attributes", "search_by_attributes", "foreign_key.a"]
    ),
    st.text(max_size=5) | st.sampled_from(["1", "true", "9" * 5000, "W3sic2x1ZyI6e319XQ=="]),
    max_size=3,
)


async def answered(method, target, body):
    # the session of whoever; a logout may have ended it
    SERVICE._parts.administrators._sessions["test-session"] = "somebody"
    transport = httpx.ASGITransport(app=Sandbox(SERVICE))
    async with httpx.AsyncClient(transport=transport, headers={"blaize-admin-session": "test-session"}) as client:
        return await client.request(method, f"http://sandbox.test{target}", content=body)


def fitting(operation):
    """Bodies that have at least the fields that are required."""
    required = {name: anything for name in operation.required if "." not in name}
    return st.fixed_dictionaries(required).flatmap(
        lambda body: st.just(body) | anything.map(lambda more: _merged(body, more))
    )


def _merged(body, more):
    return {**more, **body} if isinstance(more, dict) else body


@given(st.data())
def test_any_body_is_answered(data):
    operation = data.draw(st.sampled_from(OPERATIONS))
    path = operation.path
    for name in operation.path_params:
        path = path.replace(f"{{{name}}}", data.draw(segments))
    query = httpx.QueryParams(data.draw(queries))
    body = data.draw(st.binary(max_size=20) | (anything | fitting(operation)).map(msgspec.json.encode))
    answer = anyio.run(answered, operation.method, f"{path}?{query}", body)
    assert answer.status_code in (200, 201, 400, 401, 404, 409)
    if answer.status_code >= 400:
        assert answer.json()["message"]


@pytest.mark.anyio
@pytest.mark.parametrize("depth", [100, 480, 900, 100_000])
async def test_a_body_may_be_nested_deeply(send, depth):
    body = b'{"identifiers": {"username": "deep"}, "validators": {}, "attributes": {"a": %b}}' % (
        b"[" * depth + b"]" * depth
    )
    # where it is too deep, the interpreter says
    assert (await send("POST", "/v3/users", body)).status_code in (201, 400)
    assert (await send("GET", "/v3/users?search=a")).status_code == 200


@pytest.mark.anyio
@pytest.mark.parametrize("segment", ["%2E", "%2e%2E", ".%2e"])
async def test_a_dot_is_no_id(send, segment):
    answer = await send("PUT", f"/v3/static/{segment}", b"text")
    assert answer.status_code == 404


@pytest.mark.anyio
async def test_a_request_that_breaks_off_breaks_nothing(service):
    async def receive():
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "POST", "headers": [], "query_string": b""}
    answer = await service.respond(Request(scope, receive), "/v3/users")
    assert answer.status_code == 400
