"""Every operation of every system: what goes over the wire, what comes back, what is refused, and how it is described."""

from __future__ import annotations

import inspect
import json
import re

import httpx
import pytest
from systems import SYSTEMS

from asyncsdk import Model, Pager, Receipt, errors, to_dict
from asyncsdk.group import Group

ENTRIES = [entry for system in SYSTEMS for entry in system.entries]


def each_of(entries):
    return pytest.mark.parametrize("entry", entries, ids=str)


class Wrong:
    """Fits no field."""


class Other(Model):
    """Fits no operation."""


def content_of(request):
    return json.loads(request.content) if request.content else None


@pytest.mark.anyio
@each_of(ENTRIES)
async def test_the_documented_call_goes_over_the_wire_as_documented(entry):
    system, told = entry.system, entry.told.request
    client, sent = system.answering(entry.answer())
    await entry.called(client)
    request = sent[-1]
    assert request.method == entry.told.method
    assert str(request.url).partition("?")[0] == entry.target
    if entry.python == "media.upload_scene":
        assert request.headers["content-type"].startswith("multipart/form-data")
    elif told is None:
        assert request.content == b""
        assert "content-type" not in request.headers
    else:
        assert request.headers["content-type"] == told.content_type
        if told.text is not None:
            assert request.content == told.text.encode()
        else:
            expected = system.sent(entry.python, told.example)
            assert content_of(request) == expected
            if isinstance(expected, dict):
                assert list(content_of(request)) == list(expected)
    if request.method in ("POST", "PUT", "PATCH"):
        assert request.headers["content-length"] == str(len(request.content))
    signed = system.authorization.get(entry.told.host)
    assert ("authorization" in request.headers) is bool(entry.told.signed and signed)
    if signed and entry.told.signed:
        assert re.fullmatch(signed, request.headers["authorization"])


@pytest.mark.anyio
@each_of([entry for entry in ENTRIES if entry.model])
async def test_a_model_goes_over_the_wire_as_a_mapping_does(entry):
    body = entry.told.request.example
    client, sent = entry.system.answering(entry.answer())
    await entry.called(client, *entry.given()[:-1], entry.made(body))
    assert content_of(sent[-1]) == entry.system.sent(entry.python, body)


@pytest.mark.anyio
@each_of([entry for entry in ENTRIES if entry.told.query])
async def test_query_parameters_go_by_their_own_names(entry):
    client, sent = entry.system.answering(entry.answer())
    await entry.called(client)
    without = set(sent[-1].url.query.decode().split("&")) - {""}
    for name in entry.told.query:
        value, asked = entry.system.queries[name]
        await entry.called(client, **{name: value})
        said = set(sent[-1].url.query.decode().split("&"))
        assert said - without == set(asked.split("&")) - without
        assert set(asked.split("&")) <= said


def check(entry, value, told):
    """That a value is what an answer says, and of the class that the method promises."""
    if told.text is not None:
        assert value == told.text
        return
    kind, example = entry.told.kind, entry.system.answered(entry.python, told.example)
    promised = inspect.signature(entry.method(entry.system.connect(None))).return_annotation
    if kind == "none":
        assert isinstance(value, Receipt)
        assert type(value).__name__ in re.findall(r"\w+", promised)
        assert value.status_code == told.status
        assert to_dict(value) == (example or {})
        if isinstance(example, dict):
            uri = example.get("uri", "").rpartition("/")[2] or None
            assert (value.message, value.id) == (example.get("message"), example.get("user_id", uri))
        return
    if kind == "bytes":
        assert value == b"PK"
        return
    if isinstance(example, dict) and kind in ("results", "pages", "stream"):
        example = example["results"]
    assert to_dict(value) == example
    first = value
    while isinstance(first, list | dict) and first:
        first = next(iter(first.values() if isinstance(first, dict) else first))
    if isinstance(first, Model):
        assert type(first).__name__ in {entry.system.names.get(name, name) for name in re.findall(r"\w+", promised)}
        assert not hasattr(first, "__dict__")


@pytest.mark.anyio
@each_of(ENTRIES)
async def test_each_documented_answer_becomes_the_right_kind_of_value(entry):
    for told in entry.told.responses:
        client, _ = entry.system.answering(entry.answer(told))
        if told.status >= 400:
            with pytest.raises(errors.error_class(told.status)) as caught:
                await entry.called(client)
            assert caught.value.operation == str(entry)
        elif told.example is not None or told.text is not None or entry.told.kind in ("none", "bytes"):
            value = await entry.called(client)
            if entry.told.kind != "scalar" or told.text is None:
                check(entry, value, told)


def altered(example):
    """An answer with a field that nobody knows, and with each field missing."""
    yield {**example, "not in the document": [1.50, None]}
    for name in example:
        yield {key: value for key, value in example.items() if key != name}


@pytest.mark.anyio
@each_of([entry for entry in ENTRIES if entry.told.kind == "object" and isinstance(entry.told.example, dict)])
async def test_a_field_that_is_unknown_is_kept_and_one_that_is_missing_missed_by_nobody(entry):
    for example in altered(entry.told.example):
        client, _ = entry.system.answering(httpx.Response(entry.told.success().status, json=example))
        assert to_dict(await entry.called(client)) == entry.system.answered(entry.python, example)


@pytest.mark.anyio
@each_of(ENTRIES)
async def test_whatever_the_service_refuses_becomes_the_right_error(entry):
    secret = entry.system.secret
    for status in (400, 403, 404, 422, 500):
        client, _ = entry.system.answering(httpx.Response(status, json=entry.system.refusal(f"no, with {secret}")))
        with pytest.raises(errors.error_class(status), match="no, with") as caught:
            await entry.called(client)
        assert secret not in str(caught.value) + caught.value.body
        assert caught.value.operation == str(entry)


@pytest.mark.anyio
@each_of([entry for entry in ENTRIES if entry.plain and entry.operation.path_params])
async def test_a_value_that_would_change_the_path_is_refused_before_anything_is_sent(entry):
    client, sent = entry.system.answering(entry.answer())
    given = entry.given()
    for at, name in enumerate(entry.operation.path_params):
        for bad, kind in (("", ValueError), (".", ValueError), ("..", ValueError), (None, TypeError)):
            with pytest.raises(kind, match=f"^{name} "):
                await entry.called(client, *given[:at], bad, *given[at + 1 :])
    assert sent == []


@pytest.mark.anyio
@each_of([entry for entry in ENTRIES if entry.model])
async def test_a_body_that_does_not_fit_is_refused_before_anything_is_sent(entry):
    client, sent = entry.system.answering(entry.answer())
    body, path = entry.told.request.example, entry.given()[:-1]
    required = {name for name in entry.operation.required if "." not in name}
    assert required == set(entry.told.request.required) or not entry.told.request.required
    for name in required - {"grant_type"}:  # which the method gives
        for short in ({**body, name: None}, {key: value for key, value in body.items() if key != name}):
            with pytest.raises(ValueError, match=rf"{entry.python}: body\.{name} is required"):
                await entry.called(client, *path, short)
    for name in body:
        with pytest.raises(TypeError, match=rf"{entry.python}: body\.{name} must be .*, not Wrong"):
            await entry.called(client, *path, {**body, name: Wrong()})
    for wrong in (None, 7, "text", *([] if entry.operation.many else [[body]])):
        with pytest.raises(TypeError, match="body must be an object"):
            await entry.called(client, *path, wrong)
    with pytest.raises(TypeError, match=f"must be of {entry.model.__name__}, not of Other"):
        await entry.called(client, *path, Other())
    assert sent == []


@pytest.mark.anyio
@each_of([entry for entry in ENTRIES if entry.plain and entry.operation.body is str])
async def test_a_raw_body_is_text_or_bytes(entry):
    client, sent = entry.system.answering(entry.answer())
    for wrong in (None, 7, {"a": 1}, ["a"]):
        with pytest.raises(TypeError, match="the body is raw text"):
            await entry.called(client, *entry.given()[:-1], wrong)
    assert sent == []
    await entry.called(client, *entry.given()[:-1], b"\xffraw")
    assert sent[-1].content == b"\xffraw"


@each_of(ENTRIES)
def test_an_operation_says_what_the_document_says_and_its_method_describes_it(entry):
    operation, told = entry.operation, entry.told
    assert (operation.method, operation.kind, operation.retry) == (told.method, told.kind, told.retry)
    assert (operation.host, operation.signed, dict(operation.query)) == (told.host, told.signed, dict(told.query))
    assert re.sub(r"\{\w+\}", "{}", operation.path) == re.sub(r"\{\w+\}", "{}", told.path)
    if told.request is not None:
        assert operation.content_type == told.request.content_type

    method = entry.method(entry.system.connect(None))
    described = inspect.getdoc(method)
    first, _, rest = described.partition("\n\n")
    assert first.endswith(".")
    assert f"``{told.method} {told.path}``" in rest
    parameters = inspect.signature(method).parameters
    for name, parameter in parameters.items():
        assert f"{name}: " in described.partition("Args:")[2]
        assert "Any" not in re.sub(
            r"(Mapping\[str, |Sequence\[|list\[|dict\[str, )Any\]", "", str(parameter.annotation)
        )
    positional = [name for name, each in parameters.items() if each.kind is each.POSITIONAL_OR_KEYWORD]
    if entry.plain:
        assert positional[: len(operation.path_params)] == list(operation.path_params)
        optional = entry.system.also & set(positional[len(operation.path_params) :])
        assert len(positional) == len(operation.path_params) + (told.request is not None) + len(optional)
    keywords = {name for name, each in parameters.items() if each.kind is each.KEYWORD_ONLY}
    assert set(told.query) <= set(parameters)
    assert not entry.plain or keywords - set(told.query) <= entry.system.also


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_every_method_has_its_operation_and_every_operation_its_method(system):
    client = system.connect(None)
    names = {operation.python for operation in system.operations.values()}
    assert names == {entry.python for entry in system.entries} | system.beside
    groups = {name: getattr(client, name) for name, each in vars(type(client)).items() if isinstance(each, Group)}
    top = {name for name in names if "." not in name}
    assert set(methods_of(groups)) | top == names | system.composed


def methods_of(groups, prefix=""):
    """The paths of all public methods of these resources, and of those in them."""
    for name, value in groups.items():
        if not name.startswith("_"):
            yield from methods_of(getattr(value, "__dict__", {}), f"{prefix}{name}.")
            for each, _ in inspect.getmembers(value, inspect.ismethod):
                if each[0] != "_":
                    yield f"{prefix}{name}.{each}"


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_no_list_is_awaited(system):
    for entry in system.entries:
        if entry.plain and not entry.needed and not inspect.iscoroutinefunction(entry.method(system.connect(None))):
            found = entry.method(system.connect(None))(*entry.given())
            if isinstance(found, Pager):
                with pytest.raises(TypeError, match="iterate it"):
                    found.__await__()
