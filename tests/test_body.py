from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from attrs import frozen
from hypothesis import given, strategies as st

from asyncsdk import OMIT, Model, to_dict
from asyncsdk.body import body_bytes, checked
from asyncsdk.codec import from_dict, wire
from asyncsdk.operation import Operation


@frozen(kw_only=True)
class Part(Model):
    id: str | None = None
    size: float | None = None


@frozen(kw_only=True)
class Thing(Model):
    name: str | None = None
    count: int | None = None
    on: bool | None = wire("is-on")
    at: datetime | None = None
    parts: tuple[Part, ...] | None = None
    by_name: Mapping[str, Part] | None = None
    either: Mapping[str, Any] | tuple[str, ...] | None = None
    anything: Any = None
    local: int | None = wire(None)


def operation(body, **more):
    return Operation("test.things.save", "PUT", "/things", "none", body=body, **more)


THING = operation(Thing)


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ({}, "{}"),
        (Thing(), "{}"),
        (Thing(name="a", on=False, parts=(Part(id="1"),)), '{"name":"a","is-on":false,"parts":[{"id":"1"}]}'),
        ({"name": None, "new": [1.0, None]}, '{"name":null,"new":[1.0,null]}'),
        ({"parts": [{"size": 1}, Part(size=1.5)]}, '{"parts":[{"size":1},{"size":1.5}]}'),
        ({"by_name": {"a": {"id": "1"}}}, '{"by_name":{"a":{"id":"1"}}}'),
        ({"either": {"a": 1}}, '{"either":{"a":1}}'),
        ({"either": ["a"]}, '{"either":["a"]}'),
        ({"anything": {"a": [True]}}, '{"anything":{"a":[true]}}'),
        ({"at": "whenever"}, '{"at":"whenever"}'),
        (Thing(at=datetime(2026, 1, 2, tzinfo=UTC)), '{"at":"2026-01-02T00:00:00.000Z"}'),
        ({"name": "é"}, '{"name":"é"}'),
        ({"local": "is no part of the model"}, '{"local":"is no part of the model"}'),
    ],
)
def test_what_fits_is_sent(body, sent):
    assert body_bytes(THING, body) == sent.encode()
    assert body_bytes(operation(None), body) == sent.encode()


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (None, "body must be an object, not null"),
        ("a", "body must be an object, not text"),
        ([{}], "body must be an object, not a list"),
        (7, "body must be an object, not a number"),
        (Part(), "body must be of Thing, not of Part"),
        ({"name": 7}, "body.name must be text, not a number"),
        ({"name": ["a"]}, "body.name must be text, not a list"),
        ({"count": "7"}, "body.count must be a whole number, not text"),
        ({"count": 7.5}, "body.count must be a whole number, not a number"),
        ({"count": True}, "body.count must be a whole number, not true or false"),
        ({"is-on": 1}, "body.is-on must be true or false, not a number"),
        ({"at": 7}, "body.at must be a time, not a number"),
        ({"parts": {}}, "body.parts must be a list, not an object"),
        ({"parts": "ab"}, "body.parts must be a list, not text"),
        ({"parts": [{}, "a"]}, r"body.parts\[1\] must be an object, not text"),
        ({"parts": [{}, {"size": "1"}]}, r"body.parts\[1\].size must be a number, not text"),
        ({"by_name": []}, "body.by_name must be an object, not a list"),
        ({"by_name": {"a": {"id": 1}}}, "body.by_name.a.id must be text, not a number"),
        ({"either": 7}, "body.either must be an object, not a number"),
        (Thing(name=7), "body.name must be text, not a number"),
        (Thing(parts=(Part(id=1),)), r"body.parts\[0\].id must be text, not a number"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(body, text):
    with pytest.raises(TypeError, match=f"^test.things.save: {text}$"):
        body_bytes(THING, body)


def test_a_refusal_never_shows_the_value():
    with pytest.raises(TypeError) as caught:
        body_bytes(THING, {"count": "test-secret"})
    assert "test-secret" not in str(caught.value)


def test_required_fields_are_held_against_what_goes_over_the_wire():
    needed = operation(Thing, required=("name", "parts.id", "either.type"))
    body_bytes(needed, {"name": "", "either": {"type": "a"}})
    body_bytes(needed, Thing(name="a", either=("a",)))
    for body in (
        {},
        {"name": None},
        Thing(),
        Thing(name=OMIT),
        attrs.evolve(from_dict(Thing, {"name": "a"}), name=None),
    ):
        with pytest.raises(ValueError, match=r"body\.name is required"):
            body_bytes(needed, body)
    for either in ({}, {"type": None}):
        with pytest.raises(ValueError, match=r"body\.either\.type is required"):
            body_bytes(needed, {"name": "a", "either": either})


def test_what_the_service_sent_can_be_sent_back_whatever_it_is():
    sent = {"name": 7, "count": "many", "parts": {"a": 1}, "is-on": "yes", "new": 1}
    thing = from_dict(Thing, sent)
    assert json.loads(body_bytes(THING, thing)) == sent
    assert json.loads(body_bytes(THING, attrs.evolve(thing, at=None, name="a"))) == {**sent, "name": "a"}
    with pytest.raises(TypeError, match=r"body\.count must be a whole number"):
        body_bytes(THING, attrs.evolve(thing, count="few"))


SENT = {"name": 7, "count": "many", "parts": {"a": 1}, "is-on": "yes", "new": 1}


@pytest.mark.parametrize(
    "copied",
    [lambda sent: sent.copy(), copy.copy, copy.deepcopy, lambda sent: pickle.loads(pickle.dumps(sent)), to_dict],
)
def test_what_to_dict_gives_can_be_sent_back_like_the_model_it_came_from(copied):
    given = copied(to_dict(from_dict(THING.body, SENT)))
    assert given == SENT
    assert json.loads(body_bytes(THING, given)) == SENT
    assert json.loads(body_bytes(THING, given | {"name": "a"})) == {**SENT, "name": "a"}
    assert json.loads(body_bytes(operation(Thing, many=True), [given, {}])) == [SENT, {}]
    assert json.loads(body_bytes(operation(Mapping[str, Thing]), {"a": given})) == {"a": SENT}


def test_what_is_set_in_it_anew_is_checked_like_what_is_set_in_a_model():
    given = to_dict(from_dict(Thing, SENT))
    given["name"] = "a"
    given["at"] = datetime(2026, 1, 2, tzinfo=UTC)
    assert json.loads(body_bytes(THING, given)) == {**SENT, "name": "a", "at": "2026-01-02T00:00:00.000Z"}
    del given["is-on"]
    given["count"] = "few"
    with pytest.raises(TypeError, match=r"body\.count must be a whole number, not text"):
        body_bytes(THING, given)
    with pytest.raises(TypeError, match=r"body\.name must be text"):
        body_bytes(THING, given | {"name": 8})


def test_a_mapping_of_ones_own_is_checked_whatever_it_was_made_of():
    with pytest.raises(TypeError, match=r"body\.name must be text, not a number"):
        body_bytes(THING, {**to_dict(from_dict(Thing, SENT))})


def test_a_change_beside_what_the_service_sent_deep_inside_is_possible():
    sent = {"parts": [{"id": 7, "size": 1}, {"id": "b", "size": "2"}], "by_name": {"a": {"id": 7}, "b": {"id": "b"}}}
    thing = from_dict(Thing, sent)
    one, other = thing.parts
    changed = attrs.evolve(
        thing, parts=(attrs.evolve(one, size=2), other), by_name={**thing.by_name, "b": Part(id="c")}
    )
    expected = {
        "parts": [{"id": 7, "size": 2}, {"id": "b", "size": "2"}],
        "by_name": {"a": {"id": 7}, "b": {"id": "c"}},
    }
    given = to_dict(thing)
    given["parts"][0]["size"] = 2
    given["by_name"]["b"] = {"id": "c"}
    for body in (changed, to_dict(changed), given, {**given}):
        assert json.loads(body_bytes(THING, body)) == expected
    with pytest.raises(TypeError, match=r"body\.parts\[1\]\.size must be a number, not text"):
        body_bytes(THING, attrs.evolve(thing, parts=(one, attrs.evolve(other, size="3"))))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "size", "a"]), inner, max_size=2)
    ),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["name", "count", "is-on", "at", "parts", "by_name", "either", "anything", "new"]), json_values
    )
)
def test_whatever_could_be_got_can_be_put_back(sent):
    thing = from_dict(Thing, sent)
    assert body_bytes(THING, thing) == body_bytes(THING, to_dict(thing)) == body_bytes(operation(None), sent)


def test_a_plain_dict_is_what_fits():
    assert type(to_dict(from_dict(Thing, {"name": "a", "parts": [{"id": "1"}], "new": 1}))) is dict


def test_one_or_many():
    many = operation(Thing, many=True, required=("name",))
    assert body_bytes(many, {"name": "a"}) == b'{"name":"a"}'
    assert body_bytes(many, [Thing(name="a"), {"name": "b"}]) == b'[{"name":"a"},{"name":"b"}]'
    assert body_bytes(many, []) == b"[]"
    with pytest.raises(ValueError, match=r"body\[1\]\.name is required"):
        body_bytes(many, [{"name": "a"}, {}])
    with pytest.raises(TypeError, match=r"body\[0\] must be an object or a list of objects, not a list"):
        body_bytes(many, [[]])
    with pytest.raises(TypeError, match="body must be an object or a list of objects, not text"):
        body_bytes(many, "a")


def test_a_list_or_map_of_a_type():
    assert body_bytes(operation(tuple[str, ...]), ("a", "b")) == b'["a","b"]'
    assert body_bytes(operation(Mapping[str, Any]), {"a": [1]}) == b'{"a":[1]}'
    for kind, body in (
        (tuple[str, ...], "ab"),
        (tuple[str, ...], [1]),
        (Mapping[str, Any], []),
        (Mapping[str, Any], None),
    ):
        with pytest.raises(TypeError, match="body"):
            body_bytes(operation(kind), body)


def test_raw_text_is_never_made_json_of():
    raw = operation(str)
    assert body_bytes(raw, '{"é"}') == '{"é"}'.encode()
    assert body_bytes(raw, b"\xff") == b"\xff"
    assert body_bytes(raw, bytearray(b"a")) == b"a"
    assert body_bytes(raw, memoryview(b"a")) == b"a"
    for wrong in (None, 7, {}, ["a"]):
        with pytest.raises(TypeError, match="raw text"):
            body_bytes(raw, wrong)


def test_what_has_no_json_form_is_refused():
    with pytest.raises(ValueError, match=r"body\.anything is no finite number"):
        body_bytes(THING, {"anything": float("nan")})
    for body in ({"anything": object()}, Thing(anything=object())):
        with pytest.raises(
            TypeError, match=r"^test\.things\.save: body\.anything is of type object, which JSON has no form for$"
        ):
            body_bytes(THING, body)


def test_an_error_of_writing_names_the_operation_and_the_field():
    endless: list[Any] = []
    endless.append({"a": endless})
    deep: dict[str, Any] = {}
    for _ in range(10_000):
        deep = {"a": deep}
    naive = datetime(2026, 1, 2)  # noqa: DTZ001  # that is the point
    for kind in (None, Thing, Mapping[str, Any]):
        for wrong, text in (
            (object(), r"anything is of type object, which JSON has no form for"),
            ([1, {"b": {1j}}], r"anything\[1\]\.b is of type set, which"),
            ({None: 1}, r"anything has a name of type NoneType, which"),
            ({"b": {(1, 2): "test-secret"}}, r"anything\.b has a name of type tuple, which"),
            ([float("inf")], r"anything\[0\] is no finite number"),
            ([{float("nan")}], r"anything\[0\] is no finite number"),
            ({"b": naive}, r"anything\.b is a naive datetime: give it a time zone"),
            (
                datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
                "anything is a time that no year holds in UTC",
            ),
            (endless, r"anything\[0\]\.a holds itself"),
        ):
            with pytest.raises((TypeError, ValueError), match=rf"^test\.things\.save: body\.{text}") as caught:
                body_bytes(operation(kind), {"anything": wrong})
            assert "test-secret" not in str(caught.value)
            assert caught.value.__cause__ is caught.value.__context__ is None or caught.value.__suppress_context__
        with pytest.raises(ValueError, match=r"^test\.things\.save: body is nested too deeply$"):
            body_bytes(operation(kind), {"anything": deep})


def test_one_of_many_is_named_by_its_place():
    many = operation(Thing, many=True)
    with pytest.raises(ValueError, match=r"^test\.things\.save: body\[1\]\.at is a naive datetime"):
        body_bytes(many, [{}, {"at": datetime(2026, 1, 2)}])  # noqa: DTZ001
    with pytest.raises(TypeError, match=r"^test\.things\.save: body\[1\]\.anything\.a is of type object"):
        body_bytes(many, [{}, {"anything": {"a": object()}}])


def test_half_of_a_surrogate_pair_is_sent_as_its_escape_and_not_in_raw_text():
    assert body_bytes(THING, {"name": "caf\ud83d"}) == rb'{"name":"caf\ud83d"}'
    with pytest.raises(
        ValueError, match=r"^test\.things\.save: the body holds a character that UTF-8 has no form for$"
    ):
        body_bytes(operation(str), "caf\ud83d")


def test_the_checked_wire_form_can_be_had_without_its_bytes():
    assert checked(THING, Thing(name="a")) == {"name": "a"}
    with pytest.raises(TypeError, match=r"user\.name must be text"):
        checked(THING, {"name": 1}, "user")
