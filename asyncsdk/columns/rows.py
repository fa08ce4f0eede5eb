"""Items as wire rows: of a model that was not changed, what the server sent serves as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter, is_
from types import NoneType
from typing import Any

from attrs import frozen

from ..codec import OMIT, WHOLE, Model, same, timestamp, to_dict
from ..codec.reading import Member, leaf, members
from .kinds import once

# Many rows share a time; two times that are equal are written alike.
_written = lru_cache(1024)(timestamp)
_PLAIN = frozenset({str, int, float, bool, NoneType})


def wire_rows(items: Sequence[Any]) -> list[Mapping[str, Any]]:
    """The wire JSON object of each item, which is to be read only.

    Args:
        items: models, and JSON objects, which are taken as they are.

    Raises:
        TypeError: something among them is no row.
    """
    if set(map(type, items)) == {dict}:
        return list(items)
    return list(map(_row, items))


def _row(item: Any) -> Mapping[str, Any]:
    row = item
    if isinstance(item, Model):
        row = item._wire  # noqa: SLF001
        if row is WHOLE:
            return _whole(item)
        if not (_is_object(row) and _is_unchanged(item, row)):
            row = to_dict(item)
    if not _is_object(row):
        raise TypeError(f"a row is a model or a JSON object, not {type(row).__name__}")
    return row  # type: ignore[no-any-return]  # any JSON


def _is_object(value: Any) -> bool:
    return type(value) is dict or isinstance(value, Mapping)  # the second takes its time


@frozen
class _Fields:
    """The fields of a model, as far as they are looked at for each row.

    Attributes:
        keys: their names on the wire.
        defaults: what they are where nothing was sent.
        read: by wire name, those whose value is not the wire value itself.
        values: from a model to theirs.
    """

    keys: tuple[str, ...]
    defaults: tuple[Any, ...]
    read: Mapping[str, Member]
    values: Callable[[Any], tuple[Any, ...]]


@once
def _fields(model: Any) -> _Fields:
    found = members(model)
    get = attrgetter(*(each.name for each in found)) if found else lambda _: ()
    return _Fields(
        tuple(each.key for each in found),
        tuple(each.default for each in found),
        {each.key: each for each in found if each.hook is not leaf},
        get if len(found) != 1 else lambda item: (get(item),),
    )


def _whole(item: Model) -> Mapping[str, Any]:
    fields = _fields(type(item))
    row = dict(zip(fields.keys, fields.values(item), strict=True))
    for key, value in row.items():
        if type(value) not in _PLAIN:
            if value is OMIT:
                return to_dict(item)
            row[key] = _written(value) if type(value) is datetime else to_dict(value)
    return row


def _is_unchanged(item: Model, sent: Mapping[str, Any]) -> bool:
    """Whether every field is what was read from `sent`; in doubt, False."""
    fields = _fields(type(item))
    values = fields.values(item)
    raws = list(map(sent.get, fields.keys, fields.defaults))
    if all(map(is_, values, raws)):
        return True
    for key, raw, value in zip(fields.keys, raws, values, strict=True):
        if value is not raw and (key not in fields.read or not _is_read_from(raw, value, fields.read[key])):
            return False
    return True


def _is_read_from(raw: Any, value: Any, member: Member | None = None) -> bool:
    if value is raw:
        return True
    if isinstance(value, Model):
        return value._wire is raw and _is_object(raw) and _is_unchanged(value, raw)  # noqa: SLF001
    if isinstance(value, tuple) and isinstance(raw, list):
        return len(value) == len(raw) and all(map(_is_read_from, raw, value))
    if isinstance(value, dict) and isinstance(raw, dict):
        return value.keys() == raw.keys() and all(_is_read_from(raw[key], each) for key, each in value.items())
    return member is not None and same(member.hook(raw, None), value)
