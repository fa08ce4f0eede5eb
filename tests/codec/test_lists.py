"""What is a list, in which shapes, and what is an error that came with the status of a success."""

from __future__ import annotations

import json

import httpx
import pytest
from attrs import frozen
from hypothesis import given, strategies as st

from asyncsdk import DecodeError, Model, to_dict
from asyncsdk.codec import as_list, as_part, wire
from asyncsdk.http.reply import Reply
from asyncsdk.operation import Operation

LIST = Operation("test.things.list", "GET", "/things", "array")
WITHIN = ("results", "data", "items")


@frozen(kw_only=True)
class Thing(Model):
    id: str | None = None
    name: str | None = None
    status: str | None = None
    seq_no: int | None = wire("seq-no")


def reply(body):
    return Reply(LIST, 200, httpx.Headers(), json.dumps(body).encode())


def bare(body):
    return [to_dict(each) for each in as_list(Thing)(reply(body))]


def wrapped(body):
    return [to_dict(each) for each in as_list(Thing, WITHIN)(reply(body))]


def tolerant(body):
    return [to_dict(each) for each in as_list(Thing, WITHIN, single=True)(reply(body))]


each_reading = pytest.mark.parametrize("read", [bare, wrapped, tolerant])
THING = {"id": "1", "name": "a"}


@each_reading
def test_an_array_is_a_list_and_null_an_empty_one(read):
    assert read([THING, {}]) == [THING, {}]
    assert read([]) == read(None) == []


@pytest.mark.parametrize("read", [wrapped, tolerant])
@pytest.mark.parametrize("name", WITHIN)
def test_a_list_may_come_in_an_object_where_that_was_said(read, name):
    assert read({name: [THING], "total": 1}) == [THING]
    assert read({name: []}) == read({name: None}) == []
    with pytest.raises(DecodeError):
        bare({name: [THING]})


def test_of_several_names_the_one_that_holds_a_list_counts():
    assert wrapped({"results": None, "data": {}, "items": [THING]}) == [THING]


def test_an_object_stands_for_a_list_of_one_only_where_that_was_said():
    for body in (THING, {"results": THING}, {"data": THING, "message": "fine"}, {"seq-no": 0}, {"id": None, "x": 1}):
        assert len(tolerant(body)) == 1
        with pytest.raises(DecodeError):
            wrapped(body)
    assert tolerant(THING) == tolerant({"results": THING}) == [THING]


def test_an_empty_object_is_an_empty_list_only_where_one_may_stand_for_a_list():
    assert tolerant({}) == tolerant({"results": {}}) == []
    for read in (bare, wrapped):
        with pytest.raises(DecodeError):
            read({})


@each_reading
@pytest.mark.parametrize(
    "body",
    [
        {"message": "Internal error", "status": 500},
        {"message": "Forbidden", "name": "AccessDenied"},
        {"error": "no"},
        {"error": {"message": "no", "code": 7}},
        {"errors": ["no"]},
        {"errors": [{"message": "no"}], "data": None},
        {"timestamp": 1, "status": 500, "error": "Internal Server Error", "path": "/things"},
        {"results": {"message": "no"}},
        {"results": [], "message": "no"},
        {"results": None, "errors": ["no"]},
        {"total": 4},
        {"title": "no"},
        {"results": "x"},
        {"results": 0},
        {"results": False},
        {"results": ""},
    ],
    ids=json.dumps,
)
def test_an_error_that_came_with_the_status_of_a_success_is_no_item_and_no_empty_list(read, body):
    with pytest.raises(DecodeError):
        read(body)


@each_reading
@pytest.mark.parametrize("body", ["text", 7, True, [1], ["a"], [[]], [THING, None]])
def test_what_is_no_list_of_objects_is_refused(read, body):
    with pytest.raises(DecodeError):
        read(body)


def test_a_field_that_errors_have_too_is_one_where_the_object_has_others():
    thing = {"id": "1", "status": "active", "message": "hello"}
    assert tolerant(thing) == [thing]
    assert tolerant({"status": "active"}) == [{"status": "active"}]


def test_what_comes_around_a_list_is_given_too():
    part = as_part(Thing, WITHIN, single=True)
    assert part(reply({"results": [], "total": 4, "links": {}}))[1] == {"results": [], "total": 4, "links": {}}
    assert part(reply([THING]))[1] == part(reply(None))[1] == {}
    assert part(reply({**THING, "total": 4}))[1] == {}, "they are the item's own"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*WITHIN, "id", "status", "message", "error", "total"]), inner, max_size=4)
    ),
)


@given(JSON)
def test_whatever_is_sent_a_list_comes_out_or_a_decode_error(body):
    for read in (bare, wrapped, tolerant):
        try:
            found = read(body)
        except DecodeError:
            continue
        assert all(isinstance(each, dict) for each in found)
