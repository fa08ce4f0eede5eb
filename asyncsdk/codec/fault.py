"""What keeps a body from being written as JSON, and where in it: looked for only once writing it has failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from math import isfinite
from typing import Any

import msgspec

from ..http.json_text import write_json
from .marks import OMIT
from .model import Model
from .reading import members
from .times import timestamp

_PLAIN = (str, int, bool, type(None))


def is_finite(wire: Any) -> bool:
    """Whether all numbers in a wire value are such as JSON has: msgspec would write null for any other."""
    kind = type(wire)
    if kind in _PLAIN:
        return True
    if kind is float:
        return isfinite(wire)
    if isinstance(wire, dict):
        return all(map(is_finite, wire.values()))
    if isinstance(wire, list):
        return all(map(is_finite, wire))
    return is_finite(msgspec.to_builtins(wire))  # whatever else msgspec can write


def fault(value: Any, where: str) -> TypeError | ValueError:
    """The error for a body that cannot be written: names the field, and never shows its value.

    Args:
        value: the body.
        where: its name.
    """
    try:
        return next(_faults(value, where, ()))
    except (StopIteration, RecursionError):
        return ValueError(f"{where} is nested too deeply")


def _faults(value: Any, where: str, around: tuple[Any, ...]) -> Iterator[TypeError | ValueError]:
    if any(each is value for each in around):
        yield ValueError(f"{where} holds itself")
    elif isinstance(value, Model | Mapping):
        for name, each in _members(value).items():
            if not isinstance(name, str) and _leaf_fault({name: None}, where) is not None:
                yield TypeError(f"{where} has a name of type {type(name).__name__}, which JSON has no form for")
            yield from _faults(each, f"{where}.{name}", (*around, value))
    elif isinstance(value, list | tuple):
        for at, each in enumerate(value):
            yield from _faults(each, f"{where}[{at}]", (*around, value))
    elif value is not OMIT and (found := _leaf_fault(value, where)) is not None:
        yield found


def _members(value: Model | Mapping[Any, Any]) -> Mapping[Any, Any]:
    if isinstance(value, Model):
        kind: Any = type(value)  # mypy holds that no model's class is hashable
        return {**value.extra, **{each.key: getattr(value, each.name) for each in members(kind)}}
    return value


def _leaf_fault(value: Any, where: str) -> TypeError | ValueError | None:
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            return ValueError(f"{where} is a naive datetime: give it a time zone, e.g. tzinfo=datetime.UTC")
        try:
            timestamp(value)
        except OverflowError:
            return ValueError(f"{where} is a time that no year holds in UTC")
        return None
    try:
        write_json(value)
        return None if is_finite(value) else ValueError(f"{where} is no finite number: JSON has no form for it")
    except (TypeError, ValueError, OverflowError, RecursionError):
        return TypeError(f"{where} is of type {type(value).__name__}, which JSON has no form for")
