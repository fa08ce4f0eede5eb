"""What all models of Cognitive3D share: how the service writes its times, and its numbers that come as text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

from attrs import frozen

from ..codec import Model, timestamp


def written(moment: datetime) -> str:
    """An aware datetime as the service usually writes it: ``2025-06-10T06:00:00Z``, with a fraction only where there is one.

    Raises:
        ValueError: a naive datetime.
    """
    if moment.microsecond:
        return timestamp(moment)
    return timestamp(moment.astimezone(UTC) if moment.tzinfo else moment).replace(".000Z", "Z")


@frozen(kw_only=True)
class CognitiveModel(Model):
    """The base of Cognitive3D's models."""

    _write_time: ClassVar[Callable[[datetime], Any]] = staticmethod(written)


def whole(value: object, name: str) -> int:
    """An id that is a whole number, which callers may have as text.

    Raises:
        TypeError: neither a text nor a whole number.
        ValueError: a text that is no whole number.
    """
    if isinstance(value, str):
        if not (value.isascii() and value.isdigit()):
            raise ValueError(f"{name} is a whole number")
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} is a whole number, not {type(value).__name__}")
    return value
