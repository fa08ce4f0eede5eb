"""Every operation of the contract: what goes over the wire, what comes back, and how it is described."""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import json
import re
from urllib.parse import quote

import httpx
import pytest

from asyncsdk import Model, Pager, Receipt, errors, to_dict
from asyncsdk.blaize import PromoCode
from asyncsdk.group import Group

PROMO_CODE = {
    "discountId": "discountId",
    "code": "code",
    "discount": 10,
    "billingCycles": 5,
    "limit": 100,
    "absoluteDiscount": False,
}
ARGUMENTS = {"promo_codes.create": PROMO_CODE, "promo_codes.delete": "code"}

# What is given for each query parameter, and what must then be asked.
QUERIES = {
    "page": (3, "page=3"),
    "rpp": (50, "rpp=50"),
    "search": ("a b&c", "search=a%20b%26c"),
    "active": (True, "active=true"),
    "attributes": (False, "attributes=false"),
    "app_ids": (["quiz1", "survey4"], "appIds=quiz1%2Csurvey4"),
    "app_ids_restrictive": ("quiz1", "appIdsRestrictive=quiz1"),
    "grants": (True, "grants=true"),
    "since": ("2026-01-01", "since=2026-01-01"),
    "registered_since": ("2026-01-02", "registeredSince=2026-01-02"),
    "registered_before": ("2026-01-03", "registeredBefore=2026-01-03"),
    "identifiers_email_address": ("joe+1@company.com", "identifiers.email_address=joe%2B1%40company.com"),
    "identifiers_username": ("joé", "identifiers.username=jo%C3%A9"),
    "foreign_key": ({"crm": "4/2"}, "foreign_key.crm=4%2F2"),
    "search_by_attributes": ([{"a": 1}], "search_by_attributes=W3siYSI6MX1d"),
}

# Offered beside the contract: where the live service has moved on, or has more (docs/services/blaize.md).
NEWER = {
    "blaize.accounts.grants.create",
    "blaize.accounts.grants.list",
    "blaize.accounts.users.list_of_account",
    "blaize.bundles.update",
    "blaize.users.reset_legacy_password_of_user",
    "blaize.users.reset_password_v4",
    "blaize.users.sessions",
}

HOSTILE = "a/b ?#é:%"


async def finished(call):
    """What a call gives in the end: a list for pagers and streams."""
    if isinstance(call, Pager):
        return await call.to_list()
    if hasattr(call, "__aenter__"):
        async with call as rows:
            return [row async for row in rows]
    return await call


def arguments(entry):
    """The path's values and the body, as a caller gives them."""
    given = [HOSTILE for _ in entry.parameters]
    request = entry.told.request
    if entry.python in ARGUMENTS:
        given.append(ARGUMENTS[entry.python])
    elif request is not None and entry.python != "promo_codes.list":
        given.append(request.example if request.text is None else request.text)
    return given


def answer(entry):
    """The first success that the document shows, with its body if it shows one."""
    told = entry.told.responses[0]
    if told.example is not None:
        return httpx.Response(told.status, json=told.example)
    return httpx.Response(told.status, json=[] if entry.told.kind in ("results", "array", "stream") else {})


@pytest.mark.anyio
async def test_the_documented_call_goes_over_the_wire_as_documented(entry, client, router):
    route = router.route().mock(return_value=answer(entry))
    await finished(entry.method_of(client)(*arguments(entry)))
    (call,) = route.calls
    request = call.request
    path = re.sub(r"\{\w+\}", quote(HOSTILE, safe=""), entry.told.path)
    assert request.method == entry.told.method
    assert request.url.raw_path == path.encode()
    told = entry.told.request
    if told is None:
        assert request.content == b""
        assert "content-type" not in request.headers
    else:
        assert request.headers["content-type"] == told.content_type
        if told.text is not None:
            assert request.content == told.text.encode()
        else:
            assert list(json.loads(request.content)) == list(told.example)
            assert json.loads(request.content) == told.example
    if request.method in ("POST", "PUT", "PATCH"):
        assert request.headers["content-length"] == str(len(request.content))
    assert ("authorization" in request.headers) is entry.told.signed


@pytest.mark.anyio
async def test_a_model_goes_over_the_wire_as_a_mapping_does(modelled, client, router):
    entry, body = modelled, modelled.told.request.example
    route = router.route().mock(return_value=answer(entry))
    model = entry.operation.body(**dict(of_names(entry.operation.body, body)))
    await finished(entry.method_of(client)(*[HOSTILE for _ in entry.parameters], model))
    assert json.loads(route.calls.last.request.content) == body


def of_names(model, body):
    """Wire JSON as the arguments of a new model."""
    for each in model.__attrs_attrs__:
        wire = each.metadata.get("wire", each.name)
        if wire in body:
            yield each.alias, body[wire]


@pytest.mark.anyio
async def test_query_parameters_go_by_their_own_names(filtered, client, router):
    entry = filtered
    route = router.route().mock(return_value=answer(entry))
    for name in entry.told.query:
        value, asked = QUERIES[name]
        await finished(entry.method_of(client)(*arguments(entry), **{name: value}))
        assert route.calls.last.request.url.query.decode() == asked


@pytest.mark.anyio
async def test_each_documented_answer_becomes_the_right_kind_of_value(entry, client, router):
    for told in entry.told.responses:
        content = {} if told.example is None else {"json": told.example}
        router.route().mock(return_value=httpx.Response(told.status, **content))
        call = entry.method_of(client)(*arguments(entry))
        if told.status >= 400:
            with pytest.raises(errors.error_class(told.status)) as caught:
                await finished(call)
            assert caught.value.operation == f"blaize.{entry.python}"
        elif content or entry.told.kind == "none":
            check(entry, await finished(call), told)
        elif inspect.iscoroutine(call):
            call.close()


def check(entry, value, told):
    kind, example = entry.told.kind, told.example
    if entry.python.startswith("promo_codes."):
        (example,) = example["data"].values()
    if kind in ("results", "array", "stream"):
        example = example if isinstance(example, list) else example["results"]
        assert [type(each) for each in value] == [entry.returns] * len(example)
        assert [to_dict(each) for each in value] == example
        assert all(not hasattr(each, "__dict__") for each in value)
        return
    assert type(value) is entry.returns
    assert to_dict(value) == (example or {})
    if kind == "none":
        assert isinstance(value, Receipt)
        assert value.status_code == told.status
        assert value.message == (example or {}).get("message")
        assert value.id == expected_id(example or {})


def expected_id(example):
    if "user_id" in example:
        return example["user_id"]
    return example["uri"].rpartition("/")[2] if "uri" in example else None


@pytest.mark.anyio
async def test_a_call_is_signed_over_what_is_sent(client, router):
    route = router.route().respond(200, json={"results": []})
    await client.users.list(search="a b").to_list()
    request = route.calls.last.request
    scheme, _, value = request.headers["authorization"].partition(" ")
    access, timestamp, nonce, signature = value.split(":")
    signed = f"test-secret/v3/userssearch=a%20bGET{timestamp}{nonce}"
    assert (scheme, access) == ("ZEPHR-HMAC-SHA256", "test-access")
    assert signature == hashlib.sha256(signed.encode()).hexdigest()


@pytest.mark.anyio
async def test_an_empty_path_value_is_refused_before_anything_is_sent(slotted, client, router):
    entry = slotted
    route = router.route().mock(return_value=answer(entry))
    given = arguments(entry)
    for at, name in enumerate(entry.parameters):
        for bad in ("", ".", ".."):
            with pytest.raises(ValueError, match=f"^{name} "):
                await finished(entry.method_of(client)(*given[:at], bad, *given[at + 1 :]))
        with pytest.raises(TypeError, match=f"^{name} "):
            await finished(entry.method_of(client)(*given[:at], None, *given[at + 1 :]))
    assert not route.called


def test_a_wrong_path_value_of_a_list_is_refused_at_the_call(client):
    for listing in (
        client.users.grants.list,
        client.users.accounts,
        client.accounts.users.list,
        client.admin.users.roles,
        client.admin.keypairs.list,
        client.feature_rules.versions.list,
    ):
        with pytest.raises(ValueError, match="_id must not be ''"):
            listing("")


@pytest.mark.anyio
async def test_a_body_that_lacks_what_the_schema_requires_is_refused_before_anything_is_sent(modelled, client, router):
    entry = modelled
    route = router.route().mock(return_value=answer(entry))
    told = entry.told.request
    assert set(told.required) == {each for each in entry.operation.required if "." not in each}
    for name in set(told.required) - {"grant_type"}:
        for body in ({**told.example, name: None}, {k: v for k, v in told.example.items() if k != name}):
            with pytest.raises(ValueError, match=rf"body\.{name} is required"):
                await finished(entry.method_of(client)(*arguments(entry)[:-1], body))
    assert not route.called


@pytest.mark.anyio
async def test_a_field_of_the_wrong_type_is_refused_before_anything_is_sent(modelled, client, router):
    entry, body = modelled, modelled.told.request.example
    route = router.route().mock(return_value=answer(entry))
    for name in body:
        with pytest.raises(TypeError, match=rf"body\.{name} must be .*, not Wrong") as caught:
            await finished(entry.method_of(client)(*arguments(entry)[:-1], {**body, name: Wrong()}))
        assert entry.python in str(caught.value)
    for wrong in (None, 7, [body], "text"):
        if isinstance(wrong, list) and entry.operation.many:
            continue
        with pytest.raises(TypeError, match="body must be an object"):
            await finished(entry.method_of(client)(*arguments(entry)[:-1], wrong))
    with pytest.raises(TypeError, match=f"must be of {entry.operation.body.__name__}, not of Other"):
        await finished(entry.method_of(client)(*arguments(entry)[:-1], Other()))
    assert not route.called


class Wrong:
    """Fits no field."""


class Other(Model):
    """Fits no operation."""


@pytest.mark.anyio
async def test_a_raw_body_is_text_or_bytes(raw, client, router):
    route = router.route().mock(return_value=answer(raw))
    for wrong in (None, 7, {"a": 1}, ["a"]):
        with pytest.raises(TypeError, match="the body is raw text"):
            await raw.method_of(client)(*arguments(raw)[:-1], wrong)
    assert not route.called
    await raw.method_of(client)(*arguments(raw)[:-1], b"\xffraw")
    assert route.calls.last.request.content == b"\xffraw"


@pytest.mark.anyio
async def test_whatever_the_service_refuses_becomes_the_right_error(entry, client, router):
    for status in (403, 500):
        router.route().respond(status, json={"message": "no, with test-secret"})
        with pytest.raises(errors.error_class(status), match="no, with") as caught:
            await finished(entry.method_of(client)(*arguments(entry)))
        assert "test-secret" not in str(caught.value) + caught.value.body


def test_every_method_has_its_operation_and_every_operation_its_method(entries, operations, client):
    assert set(operations) == {f"blaize.{each.python}" for each in entries} | NEWER
    for operation in operations.values():
        method = client
        for name in operation.python.split("."):
            method = getattr(method, name)
        assert callable(method)
    groups = {name: getattr(client, name) for name, value in vars(type(client)).items() if isinstance(value, Group)}
    assert set(methods_of(groups)) == {operation.python for operation in operations.values()}


def methods_of(groups, prefix=""):
    """The paths of all public methods of these resources, and of those in them."""
    for name, value in groups.items():
        if not name.startswith("_"):
            path = f"{prefix}{name}"
            yield from methods_of(vars(value), f"{path}.")
            yield from (f"{path}.{each}" for each, _ in inspect.getmembers(value, inspect.ismethod) if each[0] != "_")


def test_every_method_describes_itself(entry, client):
    method = entry.method_of(client)
    described = inspect.getdoc(method)
    first, _, rest = described.partition("\n\n")
    assert first.endswith(".")
    assert f"``{entry.told.method} {entry.told.path}``" in rest
    signature = inspect.signature(method)
    for name, parameter in signature.parameters.items():
        assert f"{name}: " in described.partition("Args:")[2]
        assert "Any" not in str(parameter.annotation).replace("Mapping[str, Any]", "").replace("Sequence[Any]", "")
    positional = [name for name, each in signature.parameters.items() if each.kind is each.POSITIONAL_OR_KEYWORD]
    keywords = [name for name, each in signature.parameters.items() if each.kind is each.KEYWORD_ONLY]
    body = entry.told.request is not None and entry.python != "promo_codes.list"
    optional = ["account_id"] if entry.python == "accounts.users.list" else []
    assert positional[: len(entry.parameters)] == entry.parameters
    assert len(positional) == len(entry.parameters) + body + len(optional)
    assert keywords == list(entry.told.query)


def test_the_operations_say_what_the_contract_says(entry):
    operation, told = entry.operation, entry.told
    assert list(operation.path_params) == entry.parameters
    assert operation.query == told.query
    assert (operation.retry, operation.kind) == (told.retry, told.kind)
    assert operation.signed is told.signed
    if told.request is not None:
        assert operation.content_type == told.request.content_type
    assert (operation.body is not None) is (told.request is not None)


def test_no_list_is_awaited(client):
    with contextlib.closing(awaiting(client.webhooks.list())) as waiting, pytest.raises(TypeError, match="iterate it"):
        waiting.send(None)


async def awaiting(pager):
    await pager


def test_a_promo_code_is_what_the_contract_shows():
    assert (
        to_dict(
            PromoCode(
                discount_id="discountId", code="code", discount=10, billing_cycles=5, limit=100, absolute_discount=False
            )
        )
        == PROMO_CODE
    )
