"""What the fields of a model are as columns: from its class alone, and without pyarrow.

=====================================================  ===========================================================
a field of                                             is a column of kind
=====================================================  ===========================================================
`str`; an `Enum` or a `Literal` of texts               ``"text"``
`int`; an `Enum` or a `Literal` of whole numbers       ``"integer"``, of 64 bits
`float`, ``int | float``                               ``"real"``
`bool`                                                 ``"truth"``
`datetime`                                             `Moment`: a time in UTC
another model                                          `Struct`
a list or tuple of any of these                        `Items`
all else: `Any`, a mapping, a union, a list of these,  ``"json"``: JSON text
a model inside itself, a model without fields
=====================================================  ===========================================================

A field may always be missing, so ``| None`` says nothing.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin

import attrs
from attrs import frozen

from ..codec import Model, timestamp
from ..codec.model import named
from ..codec.times import read_time

Leaf = Literal["text", "integer", "real", "truth", "json"]
Unit = Literal["ms", "us"]


@frozen(cache_hash=True)
class Moment:
    """A point in time, in UTC.

    Attributes:
        unit: what is counted since the epoch.
        read: reads a wire value; gives anything but a datetime back as it came.
        write: the form in which the system usually sends a time.
    """

    unit: Unit
    read: Callable[[Any, Any], Any]
    write: Callable[[datetime], Any]

    @property
    def is_plain(self) -> bool:
        """Whether its wire form is ``YYYY-MM-DDTHH:MM:SS.mmmZ``."""
        return self.read is read_time and self.write is timestamp


@frozen(cache_hash=True)
class Struct:
    """An object whose members are known.

    Attributes:
        columns: its members.
    """

    columns: tuple[Column, ...]


@frozen(cache_hash=True)
class Items:
    """A list.

    Attributes:
        of: what its items are.
    """

    of: Kind


Kind = Leaf | Moment | Struct | Items


@frozen
class Column:
    """A field of a model.

    Attributes:
        name: its name on the wire.
        kind: what it holds.
    """

    name: str
    kind: Kind


F = TypeVar("F", bound=Callable[..., Any])


def once(function: F) -> F:
    """`cache`, under the function's own type: mypy holds that no model's class is hashable."""
    return cast("F", cache(function))


_LEAVES: Final[dict[Any, Leaf]] = {str: "text", int: "integer", float: "real", bool: "truth"}
_EXTRA = "extra"


@once
def columns_of(model: type[Model]) -> tuple[Column, ...]:
    """The columns of a model, in the order of its fields, without the one for what they do not hold (`extra_name`)."""
    return _columns(model, frozenset())


@once
def extra_name(model: type[Model]) -> str:
    """The name of the column for what the others do not hold: ``extra``, or ``extra_`` where the model has one of that name.

    Many readers of tables do not tell capitals from small letters, so a field ``Extra`` counts too.
    """
    taken = {column.name.casefold() for column in columns_of(model)}
    name = _EXTRA
    while name in taken:
        name += "_"
    return name


def _columns(model: Any, inside: frozenset[Any]) -> tuple[Column, ...]:
    attrs.resolve_types(model)
    kinds: dict[str, Kind] = {name: _kind(each.type, model, inside | {model}) for each, name in named(model)}
    return tuple(Column(name, kind) for name, kind in kinds.items())


def _kind(kind: Any, model: Any, inside: frozenset[Any]) -> Kind:
    """The kind of a field.

    Args:
        kind: its annotation.
        model: where it stands.
        inside: the models that this one is a part of, and itself.
    """
    origin, of = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _one_of({_kind(each, model, inside) for each in of if each is not NoneType})
    if origin is Literal:
        return _one_of(_kinds_of(of))
    if origin in (list, Sequence) or (origin is tuple and of[1:] == (...,)):
        inner = _kind(of[0], model, inside)
        return "json" if inner == "json" else Items(inner)
    if not isinstance(kind, type):
        return "json"
    if issubclass(kind, Model):
        columns = () if kind in inside else _columns(kind, inside)
        return Struct(columns) if columns else "json"  # no file holds a struct of nothing
    if issubclass(kind, datetime):
        return Moment(model._time_unit, model._read_time, model._write_time)  # noqa: SLF001
    if issubclass(kind, Enum):
        return _one_of(_kinds_of(each.value for each in kind))
    return _LEAVES.get(kind, "json")


def _kinds_of(values: Iterable[Any]) -> set[Kind]:
    return {_LEAVES.get(type(each), "json") for each in values}


def _one_of(kinds: set[Kind]) -> Kind:
    if kinds == {"integer", "real"}:
        return "real"
    return kinds.pop() if len(kinds) == 1 else "json"
