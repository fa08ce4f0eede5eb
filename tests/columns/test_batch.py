from __future__ import annotations

from collections.abc import Mapping  # attrs reads the annotations
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from attrs import frozen

from asyncsdk.codec import Model, wire
from asyncsdk.columns import model_schema, to_batch, to_wire
from asyncsdk.columns.batch import assemble


@frozen(kw_only=True)
class Inner(Model):
    label: str | None = None
    score: float | None = None


@frozen(kw_only=True)
class Item(Model):
    id: int | None = None
    truth: bool | None = None
    score: float | None = None
    at: datetime | None = None
    inner: Inner | None = None
    inners: tuple[Inner, ...] | None = None
    tags: tuple[str, ...] | None = None
    free: Any = None
    open: Mapping[str, Any] | None = None


@frozen(kw_only=True)
class WithExtra(Model):
    id: str | None = None
    own: str | None = wire("extra")


def extras(model, rows):
    return to_batch(model, rows).column("extra").to_pylist()


def test_what_fits_needs_no_extra():
    rows = [
        {
            "id": 2**63 - 1,
            "truth": True,
            "score": 1,
            "at": "2020-08-17T12:00:00.000Z",
            "inner": {"label": "a"},
            "inners": [{}, {"score": 0.5}, None],
            "tags": ["x", None],
            "free": [None],
            "open": {},
        },
        {},
        {"inners": [], "tags": [], "at": "1969-12-31T23:59:59.999999Z"},
    ]
    batch = to_batch(Item, rows)
    assert batch.column("extra").null_count == len(rows)
    assert batch.column("at")[2].value == -1
    assert batch.slice(0, 1).to_pylist() == [
        {
            "id": 2**63 - 1,
            "truth": True,
            "score": 1.0,
            "at": datetime(2020, 8, 17, 12, tzinfo=UTC),
            "inner": {"label": "a", "score": None},
            "inners": [{"label": None, "score": None}, {"label": None, "score": 0.5}, None],
            "tags": ["x", None],
            "free": "[null]",
            "open": "{}",
            "extra": None,
        }
    ]
    assert to_wire(batch, Item) == rows


@pytest.mark.parametrize(
    ("row", "extra"),
    [
        ({"id": 2**64 + 1}, '{"id":18446744073709551617}'),
        ({"score": 2**53 + 1}, '{"score":9007199254740993}'),
        ({"score": True, "id": False}, '{"id":false,"score":true}'),
        ({"truth": 1, "free": None}, '{"free":null,"truth":1}'),
        ({"at": "2020-08-17 12:00:00"}, '{"at":"2020-08-17 12:00:00"}'),
        ({"inner": "text", "unheard": []}, '{"inner":"text","unheard":[]}'),
        ({"inner": {"label": 1, "score": None, "x": {}}}, '{"inner":{"label":1,"score":null,"x":{}}}'),
        ({"inners": {"0": "x"}}, '{"inners":{"0":"x"}}'),
        ({"inners": [{"label": "a"}, 5, None, {"x": 1}]}, '{"inners":{"1":5,"3":{"x":1}}}'),
        ({"tags": ["a", 1, "b"]}, '{"tags":{"1":1}}'),
        ({"extra": {"id": 1}}, '{"extra":{"id":1}}'),
    ],
)
def test_what_does_not_fit_stands_in_extra_and_nothing_else_does(row, extra):
    beside = {"id": 1, "inners": [{"label": "b"}, {}], "inner": {"label": "c"}, "tags": ["t"]}
    for rows in ([row], [beside, row, {}, row, beside]):
        assert set(extras(Item, rows)) - {None} == {extra}
        assert to_wire(to_batch(Item, rows), Item) == rows


def test_an_exact_number_keeps_its_type_beside_true():
    made = to_wire(to_batch(Item, [{"score": True}, {"score": 1.5}, {"id": True}, {"id": 1}]), Item)
    assert [type(value) for row in made for value in row.values()] == [bool, float, bool, int]


def test_half_of_an_emoji_is_kept():
    rows = [{"tags": ["caf\ud83d"], "free": {"\ud83d": 1}, "unheard": "\udc00"}]
    batch = to_batch(Item, rows)
    batch.validate(full=True)
    assert batch.column("tags").to_pylist() == [["caf\ufffd"]]
    assert to_wire(batch, Item) == rows


def test_the_extra_of_a_model_that_has_a_field_of_that_name_stands_beside_it():
    rows = [{"extra": "own", "unheard": 1}, {"extra": None, "extra_": 2}, {}]
    batch = to_batch(WithExtra, rows)
    assert batch.column("extra").to_pylist() == ["own", None, None]
    assert batch.column("extra_").to_pylist() == ['{"unheard":1}', '{"extra":null,"extra_":2}', None]
    assert to_wire(batch, WithExtra) == rows


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize(
    ("row_of", "path"),
    [
        (lambda number: {"score": number}, "score"),
        (lambda number: {"id": number}, "id"),
        (lambda number: {"tags": ["x", number]}, "tags"),
        (lambda number: {"inners": [{"score": number}]}, r"inners\.score"),
        (lambda number: {"inners": [{"score": "1", "unheard": number}]}, r"inners\.0\.unheard"),
        (lambda number: {"open": {"a": [None, number]}}, r"open\.a\.1"),
        (lambda number: {"unheard": number}, "unheard"),
    ],
)
def test_what_is_no_number_in_json_is_refused_by_its_name(row_of, path, number):
    with pytest.raises(ValueError, match=f"^{path} is nan or infinite: JSON has no form"):
        to_batch(Item, [{}, row_of(number)])


def test_a_batch_can_be_had_in_another_schema_and_loses_nothing_of_what_it_has_no_column_for():
    schema = pa.schema(
        [
            ("key", pa.string()),
            ("extra", pa.string()),
            ("score", pa.float32()),
            ("at", pa.timestamp("ms", tz="UTC")),
            ("id", pa.int64()),
        ]
    )
    rows = [{"id": 1, "score": 0.5, "at": "2020-08-17T12:00:00.001Z", "tags": ["a"], "key": "k"}, {"inner": None}]
    batch = to_batch(Item, rows, schema=schema)
    assert batch.schema == schema
    assert batch.column("key").to_pylist() == [None, None]
    assert batch.column("extra").to_pylist() == ['{"key":"k","tags":["a"]}', '{"inner":null}']
    assert to_wire(batch, Item) == rows
    with pytest.raises(ValueError, match="no column 'extra'"):
        to_batch(Item, rows, schema=pa.schema([("id", pa.int64())]))


def test_a_batch_from_columns_is_the_one_from_rows():
    rows = [{"id": 1, "score": None, "unheard": 1}, {"id": "2", "score": 2, "unheard": None}]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    assert assemble(Item, 2, columns).equals(to_batch(Item, rows))


def test_what_engines_make_of_the_columns_is_read_again():
    """Such as wide strings and lists, dictionaries, another time zone."""
    rows = [{"id": 1, "at": "2020-08-17T12:00:00.000Z", "tags": ["a", None], "inner": {"label": "x"}}, {"tags": [2]}]
    table = pa.Table.from_batches([to_batch(Item, rows)])
    wide = table.cast(
        pa.schema(
            {
                "at": each.with_type(pa.timestamp("ns", tz="Asia/Tokyo")),
                "tags": each.with_type(pa.large_list(pa.large_string())),
                "free": each.with_type(pa.large_string()),
                "extra": each.with_type(pa.dictionary(pa.int32(), pa.string())),
            }.get(each.name, each)
            for each in table.schema
        )
    )
    assert to_wire(wide, Item) == rows


def test_a_column_that_is_not_there_is_a_key_that_is_not_there():
    batch = to_batch(Item, [{"id": 1, "score": 2.0, "unheard": 3}])
    assert to_wire(batch.select(["id", "extra"]), Item) == [{"id": 1, "unheard": 3}]
    assert to_wire(batch.select(["score"]), Item) == [{"score": 2.0}]
    assert to_wire(batch.select([]), Item) == [{}]
    assert to_wire(pa.table({}), Item) == []


def test_an_item_that_is_no_object_is_refused():
    with pytest.raises(TypeError, match="a model or a JSON object, not str"):
        to_batch(Item, [{}, "text"])


def test_no_items_are_a_batch_of_the_schema():
    batch = to_batch(Item, [])
    assert batch.schema == model_schema(Item)
    assert to_wire(batch, Item) == []
