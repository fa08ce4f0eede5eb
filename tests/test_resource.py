"""What each kind of operation gives, over a client without a network."""

from __future__ import annotations

import httpx
import pytest
from attrs import frozen

from asyncsdk import DecodeError, Model, NotFoundError, Pager, Receipt, RetryPolicy, UnleashAnalytics
from asyncsdk.operation import Operation
from asyncsdk.resource import Resource, whole_number

THINGS = Operation("test.things.list", "GET", "/things/{id}", "results")
THING = Operation("test.things.get", "GET", "/things/{id}", "object")
SAVE = Operation("test.things.save", "PUT", "/things/{id}", "none")
START = Operation("test.things.start", "POST", "/things", "none", "unsent")


@frozen(kw_only=True)
class Thing(Model):
    name: str | None = None


@pytest.fixture
def resource():
    """A resource whose requests are answered by what the test puts into `answers`, last first, and kept."""
    asked, answers = [], []

    def handler(request):
        asked.append(request)
        return answers.pop()

    client = UnleashAnalytics(
        "test-key",
        base_url="http://sdk.test",
        transport=httpx.MockTransport(handler),
        retry=RetryPolicy(max_attempts=1),
    )
    made = Resource(client)
    made.asked, made.answers = asked, answers
    return made


@pytest.mark.anyio
async def test_a_call_has_a_body_only_if_it_is_given_one(resource):
    resource.answers += [httpx.Response(200, json={}) for _ in range(4)]
    await resource._do(SAVE, "1", body={"a": 1})
    await resource._do(SAVE, "1", body=None)
    await resource._do(START)
    await resource._get(THING, "1", of=Thing)
    contents = [request.content for request in resource.asked]
    assert contents == [b'{"a":1}', b"null", b"", b""]
    lengths = [request.headers.get("content-length") for request in resource.asked]
    assert lengths == ["7", "4", "0", None]
    types = [request.headers.get("content-type") for request in resource.asked]
    assert types == ["application/json", "application/json", None, None]


@pytest.mark.anyio
async def test_a_receipt_is_made_of_any_success(resource):
    resource.answers += [httpx.Response(204), httpx.Response(200, text="done"), httpx.Response(201, json={"id": "7"})]
    created, done, nothing = [await resource._do(SAVE, "1") for _ in range(3)]
    assert all(type(each) is Receipt for each in (created, done, nothing))
    assert (created.status_code, created.id) == (201, "7")
    assert (done.status_code, done.message) == (200, "done")
    assert (nothing.status_code, nothing.message, nothing.id) == (204, None, None)


@pytest.mark.anyio
async def test_null_in_place_of_a_model_is_not_found(resource):
    resource.answers += [httpx.Response(200, text="null")]
    with pytest.raises(NotFoundError):
        await resource._get(THING, "1", of=Thing)


@pytest.mark.anyio
async def test_a_list_makes_no_request_before_it_is_iterated_and_one_each_time_it_is(resource):
    pager = resource._list(THINGS, "1", of=Thing, query={"a": "b"})
    assert type(pager) is Pager
    assert resource.asked == []
    for _ in range(2):
        resource.answers += [httpx.Response(200, json=[{"name": "a"}])]
        assert await pager.to_list() == [Thing(name="a")]
    assert [str(request.url) for request in resource.asked] == ["http://sdk.test/things/1?a=b"] * 2


def test_a_list_refuses_at_the_call_what_cannot_be_sent(resource):
    for listing in (
        lambda: resource._list(THINGS, "", of=Thing),
        lambda: resource._list(THINGS, "..", of=Thing),
    ):
        with pytest.raises(ValueError):
            listing()
    for listing in (
        lambda: resource._list(THINGS, of=Thing),
        lambda: resource._list(THINGS, "1", of=Thing, query={"a": object()}),
    ):
        with pytest.raises(TypeError):
            listing()


@pytest.mark.anyio
async def test_a_list_is_a_bare_array_unless_it_is_said_what_else(resource):
    for body in ({"items": [{"name": "a"}]}, {"name": "a"}):
        resource.answers += [httpx.Response(200, json=body)]
        with pytest.raises(DecodeError):
            await resource._list(THINGS, "1", of=Thing).to_list()
    resource.answers += [httpx.Response(200, json={"items": [{"name": "a"}]})]
    assert await resource._list(THINGS, "1", of=Thing, within=("items",)).to_list() == [Thing(name="a")]
    resource.answers += [httpx.Response(200, json={"name": "a"})]
    assert await resource._list(THINGS, "1", of=Thing, single=True).to_list() == [Thing(name="a")]


@pytest.mark.anyio
@pytest.mark.parametrize("items", [["a"], [{}, None], [[{}]]])
async def test_an_item_that_is_no_object_is_named(resource, items):
    resource.answers += [httpx.Response(200, json=items)]
    at = next(at for at, each in enumerate(items) if not isinstance(each, dict))
    with pytest.raises(DecodeError, match=f"item {at} is no object"):
        await resource._list(THINGS, "1", of=Thing).to_list()


def test_a_resource_names_its_client_and_no_secret(resource):
    assert repr(resource) == "<Resource of UnleashAnalytics(base_url='http://sdk.test')>"


@pytest.mark.parametrize("value", [None, 1, 10**9])
def test_a_whole_number_from_one_is_let_through(value):
    whole_number(value, "page")


@pytest.mark.parametrize(
    ("value", "error"), [(0, ValueError), (-1, ValueError), ("1", TypeError), (True, TypeError), (1.0, TypeError)]
)
def test_what_is_no_whole_number_from_one_is_refused_by_name(value, error):
    with pytest.raises(error, match=r"^page must be"):
        whole_number(value, "page")
