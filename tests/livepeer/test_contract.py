"""Every operation: what goes over the wire, what comes back, and how it is described."""

from __future__ import annotations

import functools
import inspect
import json
import re
from urllib.parse import parse_qs, quote

import httpx
import pytest

import asyncsdk.livepeer as package
from asyncsdk import Model, Pager, Receipt, RetryPolicy, errors, to_dict
from asyncsdk.group import Group
from asyncsdk.testing.documents import documents
from asyncsdk.testing.kit import operations_of

DOCUMENTS = documents("livepeer")
OPERATIONS = operations_of(package)
HOSTILE = "a/b ?#é:%"
HASH = "7D08178706BAB4151971E6D23356C0F45B12E2CD3D6C0EDAEFBCEA29A75A9A9E"

# What is given for each query parameter, and what must then be asked.
QUERIES = {
    "limit": (7, "7"),
    "cursor": ("skip7", "skip7"),
    "order": ("-id", "id-true"),
    "filters": ({"id": "x%"}, '[{"id":"id","value":"x%25"}]'),
    "count": (True, "true"),
    "all": (True, "true"),
    "active": (True, "true"),
    "user_id": ("u/1", "u/1"),
    "streams_only": (True, "true"),
    "sessions_only": (False, "false"),
    "force_url": (True, "true"),
    "record": (False, "false"),
    "from_time": (5, "5"),
    "to_time": (9, "9"),
}


@pytest.fixture(params=list(DOCUMENTS), ids=lambda name: name.removeprefix("livepeer."))
def entry(request):
    return OPERATIONS[request.param], DOCUMENTS[request.param]


def method_of(client, operation):
    return functools.reduce(getattr, operation.python.split("."), client)


def body_of(operation, told):
    """What the example becomes on the wire."""
    body = dict(told.request.example)
    if "password" in body:
        body["password"] = HASH
    return {**body, "id": HOSTILE} if operation.python == "webhooks.update" else body


async def called(client, operation, told, body=..., **query):
    given = [HOSTILE for _ in operation.path_params]
    if told.request is not None:
        given.append(told.request.example if body is ... else body)
    needed = {name: QUERIES[name][0] for name in operation.query if name in ("from_time", "to_time")}
    found = method_of(client, operation)(*given, **{**needed, **query})
    return (await found.page()).items if isinstance(found, Pager) else await found


@pytest.mark.anyio
async def test_the_documented_call_goes_over_the_wire_and_its_answer_comes_back(entry, connect):
    operation, told = entry
    sent = []
    answer = told.responses[0]

    def handle(request):
        sent.append(request)
        return httpx.Response(answer.status, **({} if answer.example is None else {"json": answer.example}))

    async with connect(handle) as client:
        found = await called(client, operation, told)
        (request,) = sent
        assert request.method == told.method
        path = "/api" + re.sub(r"\{\w+\}", quote(HOSTILE, safe=""), told.path)
        assert request.url.raw_path.partition(b"?")[0] == path.encode()
        assert request.headers["authorization"] == "Bearer test-key"
        assert (json.loads(request.content) if request.content else None) == (told.request and body_of(operation, told))
        if told.kind in ("cursor", "array"):
            assert [to_dict(each) for each in found] == answer.example
        elif told.kind == "none":
            assert type(found) is Receipt
            assert found.status_code == answer.status
        else:
            assert to_dict(found) == answer.example
        if isinstance(operation.body, type) and issubclass(operation.body, Model):
            model = operation.body(**dict(of_names(operation.body, told.request.example)))
            await called(client, operation, told, model)
            assert json.loads(sent[-1].content) == body_of(operation, told)


def of_names(model, body):
    """Wire JSON as the arguments of a new model."""
    for each in model.__attrs_attrs__:
        name = each.metadata.get("wire", each.name)
        if name in body:
            yield each.alias, body[name]


@pytest.mark.anyio
async def test_query_parameters_go_by_their_own_names(entry, connect):
    operation, told = entry
    sent = []

    def handle(request):
        sent.append(parse_qs(request.url.query.decode()))
        return httpx.Response(200, json=told.example)

    async with connect(handle) as client:
        for name, wire in operation.query.items():
            value, asked = QUERIES[name]
            await called(client, operation, told, **{name: value})
            assert sent[-1][wire] == [asked]


@pytest.mark.anyio
async def test_whatever_the_service_refuses_becomes_the_right_error(entry, connect):
    operation, told = entry
    for status in (400, 403, 404, 422, 500):
        handle = lambda _, status=status: httpx.Response(status, json={"errors": ["no, with test-key"]})  # noqa: E731
        async with connect(handle, user_id="me", retry=RetryPolicy(max_attempts=1)) as client:
            with pytest.raises(errors.error_class(status), match="no, with") as caught:
                await called(client, operation, told)
        assert caught.value.operation == operation.id
        assert "test-key" not in str(caught.value) + caught.value.body


@pytest.mark.anyio
async def test_an_empty_path_value_and_a_body_that_does_not_fit_are_refused_before_anything_is_sent(entry, connect):
    operation, told = entry
    sent = []
    async with connect(sent.append) as client:
        method = method_of(client, operation)
        body = [told.request.example] if told.request is not None else []
        for bad in ("", ".", "..") if operation.path_params else ():
            with pytest.raises(ValueError, match="must not be"):
                await finished(method(bad, *body))
        for name in operation.required:
            short = {key: value for key, value in body[0].items() if key != name}
            with pytest.raises(ValueError, match=rf"body\.{name} is required"):
                await called(client, operation, told, short)
        if body and operation.body is not None:
            for wrong in (None, 7, "text"):
                with pytest.raises(TypeError):
                    await called(client, operation, told, wrong)
    assert sent == []


async def finished(call):
    return await call.to_list() if isinstance(call, Pager) else await call


def test_every_method_has_its_operation_and_every_operation_its_method(connect):
    client = connect(lambda _: None)
    assert set(OPERATIONS) == set(DOCUMENTS)
    groups = {name: getattr(client, name) for name, each in vars(type(client)).items() if isinstance(each, Group)}
    methods = {
        f"{name}.{each}"
        for name, group in groups.items()
        for each, _ in inspect.getmembers(group, inspect.ismethod)
        if each[0] != "_"
    }
    assert methods == {operation.python for operation in OPERATIONS.values()}


def test_every_operation_is_what_the_document_says_and_describes_itself(entry, connect):
    operation, told = entry
    assert (operation.kind, operation.retry, dict(operation.query)) == (told.kind, told.retry, told.query)
    assert list(operation.path_params) == list(told.path_params)
    described = inspect.getdoc(method_of(connect(lambda _: None), operation))
    first, _, rest = described.partition("\n\n")
    assert first.endswith(".")
    assert f"``{told.method} {told.path}``" in rest
    signature = inspect.signature(method_of(connect(lambda _: None), operation))
    for name in signature.parameters:
        assert f"{name}: " in described.partition("Args:")[2]
