"""What every answer has is typed without None; a service that leaves it out breaks nothing else."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import attrs
import pytest
from attrs import evolve, frozen

from asyncsdk import OMIT, Created, MissingFieldError, Model, Receipt, SDKError, to_dict
from asyncsdk.blaize import Grant, User
from asyncsdk.codec import created, from_dict, wire
from asyncsdk.http.reply import Reply
from asyncsdk.livepeer import Stream
from asyncsdk.operation import Operation


@frozen(kw_only=True)
class Part(Model):
    id: str = wire("Id", always=True)
    at: int = wire("at", always=True)
    note: str | None = None
    more: Any = None


FULL = from_dict(Part, {"Id": "x", "at": 1, "unheard": [1]})
BARE = from_dict(Part, {"note": "n", "unheard": [1]})


def test_a_field_that_is_missing_is_named_when_it_is_asked_for():
    with pytest.raises(MissingFieldError, match="this Part has no id: the service left it out") as caught:
        _ = BARE.id
    assert isinstance(caught.value, SDKError)
    assert isinstance(caught.value, AttributeError)
    assert pickle.loads(pickle.dumps(caught.value)).field == "id"
    assert getattr(BARE, "at", None) is None
    assert not hasattr(BARE, "id")
    with pytest.raises(MissingFieldError, match="it was not given"):
        _ = Part(note="x").id
    with pytest.raises(AttributeError, match="nothing"):
        _ = BARE.nothing


def test_nothing_else_breaks_where_a_field_is_missing():
    assert isinstance(BARE, Part)
    assert to_dict(BARE) == {"note": "n", "unheard": [1]}
    assert repr(BARE) == "Part(note='n')"
    assert BARE.extra == {"unheard": [1]}
    assert BARE == from_dict(Part, {"note": "n"}) != FULL
    assert hash(BARE) == hash(from_dict(Part, {"note": "n"}))
    assert attrs.asdict(BARE) == {"note": "n", "more": None}
    for again in (pickle.loads(pickle.dumps(BARE)), copy.copy(BARE), copy.deepcopy(BARE)):
        assert again == BARE
        assert to_dict(again) == to_dict(BARE)


def test_a_missing_field_can_be_given_later_and_a_present_one_taken_out():
    assert to_dict(evolve(BARE, note="m")) == {"note": "m", "unheard": [1]}
    found = evolve(BARE, id="x", at=2)
    assert type(found) is Part
    assert (found.id, found.at) == ("x", 2)
    assert to_dict(found) == {"note": "n", "unheard": [1], "Id": "x", "at": 2}
    assert to_dict(evolve(FULL, id=OMIT)) == {"at": 1, "unheard": [1]}
    assert to_dict(evolve(FULL, id=None)) == {"Id": None, "at": 1, "unheard": [1]}


def test_null_is_a_value_that_the_service_sent():
    null = from_dict(Part, {"Id": None, "at": 1})
    assert null.id is None
    assert to_dict(null) == {"Id": None, "at": 1}


def test_what_is_sent_needs_only_what_the_document_asks():
    assert to_dict(Stream(name="s")) == {"name": "s"}
    assert to_dict(Part(note="n", at=None)) == {"note": "n"}
    assert not hasattr(from_dict(Created, {}), "id")
    assert to_dict(User(identifiers=None)) == {}


def test_a_constructor_offers_fields_alone():
    assert list(inspect.signature(Part).parameters) == ["id", "at", "note", "more"]
    assert [each.name for each in attrs.fields(Part)] == ["id", "at", "note", "more"]


def test_data_is_held_once():
    assert attrs.asdict(FULL) == {"id": "x", "at": 1, "note": None, "more": None}
    assert attrs.astuple(FULL) == ("x", 1, None, None)


def test_a_complete_object_is_of_its_own_class():
    assert type(FULL) is Part
    assert "__getattr__" not in dir(Part)


def test_a_model_that_has_no_hash_says_why():
    assert hash(FULL) == hash(from_dict(Part, {"Id": "x", "at": 1}))
    with pytest.raises(TypeError, match=r"this Part has no hash: more: unhashable type: 'dict'"):
        hash(Part(more={}))
    with pytest.raises(TypeError, match=r"this Part has no hash: more: this Part has no hash: more: unhashable"):
        hash(Part(more=Part(more=[])))


def receipt_of(body: bytes) -> Created:
    return created(Reply(Operation("test.make", "POST", "/", "none"), 201, {}, body))


def test_what_makes_something_gives_its_id():
    assert receipt_of(b'{"user_id": "u"}').id == "u"
    assert receipt_of(b'{"uri": "http://host/v3/things/7"}').id == "7"
    assert to_dict(receipt_of(b'{"uri": "/7"}')) == {"uri": "/7"}
    silent = receipt_of(b"")
    assert silent.status_code == 201
    assert isinstance(silent, Receipt)
    with pytest.raises(MissingFieldError, match="this Created has no id"):
        _ = silent.id


def test_a_grant_has_its_id_under_either_name_or_says_that_it_has_none():
    assert from_dict(Grant, {"grantId": "g", "entitlement_id": "e"}).id == "g"
    assert from_dict(Grant, {"grant_id": "g"}).id == "g"
    with pytest.raises(MissingFieldError, match="this Grant has no id"):
        _ = from_dict(Grant, {}).id
