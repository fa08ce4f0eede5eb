"""A request's body: held against what the document's schema asks, then frozen into bytes."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

import attrs

from .codec import Model, encode, same, to_dict

if TYPE_CHECKING:
    from .operation import Operation


def body_bytes(operation: Operation, body: Any) -> bytes:
    """The bytes of a body, checked before anything is sent.

    Values that a model holds just as the service sent them are not checked: what could be got can be put back.

    Args:
        operation: says what the body is (a model, a list or map of a type, raw text), and which fields are required.
        body: a model, or plain JSON of the same wire shape; text or bytes where the operation takes raw text.

    Raises:
        TypeError: a value of the wrong type; says which field.
        ValueError: a required field is missing; says which.
    """
    kind = operation.body
    if kind is str:
        return _raw(operation, body)
    if kind is None:
        return encode(body)
    if not _is_model(kind):
        wire = to_dict(body)
        _refuse(operation, _mismatch(kind, wire, "body") or _is_null(wire))
        return encode(wire)
    if operation.many and isinstance(body, list | tuple):
        return encode([checked(operation, each, f"body[{at}]") for at, each in enumerate(body)])
    return encode(checked(operation, body))


def _raw(operation: Operation, body: Any) -> bytes:
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body)
    raise TypeError(f"{operation.id}: the body is raw text (str or bytes), not {_named(body)}")


def checked(operation: Operation, body: Any, where: str = "body") -> Mapping[str, Any]:
    """The wire form of one object, once it is known to fit.

    Args:
        operation: whose body is of a model.
        body: an instance of that model, or a mapping of the same wire shape.
        where: what it is, for the error.

    Raises:
        TypeError, ValueError: as `body_bytes`.
    """
    kind = operation.body
    if isinstance(body, Model) and not isinstance(body, kind):
        raise TypeError(f"{operation.id}: {where} must be of {kind.__name__}, not of {type(body).__name__}")
    wire = to_dict(body)
    if not isinstance(wire, Mapping):
        expected = "an object or a list of objects" if operation.many else "an object"
        raise TypeError(f"{operation.id}: {where} must be {expected}, not {_named(wire)}")
    for name in operation.required:
        _require(operation, wire, name, where)
    sent = body._wire if isinstance(body, Model) and isinstance(body._wire, Mapping) else {}  # noqa: SLF001
    changed = {key: value for key, value in wire.items() if key not in sent or not same(sent[key], value)}
    _refuse(operation, _model_mismatch(kind, changed, where))
    return wire


def _require(operation: Operation, wire: Any, name: str, where: str) -> None:
    """Hold an object against one required name; ``entitlement.id`` is asked only of an ``entitlement`` that is an object."""
    outer, _, inner = name.partition(".")
    if inner:
        if isinstance(wire.get(outer), Mapping):
            _require(operation, wire[outer], inner, f"{where}.{outer}")
    elif wire.get(name) is None:
        raise ValueError(f"{operation.id}: {where}.{name} is required")


def _refuse(operation: Operation, wrong: str | None) -> None:
    if wrong:
        raise TypeError(f"{operation.id}: {wrong}")


def _is_null(wire: Any) -> str | None:
    return "body must not be null" if wire is None else None


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Model)


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
    if _is_model(kind):
        return _model_mismatch(kind, value, where)
    return _leaf_mismatch(kind, value, where)


def _model_mismatch(kind: type[Model], value: Any, where: str) -> str | None:
    if not isinstance(value, Mapping):
        return f"{where} must be an object, not {_named(value)}"
    return _first(_mismatch(each, value[key], f"{where}.{key}") for key, each in _wire_types(kind) if key in value)


def _wire_types(kind: type[Model]) -> Iterator[tuple[str, Any]]:
    """Wire name and type of each field that is a part of a model's body."""
    attrs.resolve_types(kind)
    for each in attrs.fields(kind):
        key = each.metadata.get("wire", each.name)
        if key is not None and each.name != "_wire":
            yield key, each.type


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


def _first(wrongs: Iterable[str | None]) -> str | None:
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
