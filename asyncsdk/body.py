"""A request's body: held against what the document's schema asks, then frozen into bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .codec import Model, encode, to_dict
from .codec.fault import fault
from .codec.fit import fit, json_type

if TYPE_CHECKING:
    from .operation import Operation


def body_bytes(operation: Operation, body: Any) -> bytes:
    """The bytes of a body, checked before anything is sent.

    What could be got can be put back: a value that the service sent and that does not fit its type passes, in a model and in what
    `to_dict` makes of it alike, as long as it is not changed. Any other mapping is its writer's own, and all of it is checked.

    Args:
        operation: says what the body is (a model, a list or map of a type, raw text), and which fields are required.
        body: a model, or plain JSON of the same wire shape; text or bytes where the operation takes raw text.

    Raises:
        TypeError: a value of the wrong type, or one that has no JSON form; says which field.
        ValueError: a required field is missing, or a value that cannot be written; says which.
    """
    kind = operation.body
    if kind is str:
        return _raw(operation, body)
    if kind is None:
        return _encoded(operation, body)
    if not _is_model(kind):
        wire = _wire(operation, body, "body")
        _held_against(operation, wire, "body")
        if wire is None:
            raise TypeError(f"{operation.id}: body must not be null")
        return _encoded(operation, wire)
    if operation.many and isinstance(body, list | tuple):
        return _encoded(operation, [checked(operation, each, f"body[{at}]") for at, each in enumerate(body)])
    return _encoded(operation, checked(operation, body))


def _raw(operation: Operation, body: Any) -> bytes:
    if isinstance(body, str):
        try:
            return body.encode()
        except UnicodeEncodeError:
            raise ValueError(f"{operation.id}: the body holds a character that UTF-8 has no form for") from None
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body)
    raise TypeError(f"{operation.id}: the body is raw text (str or bytes), not {json_type(body)}")


def _wire(operation: Operation, body: Any, where: str) -> Any:
    """The wire form of a body or of one of several."""
    try:
        return to_dict(body)
    except (ValueError, OverflowError, RecursionError):
        error = fault(body, where)
    raise type(error)(f"{operation.id}: {error}")


def _held_against(operation: Operation, wire: Any, where: str) -> None:
    """Hold a wire value against the operation's type."""
    try:
        wrong = fit(operation.body)(wire)
    except RecursionError:
        raise ValueError(f"{operation.id}: {where} is nested too deeply") from None
    if wrong is not None:
        raise TypeError(f"{operation.id}: {where}{wrong}")


def _encoded(operation: Operation, body: Any) -> bytes:
    try:
        return encode(body)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{operation.id}: {error}") from None


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
    wire = _wire(operation, body, where)
    if not isinstance(wire, Mapping):
        expected = "an object or a list of objects" if operation.many else "an object"
        raise TypeError(f"{operation.id}: {where} must be {expected}, not {json_type(wire)}")
    for name in operation.required:
        _require(operation, wire, name, where)
    _held_against(operation, wire, where)
    return wire


def _require(operation: Operation, wire: Any, name: str, where: str) -> None:
    """Hold an object against one required name; ``entitlement.id`` is asked only of an ``entitlement`` that is an object."""
    outer, _, inner = name.partition(".")
    if inner:
        if isinstance(wire.get(outer), Mapping):
            _require(operation, wire[outer], inner, f"{where}.{outer}")
    elif wire.get(name) is None:
        raise ValueError(f"{operation.id}: {where}.{name} is required")


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Model)
