from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence  # attrs reads the annotations
from datetime import UTC, datetime
from enum import Enum, IntEnum, StrEnum
from typing import Any, Literal, Optional

import pyarrow as pa
import pytest
from attrs import frozen

from asyncsdk import AnalyticsRow, ConfigurationError
from asyncsdk.blaize import Account, Grant, User
from asyncsdk.codec import Model, wire
from asyncsdk.columns import extra_name, model_schema


class Colour(StrEnum):
    RED = "red"


class Rank(IntEnum):
    FIRST = 1


class Mixed(Enum):
    A = "a"
    ONE = 1


@frozen(kw_only=True)
class Inner(Model):
    label: str | None = wire("Label")


@frozen(kw_only=True)
class Tree(Model):
    name: str | None = None
    parent: Tree | None = None
    children: tuple[Tree, ...] | None = None
    below: Branch | None = None


@frozen(kw_only=True)
class Branch(Model):
    length: float | None = None
    tree: Tree | None = None


@frozen(kw_only=True)
class Empty(Model):
    """It has no field."""


@frozen(kw_only=True)
class All(Model):
    text: str | None = None
    colour: Colour | None = None
    word: Literal["a", "b"] | None = None
    whole: int = 0
    rank: Rank | None = None
    digit: Literal[1, 2] | None = None
    real: Optional[float] = None  # noqa: UP045  # another spelling
    number: int | float | None = None
    truth: bool | None = None
    at: datetime | None = None
    inner: Inner | None = None
    texts: Sequence[str] | None = None
    times: list[datetime | None] | None = None
    inners: tuple[Inner, ...] | None = None
    lists: list[list[int]] | None = None
    renamed: int | None = wire("reNamed")
    local: int | None = wire(None)
    free: Any = None
    open: Mapping[str, Any] | None = None
    headers: dict[str, str] | None = None
    either: str | int | None = None
    mixed: Mixed | None = None
    free_list: Sequence[Any] | None = None
    pair: tuple[int, str] | None = None
    bare: list | None = None
    nothing: Empty | None = None
    nothings: list[Empty] | None = None


def test_every_kind_of_field_has_its_type_in_the_order_of_the_fields_under_its_wire_name():
    moment, inner = pa.timestamp("us", tz="UTC"), pa.struct([("Label", pa.string())])
    text = pa.string()
    assert model_schema(All) == pa.schema(
        [
            *[("text", text), ("colour", text), ("word", text)],
            *[("whole", pa.int64()), ("rank", pa.int64()), ("digit", pa.int64())],
            *[
                ("real", pa.float64()),
                ("number", pa.float64()),
                ("truth", pa.bool_()),
                ("at", moment),
                ("inner", inner),
            ],
            *[("texts", pa.list_(text)), ("times", pa.list_(moment)), ("inners", pa.list_(inner))],
            *[("lists", pa.list_(pa.list_(pa.int64()))), ("reNamed", pa.int64())],
            *[(name, text) for name in ("free", "open", "headers", "either", "mixed", "free_list", "pair", "bare")],
            *[("nothing", text), ("nothings", text), ("extra", text)],
        ]
    )


def test_a_model_inside_itself_is_json_text_and_its_schema_is_finite():
    branch = pa.struct([("length", pa.float64()), ("tree", pa.string())])
    names = [("name", pa.string()), ("parent", pa.string()), ("children", pa.string()), ("below", branch)]
    assert model_schema(Tree) == pa.schema([*names, ("extra", pa.string())])


def test_a_model_without_fields_has_extra_alone():
    assert model_schema(Empty).names == ["extra"]


def test_the_models_of_the_systems_have_columns_one_would_expect():
    assert model_schema(Grant).names == ["grantId", "entitlement_type", "entitlement_id", "extra"]
    assert model_schema(Account).field("number_of_seats").type == pa.int64()
    assert model_schema(User).field("identifiers").type.names == ["email_address", "username"]
    assert model_schema(User).field("attributes").type == pa.string()


def test_analytics_rows_count_milliseconds():
    assert model_schema(AnalyticsRow).field("timestamp").type == pa.timestamp("ms", tz="UTC")


@pytest.mark.parametrize(
    ("names", "extra"),
    [
        (["a"], "extra"),
        (["extra"], "extra_"),
        (["Extra"], "extra_"),
        (["EXTRA", "extra_"], "extra__"),
        (["extra_"], "extra"),
    ],
)
def test_the_column_for_the_rest_gives_way_to_a_field_of_its_name(names, extra):
    fields = {f"field_{at}": wire(name) for at, name in enumerate(names)}
    made = frozen(type("Made", (Model,), {"__annotations__": dict.fromkeys(fields, "int | None"), **fields}))
    assert extra_name(made) == extra
    assert model_schema(made).names == [*names, extra]


def test_a_system_says_how_it_writes_its_times():
    @frozen
    class Own(Model):
        _read_time = staticmethod(lambda value, _: datetime.fromtimestamp(value, UTC) if type(value) is int else value)
        _write_time = staticmethod(lambda moment: int(moment.timestamp()))
        at: datetime | None = None

    from asyncsdk.columns import to_batch, to_wire

    rows = [{"at": 1_597_665_600}, {"at": "soon"}]
    batch = to_batch(Own, rows)
    assert batch.column("at").to_pylist() == [datetime(2020, 8, 17, 12, tzinfo=UTC), None]
    assert batch.column("extra").to_pylist() == [None, '{"at":"soon"}']
    assert to_wire(batch, Own) == rows


@pytest.mark.parametrize("name", ["pyarrow", "numpy"])
def test_without_pyarrow_or_numpy_the_error_names_the_extra(monkeypatch, name):
    model_schema.cache_clear()
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigurationError, match=r"asyncsdk\[arrow\]"):
        model_schema(Grant)


def test_what_a_model_is_as_columns_is_known_without_pyarrow_or_cattrs():
    code = "import sys; from asyncsdk.columns import columns_of; from asyncsdk import AnalyticsRow; columns_of(AnalyticsRow)"
    code += "; print(not {'pyarrow', 'numpy', 'cattrs'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "True\n"
