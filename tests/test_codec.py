from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import attrs
import httpx
import msgspec
import pytest
from attrs import evolve, frozen
from hypothesis import given, settings, strategies as st

from asyncsdk import OMIT, DecodeError, Model, NotFoundError, Operation, Receipt, to_dict
from asyncsdk.codec import (
    WHOLE,
    as_json,
    as_model,
    encode,
    from_dict,
    instant,
    keep_wire,
    receipt,
    same,
    timestamp,
    wire,
)
from asyncsdk.http.json_text import read_json
from asyncsdk.http.reply import Reply

MOMENT = datetime(2020, 8, 17, 2, 8, 49, tzinfo=UTC)


@frozen(kw_only=True)
class Tag(Model):
    name: str | None = None
    at: datetime | None = wire("createdAt")


@frozen(kw_only=True)
class Node(Model):
    id: str | None = None
    size: int | None = None
    ratio: float | None = None
    is_on: bool | None = wire("isOn")
    created_at: datetime | None = wire("created-at")
    tag: Tag | None = None
    tags: tuple[Tag, ...] | None = None
    by_name: dict[str, Tag] | None = wire("byName")
    times: list[datetime] | None = None
    either: Tag | str | None = None
    one_or_many: tuple[Tag, ...] | Tag | None = None
    when: datetime | int | None = None
    children: tuple[Node, ...] | None = None
    free: Any = None
    password: str | None = None


READ = []


def epoch(value, _):
    READ.append(value)
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int) else value


@frozen
class Own(Model):
    """A model of a system whose times are seconds."""

    _read_time = staticmethod(epoch)
    at: datetime | None = None
    inner: tuple[Own, ...] | None = None


@frozen
class Sized(Model):
    size: int = 7
    tags: list[str] = attrs.field(factory=list)


def sent(value):
    """What would be on the wire: tells 1 from 1.0 and True, and one order of keys from another."""
    return json.dumps(to_dict(value))


# ---- any model, any JSON

texts = st.text(max_size=5) | st.sampled_from(
    ["2020-08-17T02:08:49.000Z", "2020-08-17 02:08:49+02:00", "20200817", "x"]
)
numbers = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0, 1, 1.0])
scalars = st.none() | st.booleans() | numbers | texts
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=4
)


def json_of(cls, values=anything):
    """Wire objects of a class: members that fit, members that do not, members that it does not know."""
    keys = [each.metadata.get("wire", each.name) for each in attrs.fields(cls)]
    return st.dictionaries(st.sampled_from([*keys, "unheard"]) | texts, values, max_size=6)


tags = json_of(Tag)
values = anything | tags | st.lists(tags, max_size=2) | st.dictionaries(texts, tags, max_size=2)
nodes = json_of(Node, values | st.lists(json_of(Node, values), max_size=2))

KINDS = [
    str | None, int, float, bool, datetime, datetime | None, Any, dict, list, Tag, Tag | None, tuple[Tag, ...], list[Tag],
    dict[str, Tag], tuple[datetime, ...], dict[str, tuple[Tag, ...]] | None, Tag | str, datetime | Tag | None, object,
]  # fmt: skip


@st.composite
def classes(draw):
    """A model's class, of fields in any order and of any kind, with other names on the wire."""
    names = draw(st.lists(st.sampled_from("abcdef"), unique=True, max_size=5))
    fields = {}
    for name in names:
        each = wire(
            draw(st.sampled_from([name, name.upper(), f"{name}-{name}"])), draw(st.sampled_from([None, 1, "x"]))
        )
        each.type = draw(st.sampled_from(KINDS))
        fields[name] = each
    return attrs.make_class("Made", fields, bases=(Model,), frozen=True, slots=True)


@st.composite
def made(draw):
    cls = draw(st.just(Node) | classes())
    return cls, draw(nodes if cls is Node else json_of(cls, values))


@given(made())
def test_what_was_sent_comes_back_just_as_it_was(case):
    cls, given_json = case
    assert sent(from_dict(cls, given_json)) == json.dumps(given_json)


@given(made(), st.data())
def test_changing_one_field_changes_that_field_alone(case, data):
    cls, given_json = case
    fields = list(attrs.fields(cls))
    if not fields:
        return
    each = data.draw(st.sampled_from(fields))
    key = each.metadata.get("wire", each.name)
    value = data.draw(anything | st.just(OMIT) | st.just(MOMENT) | st.builds(Tag, name=texts))
    changed = from_dict(cls, given_json)
    changed = evolve(changed, **{each.name: value})
    expected = dict(given_json)
    if value is OMIT:
        expected.pop(key, None)
    elif key in given_json or not same(value, each.default):
        expected[key] = to_dict(value)
    if key in given_json and same(getattr(from_dict(cls, given_json), each.name), value):
        expected[key] = given_json[key]
    assert sent(changed) == json.dumps(expected)


@settings(max_examples=30)
@given(made())
def test_a_model_is_a_value(case):
    cls, given_json = case
    one, other = from_dict(cls, given_json), from_dict(cls, copy.deepcopy(given_json))
    assert one == other
    assert evolve(one) == one
    assert sent(evolve(one)) == sent(one)


@settings(max_examples=30)
@given(nodes)
def test_a_model_travels_between_processes(given_json):
    model = from_dict(Node, given_json)
    again = pickle.loads(pickle.dumps(model))
    assert again == model
    assert sent(again) == sent(copy.deepcopy(model)) == json.dumps(given_json)


@settings(max_examples=30)
@given(nodes)
def test_the_result_is_the_callers_own(given_json):
    model = from_dict(Node, copy.deepcopy(given_json))
    result = to_dict(model)
    for value in result.values():
        if isinstance(value, dict | list):
            value.clear()
    result.clear()
    assert sent(model) == json.dumps(given_json)


@given(anything)
def test_plain_json_passes_through_unchanged(value):
    assert sent(value) == json.dumps(value)


# ---- reading


def test_values_are_read_by_their_types():
    node = from_dict(
        Node,
        {
            "size": 3,
            "isOn": True,
            "created-at": "2020-08-17T02:08:49Z",
            "tags": [{"name": "a"}],
            "byName": {"x": {"createdAt": "2020-08-17T02:08:49Z"}},
            "times": ["2020-08-17T04:08:49+02:00"],
            "children": [{"children": [{"id": "deep"}]}],
        },
    )
    assert (node.size, node.is_on, node.created_at) == (3, True, MOMENT)
    assert node.tags == (Tag(name="a"),)
    assert node.by_name == {"x": Tag(at=MOMENT)}
    assert node.times == (MOMENT,)
    assert node.children[0].children[0].id == "deep"
    assert node.ratio is None


@pytest.mark.parametrize("value", ["3", "many", 1.5, True, None, [3], {"a": 3}])
def test_what_does_not_fit_its_type_stays_as_it_came(value):
    node = from_dict(Node, {"size": value, "id": value, "tag": value if not isinstance(value, dict) else 7})
    assert sent({"size": node.size}) == sent({"size": value})
    assert sent({"id": node.id}) == sent({"id": value})


@pytest.mark.parametrize("text", ["yesterday", "", "2020-13-01", "0001-01-01T00:00:00+14:00", "24:00"])
def test_a_text_that_is_no_time_stays_a_text(text):
    assert from_dict(Node, {"created-at": text}).created_at == text


def test_a_union_is_told_by_the_value():
    assert from_dict(Node, {"either": "plain"}).either == "plain"
    assert from_dict(Node, {"either": {"name": "a"}}).either == Tag(name="a")
    assert from_dict(Node, {"one_or_many": {"name": "a"}}).one_or_many == Tag(name="a")
    assert from_dict(Node, {"one_or_many": [{"name": "a"}]}).one_or_many == (Tag(name="a"),)
    assert from_dict(Node, {"one_or_many": 7}).one_or_many == 7
    assert from_dict(Node, {"when": 7}).when == 7
    assert from_dict(Node, {"when": "2020-08-17T02:08:49Z"}).when == MOMENT


def test_unknown_fields_can_be_seen():
    node = from_dict(Node, {"id": "n", "isOn": True, "later": {"a": 1}})
    assert node.extra == {"later": {"a": 1}}
    assert Node(id="n").extra == {}


@pytest.mark.parametrize("value", [None, [], "text", 7])
def test_a_model_is_made_from_an_object(value):
    with pytest.raises(TypeError, match=f"Node is made from a JSON object, not {type(value).__name__}"):
        from_dict(Node, value)


def test_models_are_frozen_slotted_and_hashable():
    tag = from_dict(Tag, {"name": "a", "unheard": 1})
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        tag.name = "b"
    assert not hasattr(tag, "__dict__")
    assert {tag, Tag(name="a")} == {Tag(name="a")}
    with pytest.raises(TypeError, match="unhashable"):
        hash(Node(free=[1]))


def test_a_system_may_have_times_of_its_own():
    own = from_dict(Own, {"at": 1_597_630_129, "inner": [{"at": "later"}]})
    assert (own.at, own.inner[0].at) == (MOMENT, "later")
    assert to_dict(own) == {"at": 1_597_630_129, "inner": [{"at": "later"}]}


# ---- writing


def test_a_new_model_sends_what_it_was_given_and_nothing_else():
    assert to_dict(Node()) == {}
    node = Node(
        id="n", size=0, is_on=False, created_at=MOMENT, tags=(Tag(name="a"), Tag()), by_name={"x": Tag(name="b")}
    )
    assert to_dict(node) == {
        "id": "n",
        "size": 0,
        "isOn": False,
        "created-at": "2020-08-17T02:08:49.000Z",
        "tags": [{"name": "a"}, {}],
        "byName": {"x": {"name": "b"}},
    }


def test_a_field_left_at_its_default_is_not_sent():
    assert to_dict(Sized()) == {}
    assert to_dict(Sized(size=8, tags=["a"])) == {"size": 8, "tags": ["a"]}
    assert to_dict(Sized(size=True)) == {"size": True}
    assert to_dict(from_dict(Sized, {"other": 1})) == {"other": 1}
    assert to_dict(evolve(from_dict(Sized, {"size": 8}), size=7)) == {"size": 7}


def test_none_on_a_field_that_was_present_is_null():
    node = from_dict(Node, {"id": "n", "size": 3})
    assert to_dict(evolve(node, size=None, ratio=None)) == {"id": "n", "size": None}


def test_omit_removes_a_field():
    node = from_dict(Node, {"id": "n", "size": 3, "tag": {"name": "a"}})
    assert to_dict(evolve(node, size=OMIT, ratio=OMIT, tag=OMIT)) == {"id": "n"}
    assert to_dict(Node(id=OMIT, size=1)) == {"size": 1}
    assert to_dict({"a": OMIT, "b": [OMIT, 1], "c": {"d": OMIT}}) == {"b": [1], "c": {}}
    assert pickle.loads(pickle.dumps(OMIT)) is OMIT
    assert repr(OMIT) == "OMIT"


def test_a_change_deep_inside_leaves_all_around_it_as_it_was():
    given_json = {
        "tag": {"unheard": 1.0, "name": "a", "createdAt": "2020-08-17 02:08:49"},
        "byName": {"x": {"createdAt": "20200817T020849Z", "more": None}, "y": {"name": "b"}},
        "times": ["2020-08-17T02:08:49Z", "20200817T020849Z"],
    }
    node = from_dict(Node, given_json)
    changed = evolve(
        node,
        tag=evolve(node.tag, name="z"),
        by_name={**node.by_name, "y": Tag(name="c")},
        times=(node.times[0], node.times[1], MOMENT),
    )
    assert to_dict(changed) == {
        "tag": {"unheard": 1.0, "name": "z", "createdAt": "2020-08-17 02:08:49"},
        "byName": {"x": {"createdAt": "20200817T020849Z", "more": None}, "y": {"name": "c"}},
        "times": ["2020-08-17T02:08:49Z", "20200817T020849Z", "2020-08-17T02:08:49.000Z"],
    }


@pytest.mark.parametrize(("before", "after"), [(1, True), (True, 1), (1, 1.0), (1.0, 1), (0, False), ("1", 1)])
def test_values_that_python_calls_equal_are_told_apart(before, after):
    assert sent(evolve(from_dict(Node, {"free": before}), free=after)) == json.dumps({"free": after})
    assert sent(evolve(from_dict(Node, {"free": [{"a": before}]}), free=[{"a": after}])) == json.dumps(
        {"free": [{"a": after}]}
    )


def test_the_same_instant_keeps_its_own_text():
    node = from_dict(Node, {"created-at": "2020-08-17T04:08:49+02:00"})
    assert to_dict(evolve(node, created_at=MOMENT)) == {"created-at": "2020-08-17T04:08:49+02:00"}
    later = evolve(node, created_at=MOMENT + timedelta(microseconds=1))
    assert to_dict(later) == {"created-at": "2020-08-17T02:08:49.000001Z"}


def test_a_model_of_another_answer_brings_its_own_unknown_fields():
    other = from_dict(Tag, {"name": "a", "unheard": 1})
    assert to_dict(evolve(from_dict(Node, {"tag": {"name": "a"}}), tag=other)) == {"tag": {"name": "a", "unheard": 1}}


def test_a_row_that_came_whole_needs_no_copy_of_what_was_sent():
    tag = Tag(name=None, at=MOMENT)
    keep_wire(tag, WHOLE)
    assert to_dict(tag) == {"name": None, "createdAt": "2020-08-17T02:08:49.000Z"}
    assert to_dict(evolve(tag, at=None, name=OMIT)) == {"createdAt": None}
    assert tag.extra == {}
    assert to_dict(pickle.loads(pickle.dumps(tag))) == to_dict(tag)


def test_a_tree_is_written_in_time_that_follows_its_size():
    deep = {"at": 0}
    for _ in range(20):
        deep = {"at": 0, "inner": [deep]}
    tree = from_dict(Own, deep)
    READ.clear()
    assert to_dict(tree) == deep
    assert len(READ) <= 21 * 21


# ---- bytes


def test_a_body_is_a_model_or_plain_json_that_may_hold_models():
    body = {"a": Tag(name="x"), "b": (1, Tag(at=MOMENT)), "c": MappingProxyType({"d": MOMENT}), "e": OMIT}
    expected = {
        "a": {"name": "x"},
        "b": [1, {"createdAt": "2020-08-17T02:08:49.000Z"}],
        "c": {"d": "2020-08-17T02:08:49.000Z"},
    }
    assert json.loads(encode(body)) == expected
    assert encode("text") == b'"text"'
    assert encode(Tag(name="x")) == b'{"name":"x"}'


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (float("nan"), "body"),
        ({"a": {"b": [1.0, float("inf")]}}, r"body\.a\.b\[1\]"),
        (Node(id="n", ratio=float("-inf")), r"body\.ratio"),
        ([Node(by_name={"x": Tag(name=float("nan"))})], r"body\[0\]\.byName\.x\.name"),
    ],
)
def test_a_number_that_json_does_not_have_is_refused_where_it_stands(body, where):
    with pytest.raises(ValueError, match=rf"^{where} is no finite number"):
        encode(body)


def test_a_naive_datetime_is_refused():
    with pytest.raises(ValueError, match="is a naive datetime"):
        encode({"at": MOMENT.replace(tzinfo=None)})


def test_what_has_no_json_form_is_a_type_error():
    with pytest.raises(TypeError, match=r"^body\.a is of type object, which JSON has no form for$"):
        encode({"a": object()})
    with pytest.raises(TypeError, match=r"^search\[0\]\.by name\.x\.name is of type object"):
        encode([{"by name": {"x": Tag(name=object())}}], "search")


def test_whatever_msgspec_writes_is_written():
    body = {1: {2, 1}, "a": b"x", "b": MOMENT.date(), "c": Decimal("1.5")}
    assert json.loads(encode(body)) == {"1": [1, 2], "a": "eA==", "b": "2020-08-17", "c": "1.5"}


def test_half_of_a_surrogate_pair_goes_back_as_it_came():
    text = rb'{"id":"caf\ud83d","caf\ude00":[1.5,"\ud83d"]}'
    assert encode(from_dict(Node, read_json(text))) == text


@given(
    st.datetimes(MOMENT.replace(year=2, tzinfo=None), timezones=st.just(UTC) | st.just(timezone(timedelta(hours=5))))
)
def test_a_time_is_read_as_it_was_written(moment):
    assert instant(timestamp(moment)) == moment


def test_a_time_without_a_zone_is_utc():
    assert instant("2020-08-17T02:08:49") == MOMENT


# ---- what is shown


def test_a_repr_shows_no_secret():
    node = from_dict(
        Node,
        {
            "id": "n",
            "password": "test-secret",
            "tag": {"name": "cam?token=test-secret"},
            "free": [
                {"apiKey": "test-secret", "plain": ["Bearer test-secret-0123456789"]},
                ({"token": "test-secret"},),
            ],
            "unheard": "test-secret",
        },
    )
    assert "test-secret" not in repr(node)
    assert repr(node).startswith("Node(id='n', tag=Tag(name='cam?token=***')")
    assert "password=***" in repr(node)


def test_a_repr_leaves_out_what_is_not_there():
    assert repr(Tag(name="a")) == "Tag(name='a')"
    assert repr(Node(free=(1,), times=())) == "Node(times=(), free=(1,))"
    assert repr(Node(free={"a": [1, "b"]})) == "Node(free={'a': [1, 'b']})"


# ---- answers


def reply(body, status=200, content_type="application/json"):
    operation = Operation("blaize.users.update", "PUT", "/v3/users/{user_id}", "none")
    return Reply(operation, status, httpx.Headers({"content-type": content_type}), body)


@pytest.mark.parametrize(
    ("body", "known"),
    [
        (b'{"id":"a","user_id":"b","uri":"/v3/users/c","message":"ok"}', "a"),
        (b'{"user_id":"b","uri":"/v3/users/c","message":"ok"}', "b"),
        (b'{"uri":"/v3/users/c","message":"ok"}', "c"),
        (b'{"uri":"/v3/users/c/","message":"ok"}', "c"),
        (b'{"id":null,"user_id":"","uri":"/v3/users/c","message":"ok"}', "c"),
        (b'{"id":0,"uri":"/v3/users/c","message":"ok"}', 0),
        (b'{"uri":"","message":"ok"}', None),
        (b'{"uri":7,"message":"ok"}', None),
        (b'{"message":"ok"}', None),
    ],
)
def test_a_receipt_knows_the_id_of_what_was_changed(body, known):
    got = receipt(reply(body, status=201))
    assert (got.status_code, got.message, got.id) == (201, "ok", known)
    assert sent(got) == json.dumps(json.loads(body))


def test_a_receipt_keeps_all_else_that_was_sent():
    got = receipt(reply(b'{"message":"ok","later":{"a":[1]}}'))
    assert got.extra == {"later": {"a": [1]}}


@pytest.mark.parametrize(
    ("body", "wire_json", "message"),
    [
        (b"", {}, None),
        (b" \n", {}, None),
        (b"null", {}, None),
        (b"OK", "OK", "OK"),
        (b'"done"', "done", "done"),
        (b"[1,2]", [1, 2], None),
        (b"true", True, None),
        (b"\xff", "\ufffd", "\ufffd"),
        (b"\xef\xbb\xbfOK", "OK", "OK"),
    ],
)
def test_a_receipt_is_made_of_any_success(body, wire_json, message):
    got = receipt(reply(body, status=204))
    assert (got.status_code, got.message, got.id) == (204, message, None)
    assert sent(got) == json.dumps(wire_json)


def test_a_receipt_shows_no_secret():
    got = receipt(reply(b'{"message":"see https://host/x?token=test-secret","uri":"/keys/1","secret":"test-secret"}'))
    assert "test-secret" not in repr(got)
    assert isinstance(got, Receipt)


def test_an_answer_is_read_as_a_model():
    assert as_model(Tag)(reply(b'{"name":"a"}')) == Tag(name="a")
    assert as_json(reply(b'[1,{"a":null}]')) == [1, {"a": None}]


def test_an_answer_of_null_is_not_found():
    with pytest.raises(NotFoundError, match=r"^blaize\.users\.update: 404") as caught:
        as_model(Tag)(reply(b"null"))
    assert caught.value.status_code == 404


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"7", b"", b"{", b"<html>"])
def test_an_answer_that_is_no_object_is_no_model(body):
    with pytest.raises(
        DecodeError, match=r"^blaize\.users\.update: the answer \(200, application/json\) cannot be read"
    ):
        as_model(Tag)(reply(body))


def test_numbers_of_any_size_keep_their_value():
    body = b'{"free":[12345678901234567890123,1.0,1e300,-0.0]}'
    assert json.dumps(to_dict(as_model(Node)(reply(body)))) == json.dumps(json.loads(body))
    assert msgspec.json.decode(encode(as_model(Node)(reply(body)))) == json.loads(body)
