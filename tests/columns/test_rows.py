from __future__ import annotations

from collections.abc import Mapping  # attrs reads the annotations
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import attrs
import pytest
from attrs import frozen

from asyncsdk import OMIT, to_dict
from asyncsdk.codec import WHOLE, Model, Receipt, from_dict, keep_wire, wire
from asyncsdk.columns.rows import wire_rows


@frozen(kw_only=True)
class Tag(Model):
    label: str | None = None


@frozen(kw_only=True)
class Thing(Model):
    name: str | None = wire("Name")
    size: int = 7
    at: datetime | None = None
    tag: Tag | None = None
    tags: tuple[Tag, ...] | None = None
    open: Mapping[str, Any] | None = None
    named: dict[str, Tag] | None = None


SENT = {
    "Name": "x",
    "at": "2020-08-17 12:00:00+02:00",
    "tag": {"label": "a", "unheard": 1},
    "tags": [{"label": "b"}, "odd", {"label": None}],
    "open": {"a": [1]},
    "named": {"n": {"label": "c"}},
    "unheard": None,
}
OTHER = from_dict(Tag, {"label": "a", "unheard": 2})


def test_what_was_not_changed_is_what_was_sent_itself():
    assert wire_rows([from_dict(Thing, SENT)])[0] is SENT
    odd = {"Name": 1, "at": "soon", "tag": "text", "tags": {}, "open": [], "named": {"n": 3}}
    assert wire_rows([from_dict(Thing, odd)])[0] is odd
    assert wire_rows([from_dict(Thing, empty := {})])[0] is empty


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "y"},
        {"name": None},
        {"name": OMIT},
        {"size": 8},
        {"at": datetime(2020, 8, 17, 12, tzinfo=UTC)},
        {"at": datetime(2020, 8, 17, 12, tzinfo=timezone(timedelta(hours=2)))},
        {"tag": None},
        {"tag": OTHER},
        {"tag": Tag(label="a")},
        {"tags": ()},
        {"tags": (OTHER,) * 3},
        {"tags": (OMIT,)},
        {"open": {"a": [2]}},
        {"open": {"a": [1], "b": OMIT}},
        {"named": {"n": OTHER}},
        {"named": {"m": OTHER}},
    ],
    ids=str,
)
@pytest.mark.parametrize("sent", [SENT, {}, {"Name": None, "tags": None}], ids=["full", "empty", "nulls"])
def test_a_changed_model_is_what_would_be_sent(changes, sent):
    changed = attrs.evolve(from_dict(Thing, sent), **changes)
    assert wire_rows([changed]) == [to_dict(changed)]


def test_a_member_that_was_changed_is_seen():
    thing = from_dict(Thing, SENT)
    changed = attrs.evolve(thing, tag=attrs.evolve(thing.tag, label="z"))
    assert wire_rows([changed])[0]["tag"] == {"label": "z", "unheard": 1}


def test_models_of_ones_own_and_objects_of_any_sort_are_rows():
    rows = [Tag(label="a"), {"label": "b"}, MappingProxyType({"label": "c"}), Tag()]
    assert wire_rows(rows) == [{"label": "a"}, {"label": "b"}, {"label": "c"}, {}]


def test_a_model_that_is_its_fields_and_nothing_else_is_all_of_them():
    whole = Thing(name="x", at=datetime(2020, 8, 17, 12, tzinfo=UTC), tag=Tag(label="a"))
    keep_wire(whole, WHOLE)
    assert wire_rows([whole, attrs.evolve(whole, name=OMIT)]) == [
        {**dict.fromkeys(["tags", "open", "named"]), **row}
        for row in (
            {"Name": "x", "size": 7, "at": "2020-08-17T12:00:00.000Z", "tag": {"label": "a"}},
            {"size": 7, "at": "2020-08-17T12:00:00.000Z", "tag": {"label": "a"}},
        )
    ]


TEXT = Receipt()
keep_wire(TEXT, "text")


@pytest.mark.parametrize("item", ["text", 3, None, [1], TEXT])
def test_what_is_no_object_is_no_row(item):
    with pytest.raises(TypeError, match="a model or a JSON object"):
        wire_rows([{}, item])
