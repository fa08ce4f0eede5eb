"""The two small languages of this service's lists: in which order, and which ones. The service drops what it does not know in silence, so it is refused here."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeAlias

from ...times import since_epoch

Order: TypeAlias = str | Sequence[str]
"""Wire names of fields, each of which may be turned round: ``"name"``, ``"-createdAt"``, ``["record", "-lastSeen"]``, or as the
service writes it: ``"createdAt-true,name-false"``, where true means descending."""

Comparison: TypeAlias = Mapping[Literal["gt", "gte", "lt", "lte", "eq"], float | datetime]
"""``{"gte": 10, "lt": 20}``."""

Filters: TypeAlias = Mapping[str, str | float | bool | datetime | Comparison] | Sequence[Mapping[str, Any]]
"""Wire names of fields to what they must be; or the service's own ``[{"id": "name", "value": "test"}]``."""

_ORDERED = re.compile(r"(?P<turned>-?)(?P<name>[A-Za-z_.]+)(?:-(?P<descending>true|false))?", re.ASCII)
_COMPARISONS = ("gt", "gte", "lt", "lte")


def order_of(order: Order | None, names: Collection[str]) -> str:
    """The value of ``order``. The id decides where all else is equal, without which pages would overlap; alone by default.

    Args:
        order: as the caller says it.
        names: of the fields that the service can order this list by.

    Raises:
        TypeError: no text.
        ValueError: an order by something that the list does not have.
    """
    found: dict[str, str] = {}
    for each in _texts(order):
        told = _ORDERED.fullmatch(each)
        if told is None or (told["turned"] and told["descending"]):
            raise ValueError(f"order: {each!r} is no order: say 'name' or '-name'")
        name = _known(told["name"], names, "order")
        found[name] = told["descending"] or ("true" if told["turned"] else "false")
    return ",".join(f"{name}-{turned}" for name, turned in {**found, "id": found.get("id", "false")}.items())


def _texts(order: Order | None) -> list[str]:
    if order is None:
        return []
    given = [order] if isinstance(order, str) else list(order)
    if not all(isinstance(each, str) for each in given):
        raise TypeError("order must be a text, or a list of texts")
    return [part.strip() for each in given for part in each.split(",") if part.strip()]


def _known(name: object, names: Collection[str], what: str) -> str:
    if not isinstance(name, str):
        raise TypeError(f"{what}: the name of a field must be a text, not {type(name).__name__}")
    if name not in names:
        raise ValueError(f"{what}: this list knows no {name!r}: it knows {', '.join(sorted(names))}")
    return name


def filters_of(filters: Filters | None, names: Collection[str]) -> str | None:
    """The value of ``filters``: JSON, in which a ``%`` is escaped once more, since the service unescapes it twice.

    Args:
        filters: as the caller says it.
        names: of the fields that the service can tell this list's items by.

    Raises:
        TypeError: a value that cannot be compared with.
        ValueError: a field that the list does not have, or an unknown comparison.
    """
    if not filters:
        return None
    if isinstance(filters, Mapping):
        given: list[tuple[object, object]] = list(filters.items())
    else:
        given = [_pair(each) for each in filters]
    found = [
        {"id": known, "value": value}
        for name, said in given
        for known in (_known(name, names, "filters"),)
        for value in _values(known, said)
    ]
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).replace("%", "%25")


def _pair(given: object) -> tuple[object, object]:
    if not isinstance(given, Mapping) or given.keys() != {"id", "value"}:
        raise TypeError('filters: a list of filters is a list of {"id": ..., "value": ...}')
    return given["id"], given["value"]


def _values(name: str, said: object) -> list[Any]:
    """What the service compares with: for a range one object, for equality a plain value, since it fails on ``eq``."""
    if not isinstance(said, Mapping):
        return [_plain(name, said)]
    if unknown := said.keys() - {*_COMPARISONS, "eq"}:
        raise ValueError(f"filters: {name} cannot be compared by {', '.join(sorted(map(str, unknown)))}")
    if not said:
        raise ValueError(f"filters: {name} is compared with nothing")
    compared = {each: _plain(name, said[each]) for each in _COMPARISONS if each in said}
    return [*([compared] if compared else []), *([_plain(name, said["eq"])] if "eq" in said else [])]


def _plain(name: str, value: object) -> str | int | float | bool:
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise ValueError(f"filters: {name} is compared with a naive datetime: give it a time zone")
        return since_epoch(value)
    if isinstance(value, str | int | float):
        return value
    raise TypeError(f"filters: {name} is compared with a text, a number, a truth or a time, not {type(value).__name__}")
