"""Whether wire JSON fits a model's types, and what of it came so from the service though it does not."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Self, Union, get_args, get_origin

import attrs

from .model import Model, named

Fit = Callable[[Any], str | None]
"""What is wrong with a wire value: where in it, and in words, such as ``.tags[1] must be text, not a number``; None where it fits."""


class AsSent(dict[str, Any]):
    """A wire object some of whose values the service sent though their types are others: those can be sent back as they are.

    `to_dict` makes one of a model that holds such values, a plain dict of any other. It is a dict in all respects; a value that is
    set anew is the caller's own, and is checked as such.

    Args:
        values: of the object.
        misfits: those of them that do not fit.
    """

    __slots__ = ("_misfits",)

    def __init__(self, values: Mapping[str, Any], misfits: Mapping[str, Any]) -> None:
        super().__init__(values)
        self._misfits = misfits

    def came_so(self, name: str) -> bool:
        """Whether a value that does not fit is the very one that the service sent."""
        return name in self._misfits and self._misfits[name] is self[name]

    def copy(self) -> Self:
        """Another one of the same values."""
        return type(self)(self, self._misfits)

    def __or__(self, other: Mapping[str, Any]) -> Self:  # type: ignore[override]
        return type(self)({**self, **other}, self._misfits)


@cache
def fit(kind: Any, *, deep: bool = True) -> Fit:
    """What holds wire values against a type. Null fits everywhere: it clears a field.

    Args:
        kind: a field's type, or a model.
        deep: look into objects that are models too.
    """
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _one_of([fit(each, deep=deep) for each in inside if each is not types.NoneType])
    if origin in (tuple, list, Sequence):
        return _list(fit(inside[0], deep=deep))
    if origin in (dict, Mapping) or kind in (dict, Mapping):
        return _object(fit((inside or (Any, Any))[1], deep=deep))
    if isinstance(kind, type) and issubclass(kind, Model):
        return _model(kind) if deep else _object(_anything)
    return _leaf(*_LEAVES[kind]) if kind in _LEAVES else _anything


def json_type(value: Any) -> str:
    """A value's type in JSON's words; never the value, which may be secret."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    return {str: "text", bool: "true or false", int: "a number", float: "a number", type(None): "null"}.get(
        type(value), type(value).__name__
    )


_LEAVES: Mapping[Any, tuple[tuple[type, ...], str]] = {
    str: ((str,), "text"),
    bool: ((bool,), "true or false"),
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
    datetime: ((str, datetime), "a time"),
}


def _anything(_: Any) -> None:
    return None


def _leaf(accepted: tuple[type, ...], name: str) -> Fit:
    def wrong(value: Any) -> str | None:
        if value is None or (isinstance(value, accepted) and (bool in accepted or not isinstance(value, bool))):
            return None
        return f" must be {name}, not {json_type(value)}"

    return wrong


def _one_of(fits: Sequence[Fit]) -> Fit:
    def wrong(value: Any) -> str | None:
        wrongs = [each(value) for each in fits]
        return None if None in wrongs else wrongs[0]

    return fits[0] if len(fits) == 1 else wrong


def _list(inside: Fit) -> Fit:
    def wrong(value: Any) -> str | None:
        if value is None:
            return None
        if not isinstance(value, list | tuple):
            return f" must be a list, not {json_type(value)}"
        return _first((f"[{at}]", inside(each)) for at, each in enumerate(value))

    return wrong


def _object(inside: Fit) -> Fit:
    def wrong(value: Any) -> str | None:
        if value is None:
            return None
        if not isinstance(value, Mapping):
            return f" must be an object, not {json_type(value)}"
        return None if inside is _anything else _first((f".{key}", inside(each)) for key, each in value.items())

    return wrong


def _model(kind: Any) -> Fit:
    def wrong(value: Any) -> str | None:
        if value is None:
            return None
        if not isinstance(value, Mapping):
            return f" must be an object, not {json_type(value)}"
        return _first(
            (f".{key}", inside(value[key]))
            for key, inside in _fields(kind)
            if key in value and not (isinstance(value, AsSent) and value.came_so(key))
        )

    return wrong


@cache
def _fields(kind: Any) -> list[tuple[str, Fit]]:
    # looked up at the first use, so that models may refer to each other and to themselves
    attrs.resolve_types(kind)
    kinds: list[tuple[str, Any]] = [(key, each.type) for each, key in named(kind)]
    return [(key, fit(each)) for key, each in kinds]


def _first(wrongs: Iterable[tuple[str, str | None]]) -> str | None:
    return next((f"{where}{wrong}" for where, wrong in wrongs if wrong is not None), None)
