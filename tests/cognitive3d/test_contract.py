"""Every operation of the contract: what goes over the wire, what comes back, and that a 403 of it is explained."""

from __future__ import annotations

import functools
import json
import re
from urllib.parse import quote

import httpx
import pytest

import asyncsdk.cognitive3d as package
from asyncsdk import Cognitive3D, Model, Pager, PermissionDeniedError, RetryPolicy, to_dict
from asyncsdk.testing import Script
from asyncsdk.testing.documents import documents
from asyncsdk.testing.kit import operations_of

ENTRIES = {name.removeprefix("cognitive3d."): told for name, told in documents("cognitive3d").items()}
ARGUMENTS = {"sessions.list": [4460], "media.upload_scene": [{"scene.gltf": b"{}", "scene.bin": b"\0"}]}
QUERIES = {
    "project_ids": ([4460, 17], "projectIds=4460&projectIds=17"),
    "limit": (50, "limit=50"),
    "page": (3, "page=3"),
    "order_by": ("date", "orderBy=date"),
    "sort": ("asc", "sort=asc"),
    "search": ("a b&c", "search=a%20b%26c"),
}
HOSTILE = "a/b ?#é:%"


@pytest.fixture(params=ENTRIES)
def python(request):
    return request.param


def arguments(python):
    told = ENTRIES[python]
    if python in ARGUMENTS:
        return ARGUMENTS[python]
    given = [HOSTILE for _ in told.path_params]
    return given if told.request is None else [*given, told.request.example]


def answer(python):
    told = ENTRIES[python].success()
    if told.text is not None:
        return httpx.Response(told.status, text=told.text)
    return httpx.Response(told.status, **({"content": b"PK"} if told.example is None else {"json": told.example}))


async def asked(python, response, **query):
    """What a call gives in the end, and the request."""
    script = Script(response)
    async with Cognitive3D(
        "test-key", transport=script, developer_key="test-developer", retry=RetryPolicy(max_attempts=1)
    ) as client:
        call = functools.reduce(getattr, python.split("."), client)(*arguments(python), **query)
        if isinstance(call, Pager):
            found = await call.to_list()
        elif hasattr(call, "__aenter__"):
            async with call as file:
                found = b"".join([piece async for piece in file])
        else:
            found = await call
    return found, script.requests[0], script.bodies[0]


def test_the_operations_are_those_of_the_document():
    for name, operation in operations_of(package).items():
        told = documents("cognitive3d")[name]
        assert (operation.method, operation.kind, operation.retry) == (told.method, told.kind, told.retry)
        assert (operation.host, dict(operation.query)) == (told.host, dict(told.query))
        assert re.sub(r"\{\w+\}", "{}", operation.path) == re.sub(r"\{\w+\}", "{}", told.path)
        assert operation.path_params == tuple(told.path_params)
    assert set(operations_of(package)) == set(documents("cognitive3d"))


@pytest.mark.anyio
async def test_the_call_goes_over_the_wire_as_documented(python):
    told = ENTRIES[python]
    _, request, body = await asked(python, answer(python))
    assert request.method == told.method
    assert request.url.raw_path == re.sub(r"\{\w+\}", quote(HOSTILE, safe=""), told.path).encode()
    if told.host:
        assert request.url.host == "data.cognitive3d.com"
        assert request.headers["authorization"] == "APIKEY:DEVELOPER test-developer"
    else:
        assert request.url.host == "api.cognitive3d.com"
        assert request.headers["authorization"] == "APIKEY:ORGANIZATION test-key"
    if told.request is not None:
        assert request.headers["content-type"] == "application/json"
        assert list(json.loads(body).items()) == list(told.request.example.items())


@pytest.mark.anyio
async def test_the_answer_is_given_without_loss(python):
    found, *_ = await asked(python, answer(python))
    told = ENTRIES[python].success()
    if told.text is not None:
        assert found == told.text
    elif told.example is None:
        assert found == b"PK"
    else:
        expected = told.example["results"] if ENTRIES[python].kind == "pages" else told.example
        assert to_dict(found) == expected
        first = found
        while not isinstance(first, Model):
            first = next(iter(first.values() if isinstance(first, dict) else first))
        assert type(first).__module__.startswith("asyncsdk.cognitive3d.")


@pytest.mark.anyio
@pytest.mark.parametrize("python", [python for python, told in ENTRIES.items() if told.query])
async def test_query_parameters_go_by_their_own_names(python):
    for name in ENTRIES[python].query:
        value, expected = QUERIES[name]
        _, request, _ = await asked(python, answer(python), **{name: value})
        assert request.url.query.decode() == expected


@pytest.mark.anyio
async def test_a_refusal_names_the_scope_that_the_key_may_lack(python):
    with pytest.raises(PermissionDeniedError, match=r"Forbidden \(the key may lack the scope (project|scene)"):
        await asked(python, httpx.Response(403, text="Forbidden"))


@pytest.mark.anyio
@pytest.mark.parametrize("python", [python for python, told in ENTRIES.items() if told.path_params])
async def test_an_empty_path_value_is_refused_at_the_call(python):
    method = functools.reduce(getattr, python.split("."), Cognitive3D("test-key", transport=Script(200)))

    async def asked_for_nothing():
        await method("", *arguments(python)[1:])

    with pytest.raises(ValueError, match="would change the path"):
        await asked_for_nothing()
