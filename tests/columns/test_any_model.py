"""Any model, any values: one schema, and what comes back is what `to_dict` gives."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum, StrEnum
from typing import Any, Literal, get_args, get_origin

import attrs
import pyarrow as pa
import pyarrow.parquet as pq
from attrs import frozen
from hypothesis import HealthCheck, given, settings, strategies as st

from asyncsdk import OMIT, to_dict
from asyncsdk.codec import Model, from_dict, wire
from asyncsdk.columns import extra_name, model_schema, to_batch, to_wire


class Colour(StrEnum):
    RED = "red"


class Size(Enum):
    SMALL = 1


@frozen(kw_only=True)
class Tag(Model):
    label: str | None = None
    at: datetime | None = None


@frozen(kw_only=True)
class Node(Model):
    name: str | None = wire("Name")
    next: Node | None = None
    children: tuple[Node, ...] | None = None
    tags: Sequence[Tag] | None = None


@frozen(kw_only=True)
class Nothing(Model):
    """It has no field."""


def alike(one, other):
    """Whether two values are the same JSON, of which 1 and 1.0 are one number, and true is none."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    return one == other and isinstance(one, bool) is isinstance(other, bool)


def hold(made, expected):
    assert len(made) == len(expected)
    for one, other in zip(made, expected, strict=True):
        assert alike(one, other), (one, other)


# ---- values of every kind

texts = st.text(max_size=4) | st.sampled_from(["", "null", "2020-08-17", "1", "caf\ud83d", "\u2028"])
numbers = st.integers(-(2**70), 2**70) | st.sampled_from([2**53 + 1, 2**63 - 1, 2**63, 2**64 + 1, 0, 1.0, 1e300])
numbers |= st.floats(allow_nan=False, allow_infinity=False)
forms = st.sampled_from(
    [
        lambda at: at.isoformat(timespec="milliseconds") + "Z",
        lambda at: at.isoformat(timespec="microseconds") + "Z",
        lambda at: at.isoformat(timespec="seconds") + "Z",
        lambda at: at.isoformat(" "),
        lambda at: at.isoformat() + "+02:00",
        lambda at: at.isoformat() + "1234567Z",
        lambda at: at.isoformat() + "-11:30",
        lambda at: at.strftime("%G-W%V-%u"),
    ]
)
times = st.builds(lambda at, form: form(at), st.datetimes(), forms)
times |= st.sampled_from([
    "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999999Z", "0001-01-01T00:00:00.000+14:00", "2020-03-29T02:30:00+01:00",
    "2020-10-25T02:30:00.000+02:00", "2020-10-25T02:30:00.000+01:00", "0000-01-01T00:00:00.000Z", "2016-12-31T23:59:60Z",
    "2020-08-17T24:00:00.000Z",
])  # fmt: skip
scalars = st.none() | st.booleans() | numbers | texts | times
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2), max_leaves=4
)


def values_of(kind):
    """Values for a field of this type, most of which fit it."""
    return st.one_of(*map(fitting, (kind, kind)), anything)


def fitting(kind):
    if kind in LEAVES:
        return LEAVES[kind]
    if kind in OPTIONS:
        return fitting(get_args(kind)[0])
    if get_origin(kind) in (list, tuple, Sequence):
        return st.lists(values_of(get_args(kind)[0]), max_size=3)
    return rows_of(kind) if isinstance(kind, type) and issubclass(kind, Model) else anything


LEAVES = {
    str: texts,
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9),
    bool: st.booleans(),
    datetime: times,
    Colour: st.just("red"),
    Size: st.just(1),
    Literal["a", "b"]: st.sampled_from("ab"),
    int | float: numbers,
}
OPTIONS = {str | None, datetime | None, Tag | None}


@st.composite
def rows_of(draw, model):
    """Wire objects of a model: members that fit, some that do not, some that it does not know; others are missing."""
    attrs.resolve_types(model)
    known = {
        each.metadata.get("wire", each.name): each.type for each in attrs.fields(model) if not each.name.startswith("_")
    }
    names = draw(st.lists(st.sampled_from(sorted(known)), unique=True)) if known else []
    row = {name: draw(values_of(known[name])) for name in names}
    return row | draw(st.dictionaries(st.sampled_from(["unheard", "extra", "é"]), anything, max_size=1))


kinds = st.sampled_from([
    *LEAVES, *OPTIONS, Any, Mapping[str, Any], dict[str, str], list[Any], str | int, object, Tag, Node, Nothing, tuple[int, str],
])  # fmt: skip
kinds = st.recursive(
    kinds, lambda inner: inner.map(lambda kind: list[kind]) | inner.map(lambda kind: tuple[kind, ...]), max_leaves=2
)
names = st.sampled_from(["a", "b", "A", "extra", "Extra", "é", "x y", "a.b"])


@st.composite
def models(draw, of=kinds):
    fields = draw(st.dictionaries(names, of, min_size=1, max_size=5))
    attributes = {
        f"field_{at}": attrs.field(default=None, type=kind, metadata={"wire": name, "secret": None})
        for at, (name, kind) in enumerate(fields.items())
    }
    return attrs.make_class("Made", attributes, bases=(Model,), frozen=True, slots=True, kw_only=True)


nested = models() | models(kinds | models() | models().map(lambda model: tuple[model, ...]))
slow = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


# ---- what holds of them all


@slow
@given(st.data())
def test_what_was_sent_comes_back(data):
    model = data.draw(nested)
    rows = data.draw(st.lists(rows_of(model), max_size=4))
    batch = to_batch(model, rows)
    batch.validate(full=True)
    assert batch.schema == model_schema(model)
    assert batch.num_rows == len(rows)
    hold(to_wire(batch, model), rows)


@slow
@given(st.data())
def test_models_give_the_batch_of_what_they_were_read_from(data):
    model = data.draw(nested)
    rows = data.draw(st.lists(rows_of(model), max_size=4))
    items = [from_dict(model, row) for row in rows]
    assert to_batch(model, items).equals(to_batch(model, rows))
    hold(to_wire(to_batch(model, items), model), list(map(to_dict, items)))


@slow
@given(st.data())
def test_a_changed_model_gives_what_would_be_sent(data):
    model = data.draw(nested)
    item = from_dict(model, data.draw(rows_of(model)))
    fields = [each.name for each in attrs.fields(model) if not each.name.startswith("_")]
    values = anything | st.just(OMIT) | st.just(datetime(2020, 8, 17, tzinfo=UTC)) | st.just((Tag(label="x"), OMIT))
    changes = data.draw(st.dictionaries(st.sampled_from(fields), values))
    changed = attrs.evolve(item, **changes)
    hold(to_wire(to_batch(model, [item, changed]), model), [to_dict(item), to_dict(changed)])


@slow
@given(st.data())
def test_the_rows_come_back_from_parquet_and_from_any_part_of_a_table(data):
    model = data.draw(nested)
    rows = data.draw(st.lists(rows_of(model), min_size=1, max_size=5))
    cut = data.draw(st.integers(0, len(rows)))
    table = pa.Table.from_batches([to_batch(model, rows[:cut]), to_batch(model, rows[cut:])])
    hold(to_wire(table, model), rows)
    hold(to_wire(to_batch(model, rows).slice(cut), model), rows[cut:])
    file = io.BytesIO()
    pq.write_table(table, file, store_schema=False)
    read = pq.read_table(file)
    hold(to_wire(read, model), rows)


@slow
@given(models())
def test_the_schema_follows_from_the_class_alone(model):
    schema = model_schema(model)
    assert schema.names[-1] == extra_name(model)
    assert len({name.casefold() for name in schema.names[:-1]} & {extra_name(model)}) == 0
    assert to_batch(model, []).schema == to_batch(model, [{}, {"a": [{}]}]).schema == schema
    again = io.BytesIO()
    pq.write_table(pa.Table.from_batches([to_batch(model, [])]), again)
    assert pq.read_schema(again).equals(schema)
