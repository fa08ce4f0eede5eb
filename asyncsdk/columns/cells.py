"""What of a wire value a column can hold. Pure Python: the text sinks follow the same rule without pyarrow.

The rule, for every cell: a value that its column gives back stands in the column and nowhere else. Any other value stands in the
row's ``extra``, a JSON object, under the column's name and just as it was sent, and the column holds what can be read from it, or
null. So a null in a column means that the row did not have that key, unless ``extra`` says otherwise.

=========  =================================================================  ===================================================
column     holds exactly                                                      reads, and keeps the wire value in ``extra``
=========  =================================================================  ===================================================
text       a string                                                           a number: its JSON text; half of an emoji: U+FFFD
integer    a number that is whole (``1.0`` is 1), of 64 bits                  a string of digits
real       a number (``1`` is 1.0), but no whole one that needs more digits   such a whole number; a string that is a number
truth      true, false                                                        -
`Moment`   the form that the system usually writes, by default                any other form that the system's models read, cut
           ``YYYY-MM-DDTHH:MM:SS.mmmZ``, with microseconds if there are some  down to the column's unit; without a zone it is UTC
json       anything but null                                                  -
=========  =================================================================  ===================================================

Null, and all else that is of another type, are null in the column. JSON knows no nan and no infinity: those are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import isfinite
from types import NoneType
from typing import Any, Final

import msgspec

from ..times import EPOCH
from .kinds import Items, Kind, Moment, Struct

ABSENT: Final[Any] = object()
"""In place of a value, where a row does not have the key."""

_WITHOUT_FLOATS = frozenset({str, int, bool, NoneType})
_INT64 = range(-(2**63), 2**63)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_TICKS = {"ms": 1000, "us": 1}  # microseconds
_MICROSECOND = timedelta(microseconds=1)

_as_sent = msgspec.json.Encoder()
_sorted = msgspec.json.Encoder(order="deterministic")


class NotFiniteError(ValueError):
    """A number that JSON has no form for.

    Attributes:
        path: where it stands, as far as it is known.
    """

    def __init__(self, path: str = "") -> None:
        self.path = path
        super().__init__(f"{path or 'a value'} is nan or infinite: JSON has no form for it")

    def inside(self, name: str) -> NotFiniteError:
        """The same, of a member that holds it."""
        return NotFiniteError(f"{name}.{self.path}" if self.path else name)


def cell(kind: Kind, value: Any) -> tuple[Any, bool]:
    """What a cell of this kind holds of a wire value, and whether that is all of it.

    Args:
        kind: of the column. A struct or a list is held as its JSON text here; in Arrow it has columns of its own.
        value: JSON, or `ABSENT`.

    Returns:
        A string, an int, a float, a bool, units since the epoch for a time, or None; and True if `wire_value` gives the wire
        value back.

    Raises:
        ValueError: nan or infinity.
    """
    if value is ABSENT:
        return None, True
    if isinstance(kind, Moment):
        return _moment(kind, value)
    return _json(value) if isinstance(kind, Struct | Items) else _LEAVES[kind](value)


def _text(value: Any) -> tuple[str | None, bool]:
    if isinstance(value, str):
        return (value, True) if value.isascii() else _characters(value)
    return (json_text(value), False) if _is_number(value) else (None, False)


def _characters(value: str) -> tuple[str, bool]:
    """A text that may hold half of a character, which UTF-8 has no form for."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), False
    return value, True


def _integer(value: Any) -> tuple[int | None, bool]:
    exact = _is_number(value)
    if isinstance(value, str) and len(value) <= 20 and _INTEGER.fullmatch(value):
        value = int(value)
    elif not exact or (isinstance(value, float) and not value.is_integer()):
        return None, False
    return (int(value), exact) if int(value) in _INT64 else (None, False)


def _real(value: Any) -> tuple[float | None, bool]:
    if not _is_number(value) and not (isinstance(value, str) and len(value) <= 400 and _NUMBER.fullmatch(value)):
        return None, False
    try:
        held = float(value)
    except OverflowError:
        return None, False
    return (held, held == value) if isfinite(held) else (None, False)


def _truth(value: Any) -> tuple[bool | None, bool]:
    return (value, True) if isinstance(value, bool) else (None, False)


def _moment(kind: Moment, value: Any) -> tuple[int | None, bool]:
    moment = kind.read(value, None)
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        return None, False
    microseconds = (moment - EPOCH) // _MICROSECOND
    held, rest = divmod(microseconds, _TICKS[kind.unit])
    return held, not rest and not isinstance(value, bool) and bool(kind.write(moment) == value)


def _json(value: Any) -> tuple[str | None, bool]:
    return (None, False) if value is None else (json_text(value), True)


def _is_number(value: Any) -> bool:
    if isinstance(value, float) and not isfinite(value):
        raise NotFiniteError
    return isinstance(value, int | float) and not isinstance(value, bool)


_LEAVES: Final = {"text": _text, "integer": _integer, "real": _real, "truth": _truth, "json": _json}


def wire_value(kind: Kind, value: Any) -> Any:
    """The wire value of what stands in a cell; a time and JSON text are written otherwise than they are held."""
    if isinstance(kind, Moment):
        return kind.write(EPOCH + timedelta(microseconds=value * _TICKS[kind.unit]))
    return json_value(value) if kind == "json" or isinstance(kind, Struct | Items) else value


def json_text(value: Any, *, ordered: bool = False) -> str:
    """A value as JSON text, which always is UTF-8: half of an emoji, if a text has one, is written as its escape.

    Args:
        value: JSON.
        ordered: whether the keys of its objects are sorted: then the same value has the same text.

    Raises:
        ValueError: nan or infinity.
    """
    try:
        text = (_sorted if ordered else _as_sent).encode(value).decode()
    except UnicodeEncodeError:
        _hold_finite(value)
        return json.dumps(value, separators=(",", ":"), sort_keys=ordered)
    if "null" in text:  # msgspec writes it for nan, too
        _hold_finite(value)
    return text


def json_texts(values: Sequence[Any], *, ordered: bool = False) -> list[str]:
    """`json_text` of many values at once."""
    try:
        lines = (_sorted if ordered else _as_sent).encode_lines(values).decode()
    except UnicodeEncodeError:
        return [json_text(each, ordered=ordered) for each in values]
    texts = lines.split("\n")[:-1]
    if "null" in lines:
        for text, value in zip(texts, values, strict=True):
            if "null" in text:
                _hold_finite(value)
    return texts


def json_value(text: str) -> Any:
    """What a JSON text says, also of half of an emoji, which msgspec refuses."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return json.loads(text)


def json_values(texts: Sequence[str]) -> list[Any]:
    """`json_value` of many texts at once."""
    try:
        values: list[Any] = msgspec.json.decode(f"[{','.join(texts)}]")
    except msgspec.DecodeError:
        return list(map(json_value, texts))
    return values


def extra_text(extra: Mapping[str, Any]) -> str | None:
    """``extra`` as JSON text, its keys sorted: the same row has the same text. None if it is empty."""
    return json_text(extra, ordered=True) if extra else None


def _hold_finite(value: Any) -> None:
    """Refuse nan and infinity, at any depth."""
    if isinstance(value, float):
        if not isfinite(value):
            raise NotFiniteError
    elif isinstance(value, list | tuple | Mapping):
        for place, each in value.items() if isinstance(value, Mapping) else enumerate(value):
            if type(each) not in _WITHOUT_FLOATS:
                try:
                    _hold_finite(each)
                except NotFiniteError as error:
                    raise error.inside(str(place)) from None
