"""From wire JSON to models. Structuring is lenient: what does not fit its type stays as it came."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin

import attrs
from attrs import frozen

from .fit import Fit, fit
from .incomplete import settle
from .marks import ABSENT
from .model import Model, keep_wire, named
from .times import read_time

if TYPE_CHECKING:
    import cattrs

M = TypeVar("M", bound=Model)
Hook = Callable[[Any, Any], Any]


def leaf(value: Any, _: Any) -> Any:
    """A value as the server sent it: a model reports, it does not correct."""
    return value


@cache
def converter(moment: Hook = read_time) -> cattrs.Converter:
    """The cattrs converter of a system, made when its first model is.

    Args:
        moment: how a system's times are read.
    """
    import cattrs  # a good part of our import time, and rows that go the fast way never need it

    made = cattrs.Converter()
    hook_of = made.get_structure_hook
    made.register_structure_hook_func(lambda _: True, leaf)
    for kind in (bool, int, float, str, bytes):  # which cattrs would coerce
        made.register_structure_hook(kind, leaf)
    made.register_structure_hook(datetime, moment)
    for origins, factory in (
        ((Union, types.UnionType), lambda kind: _one_of([hook_of(each) for each in get_args(kind)])),
        ((tuple, list, Sequence), lambda kind: _items(hook_of(get_args(kind)[0]))),
        ((dict, Mapping), lambda kind: _values(hook_of(get_args(kind)[1]))),
    ):
        made.register_structure_hook_factory(partial(_has_origin, origins), factory)
    made.register_structure_hook_factory(lambda kind: isinstance(kind, type) and issubclass(kind, Model), _model)
    return made


def _has_origin(origins: tuple[Any, ...], kind: Any) -> bool:
    return get_origin(kind) in origins


def _model(cls: Any) -> Hook:
    # Its members are looked up at the first use, so that models may refer to each other and to themselves.
    def structure(value: Any, _: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        made = object.__new__(cls)  # a frozen class's own `__init__` takes longer, and this is done for each row
        keep_wire(made, value)
        complete = True
        for each in members(cls):
            if each.key in value:
                each.put(made, each.hook(value[each.key], None))
            else:
                each.put(made, each.default)
                complete = complete and each.default is not ABSENT
        for put, default in _beside(cls):
            put(made, default)
            complete = complete and default is not ABSENT
        if not complete:
            settle(made)
        return made

    return structure


def _items(inner: Hook) -> Hook:
    def structure(value: Any, _: Any) -> Any:
        return tuple(inner(each, None) for each in value) if isinstance(value, list | tuple) else value

    return structure


def _values(inner: Hook) -> Hook:
    def structure(value: Any, _: Any) -> Any:
        return {key: inner(each, None) for key, each in value.items()} if isinstance(value, Mapping) else value

    return structure


def _one_of(hooks: Iterable[Hook]) -> Hook:
    """The first member that the value fits, which the value tells: an object, a list, a text that is a time."""
    shaped = [hook for hook in hooks if hook is not leaf]

    def structure(value: Any, _: Any) -> Any:
        for hook in shaped:
            if (found := hook(value, None)) is not value:
                return found
        return value

    return shaped[0] if len(shaped) == 1 else structure if shaped else leaf


@frozen
class Member:
    """A field that is part of the body.

    Attributes:
        name: its name in Python.
        key: its name on the wire.
        default: what it is where nothing was given.
        hook: reads its wire value.
        put: sets it in a new object.
        fit: holds its wire value against its type, but does not look into other models.
    """

    name: str
    key: str
    default: Any
    hook: Hook
    put: Callable[[Any, Any], None]
    fit: Fit


@cache
def members(cls: type[Any]) -> tuple[Member, ...]:
    """The fields of a model that are part of the body, in order."""
    attrs.resolve_types(cls)
    hook_of = converter(cls._read_time).get_structure_hook
    found: list[tuple[attrs.Attribute[Any], str, Any]] = [(each, key, each.type) for each, key in named(cls)]
    return tuple(
        Member(each.name, key, _default(each), hook_of(kind), _put(cls, each), fit(kind, deep=False))
        for each, key, kind in found
    )


@cache
def _beside(cls: Any) -> tuple[tuple[Callable[[Any, Any], None], Any], ...]:
    """What sets each field that is no part of the body, and its default."""
    parts = {each.name for each in members(cls)}
    return tuple((_put(cls, each), _default(each)) for each in attrs.fields(cls) if each.name not in parts)


def _put(cls: Any, each: attrs.Attribute[Any]) -> Callable[[Any, Any], None]:
    put: Callable[[Any, Any], None] = getattr(cls, each.name).__set__
    convert: Any = each.converter
    return put if convert is None else lambda made, value: put(made, convert(value))


def _default(each: attrs.Attribute[Any]) -> Any:
    default: Any = each.default
    return default.factory() if isinstance(default, attrs.Factory) and not default.takes_self else default  # type: ignore[arg-type]


def from_dict(cls: type[M], value: Any) -> M:
    """A model from wire JSON.

    Raises:
        TypeError: not a mapping.
    """
    if not isinstance(value, Mapping):
        raise TypeError(f"{cls.__name__} is made from a JSON object, not {type(value).__name__}")
    made: M = converter(cls._read_time).get_structure_hook(cls)(value, cls)
    return made
