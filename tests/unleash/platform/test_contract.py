"""Every operation of the document: what goes over the wire, what comes back, and how it is described."""

from __future__ import annotations

import inspect
import json
import re
from base64 import b64encode
from urllib.parse import quote

import httpx
import pytest

from asyncsdk import Model, Pager, Receipt, errors, to_dict
from asyncsdk.group import Group
from asyncsdk.testing import Script
from asyncsdk.unleash.platform import ModellingTask

HOSTILE = "ap-southeast-2:a/b ?#é%"

# Beside the document's operations: what makes several requests of one call.
WHOLE = {
    "library.download",
    "library.upload",
    "library.upload_many",
    "modelling.upload",
    "modelling.wait",
    "users.upload_logo",
}


async def finished(call):
    return await call.to_list() if isinstance(call, Pager) else await call


def answer(entry):
    told = entry.told.responses[0]
    return httpx.Response(told.status) if told.example is None else httpx.Response(told.status, json=told.example)


def path_of(entry):
    value = b64encode(HOSTILE.encode()).decode() if entry.python == "modelling.status" else HOSTILE
    prefix = "" if entry.told.host == "modelling" else "/prod"
    return (prefix + re.sub(r"\{\w+\}", quote(value, safe=""), entry.told.path)).encode()


@pytest.mark.anyio
async def test_the_documented_call_goes_over_the_wire_as_documented(entry, connect):
    script = Script(answer(entry))
    async with connect(script) as client:
        await finished(entry.method_of(client)(*entry.given(HOSTILE)))
    (request,) = script.requests
    assert (request.method, request.url.raw_path) == (entry.told.method, path_of(entry))
    assert request.url.host == ("modelling.test" if entry.told.host == "modelling" else "sdk.test")
    if entry.told.request is None:
        assert request.content == b""
        assert "content-type" not in request.headers
    else:
        assert request.headers["content-type"] == "application/json"
        assert list(json.loads(request.content)) == list(entry.told.request.example)
        assert json.loads(request.content) == entry.told.request.example
    assert re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=test-access/\d{8}/ap-southeast-2/execute-api/aws4_request, "
        r"SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}",
        request.headers["authorization"],
    )


@pytest.mark.anyio
async def test_a_model_goes_over_the_wire_as_a_mapping_does(modelled, connect, model_of):
    body, script = modelled.told.request.example, Script(answer(modelled))
    async with connect(script) as client:
        given = [*modelled.given(HOSTILE)[:-1], model_of(modelled.operation.body, body)]
        await modelled.method_of(client)(*given)
    assert json.loads(script.requests[0].content) == body


@pytest.mark.anyio
async def test_each_documented_answer_becomes_the_right_kind_of_value(entry, connect):
    (told,) = entry.told.responses
    async with connect(Script(answer(entry))) as client:
        value = await finished(entry.method_of(client)(*entry.given(HOSTILE)))
    if entry.told.kind == "array":
        assert [type(each) for each in value] == [entry.returns] * len(told.example)
        assert [to_dict(each) for each in value] == told.example
    elif entry.told.kind == "none":
        assert isinstance(value, Receipt)
        assert value.status_code == told.status
    else:
        assert type(value) is entry.returns
        assert to_dict(value) == told.example


@pytest.mark.anyio
async def test_an_empty_path_value_is_refused_before_anything_is_sent(slotted, connect):
    script, given = Script(answer(slotted)), slotted.given(HOSTILE)
    async with connect(script) as client:
        for at, name in enumerate(slotted.parameters):
            for bad, kind in (("", ValueError), (".", ValueError), ("..", ValueError), (None, TypeError)):
                with pytest.raises(kind, match=f"^{name} "):
                    await finished(slotted.method_of(client)(*given[:at], bad, *given[at + 1 :]))
    assert script.requests == []


@pytest.mark.anyio
async def test_a_body_that_lacks_a_field_or_has_a_wrong_one_is_refused_before_anything_is_sent(modelled, connect):
    body, script = modelled.told.request.example, Script(answer(modelled))
    async with connect(script) as client:
        call = modelled.method_of(client)
        path = modelled.given(HOSTILE)[:-1]
        for name in {each for each in modelled.operation.required if "." not in each}:
            with pytest.raises(ValueError, match=rf"{modelled.python}: body\.{name} is required"):
                await call(*path, {key: value for key, value in body.items() if key != name})
        for name in body:
            with pytest.raises(TypeError, match=rf"{modelled.python}: body\.{name} must be .*, not Wrong"):
                await call(*path, {**body, name: Wrong()})
        for wrong in (7, [body], "text"):
            with pytest.raises(TypeError, match="body must be an object"):
                await call(*path, wrong)
    assert script.requests == []


class Wrong:
    """Fits no field."""


@pytest.mark.anyio
async def test_whatever_the_service_refuses_becomes_the_right_error(entry, connect):
    for status, named in ((400, True), (403, False), (413, False), (422, True), (500, True), (503, False)):
        sent = {"message": "no, with test-secret-key"} | ({"name": "BadThing"} if named else {})
        async with connect(Script(httpx.Response(status, json=sent))) as client:
            with pytest.raises(errors.error_class(status), match="no, with") as caught:
                await finished(entry.method_of(client)(*entry.given(HOSTILE)))
        assert "test-secret-key" not in str(caught.value) + caught.value.body
        assert caught.value.code == ("BadThing" if named else None)


@pytest.mark.anyio
async def test_a_call_that_must_not_be_repeated_says_that_its_outcome_is_unknown(fails, connect):
    late = httpx.Response(504, json={"message": "Endpoint request timed out"}, headers={"x-amzn-requestid": "id-1"})
    for lost, expected in ((late, r"outcome is unknown.*29 s.*id-1"), (httpx.ReadError("gone"), "outcome is unknown")):
        script = Script(lost)
        async with connect(script, retry=None) as client:
            with pytest.raises(errors.SDKError, match=expected):
                await fails.method_of(client)(*fails.given(HOSTILE))
        assert len(script.requests) == 1


def test_every_method_has_its_operation_and_every_operation_its_method(entries, operations, connect):
    client = connect(None)
    assert set(operations) == {f"unleash_platform.{each.python}" for each in entries}
    groups = [name for name, value in vars(type(client)).items() if isinstance(value, Group)]
    found = {
        f"{group}.{name}"
        for group in groups
        for name, _ in inspect.getmembers(getattr(client, group), inspect.ismethod)
        if name[0] != "_"
    }
    assert found == {each.python for each in entries} | WHOLE


def test_every_method_describes_itself(entry, connect):
    method = entry.method_of(connect(None))
    described = inspect.getdoc(method)
    first, _, rest = described.partition("\n\n")
    assert first.endswith(".")
    assert f"``{entry.told.method} {entry.told.path}``" in rest
    signature = inspect.signature(method)
    for name, parameter in signature.parameters.items():
        assert f"{name}: " in described.partition("Args:")[2]
        assert "Any" not in str(parameter.annotation).replace("Mapping[str, Any]", "")
    assert list(signature.parameters)[: len(entry.parameters)] == entry.parameters
    assert len(signature.parameters) == len(entry.parameters) + (entry.told.request is not None)


def test_the_operations_say_what_the_document_says(entry):
    operation, told = entry.operation, entry.told
    assert list(operation.path_params) == entry.parameters
    assert (operation.method, operation.retry, operation.kind) == (told.method, told.retry, told.kind)
    assert (operation.host, operation.signed) == (told.host, True)
    assert (operation.body is not None) is (told.request is not None)
    assert operation.body is None or issubclass(operation.body, Model)


@pytest.mark.anyio
async def test_a_task_that_comes_as_a_bare_string_is_one_too(connect, entries):
    (process,) = [each for each in entries if each.python == "modelling.process"]
    async with connect(Script(httpx.Response(200, json="arn:1"))) as client:
        task = await client.modelling.process(*process.given(""))
    assert (task, to_dict(task)) == (ModellingTask(task_arn="arn:1"), "arn:1")


@pytest.mark.anyio
@pytest.mark.parametrize("body", [b'"RUNNING"', b"RUNNING", b'\xef\xbb\xbf"RUNNING"\n'])
async def test_a_status_is_a_string_with_quotes_or_without(connect, body):
    async with connect(Script(httpx.Response(200, content=body))) as client:
        assert await client.modelling.status("arn:1") == "RUNNING"


@pytest.mark.anyio
@pytest.mark.parametrize("body", [b"null", b"{}", b"7", b""])
async def test_anything_else_is_no_status(connect, body):
    async with connect(Script(httpx.Response(200, content=body))) as client:
        with pytest.raises(errors.DecodeError):
            await client.modelling.status("arn:1")
