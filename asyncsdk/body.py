"""A request's body: held against what the document's schema asks, then frozen into bytes."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

import attrs

from .codec import Model, encode, to_dict

if TYPE_CHECKING:
    from .operation import Operation


def body_bytes(operation: Operation, body: Any) -> bytes:
    """The bytes of a body, checked before anything is sent.

    Args:
        operation: says which model the body is of, and which fields are required.
        body: a model, or plain JSON of the same wire shape; text or bytes where the operation takes raw text.

    Raises:
        TypeError: a value of the wrong type; says which field.
        ValueError: a required field is missing; says which.
    """
    if operation.body is str:
        if isinstance(body, str):
            return body.encode()
        if isinstance(body, bytes | bytearray | memoryview):
            return bytes(body)
        raise TypeError(f"{operation.id}: the body is raw text (str or bytes), not {type(body).__name__}")
    wire = to_dict(body)
    if isinstance(operation.body, type) and issubclass(operation.body, Model):
        if operation.many and isinstance(wire, list):
            for at, each in enumerate(wire):
                _check(operation, each, f"body[{at}]")
        else:
            _check(operation, wire, "body")
    return encode(wire)


def _check(operation: Operation, wire: Any, where: str) -> None:
    if not isinstance(wire, Mapping):
        expected = "an object or a list of objects" if operation.many else "an object"
        raise TypeError(f"{operation.id}: {where} must be {expected}, not {_named(wire)}")
    for name in operation.required:
        if wire.get(name) is None:
            raise ValueError(f"{operation.id}: {where}.{name} is required")
    wrong = _mismatch(operation.body, wire, where)
    if wrong:
        raise TypeError(f"{operation.id}: {wrong}")


def _mismatch(kind: Any, value: Any, where: str) -> str | None:
    """What is wrong with a wire value, in words; None where it fits. Null fits everywhere: it clears a field."""
    origin = get_origin(kind)
    if value is None or kind is Any:
        return None
    if origin in (Union, types.UnionType):
        wrongs = [_mismatch(each, value, where) for each in get_args(kind) if each is not types.NoneType]
        return None if None in wrongs else wrongs[0]
    if origin in (tuple, list, Sequence):
        if not isinstance(value, list | tuple):
            return f"{where} must be a list, not {_named(value)}"
        return _first(_mismatch(get_args(kind)[0], each, f"{where}[{at}]") for at, each in enumerate(value))
    if origin in (dict, Mapping) or kind in (dict, Mapping):
        if not isinstance(value, Mapping):
            return f"{where} must be an object, not {_named(value)}"
        inner = (get_args(kind) or (Any, Any))[1]
        return _first(_mismatch(inner, each, f"{where}.{key}") for key, each in value.items())
    if isinstance(kind, type) and issubclass(kind, Model):
        return _model_mismatch(kind, value, where)
    return _leaf_mismatch(kind, value, where)


def _model_mismatch(kind: type[Model], value: Any, where: str) -> str | None:
    if not isinstance(value, Mapping):
        return f"{where} must be an object, not {_named(value)}"
    attrs.resolve_types(kind)
    named = {each.metadata.get("wire", each.name): each.type for each in attrs.fields(kind)}
    return _first(_mismatch(named[key], each, f"{where}.{key}") for key, each in value.items() if key in named)


_LEAVES: Mapping[Any, tuple[tuple[type, ...], str]] = {
    str: ((str,), "text"),
    bool: ((bool,), "true or false"),
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
    datetime: ((str, datetime), "a time"),
}


def _leaf_mismatch(kind: Any, value: Any, where: str) -> str | None:
    accepted, name = _LEAVES.get(kind, ((object,), ""))
    if isinstance(value, accepted) and (kind is bool or not isinstance(value, bool) or accepted == (object,)):
        return None
    return f"{where} must be {name}, not {_named(value)}"


def _first(wrongs: Any) -> str | None:
    return next((each for each in wrongs if each), None)


def _named(value: Any) -> str:
    """A JSON value's type in JSON's words; never the value, which may be secret."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    return {str: "text", bool: "true or false", int: "a number", float: "a number", type(None): "null"}.get(
        type(value), type(value).__name__
    )
