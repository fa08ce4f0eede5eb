"""From models to wire JSON: what was not changed goes back just as it came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, overload

from ..http.json_text import write_json
from .fault import fault, is_finite
from .fit import AsSent
from .marks import ABSENT, OMIT, WHOLE
from .model import Model
from .reading import members
from .times import timestamp

_SCALARS = (str, int, float, bool, type(None))


@overload
def to_dict(value: Model) -> dict[str, Any]: ...
@overload
def to_dict(value: Any) -> Any: ...
def to_dict(value: Any) -> Any:
    """The wire JSON of any model, receipt or row; plain JSON passes through unchanged.

    Every field the server sent comes back under its wire name with the very value it had, unless it was changed; what was
    absent stays absent. None on a field that was present is null; `OMIT` removes a field. Objects and lists are new ones:
    changing the result changes no model.

    Where the server sent values that do not fit their types, the object is a dict that knows them: like its model, it can be sent
    back as a body, in which any other value of a wrong type is refused.

    Raises:
        ValueError: a naive datetime.
    """
    if isinstance(value, Model):
        return _model_to_wire(value)
    if isinstance(value, Mapping):
        made = {key: to_dict(each) for key, each in value.items() if each is not OMIT}
        if isinstance(value, AsSent):
            return AsSent(made, {key: each for key, each in made.items() if value.came_so(key)})
        return made
    if isinstance(value, list | tuple):
        return [to_dict(each) for each in value if each is not OMIT]
    return timestamp(value) if isinstance(value, datetime) else value


def _model_to_wire(model: Model) -> Any:
    sent = model._wire  # noqa: SLF001
    kind: Any = type(model)  # mypy holds that no model's class is hashable
    if sent is WHOLE:
        values = ((each.key, getattr(model, each.name)) for each in members(kind))
        return {key: to_dict(value) for key, value in values if value is not OMIT}
    if not isinstance(sent, Mapping | None):
        return to_dict(sent)
    sent = sent or {}
    known = {each.key: each for each in members(kind)}
    made, misfits = {}, {}
    for key, raw in sent.items():  # in the order it came in
        each = known.get(key)
        value = raw if each is None else getattr(model, each.name)
        if value is OMIT:
            continue
        if value is raw:
            made[key] = raw if type(raw) in _SCALARS else to_dict(raw)
        else:
            assert each is not None
            made[key] = _unchanged(raw, each.hook(raw, None), value)
        if each is not None and each.fit(raw) is not None and same(raw, made[key]):
            misfits[key] = made[key]
    for key, each in known.items():
        value = getattr(model, each.name)
        left = None if each.default is ABSENT else each.default
        if key not in sent and value is not OMIT and not same(value, left):
            made[key] = to_dict(value)
    return AsSent(made, misfits) if misfits else made


def _unchanged(raw: Any, read: Any, value: Any) -> Any:
    """The raw value where reading it gives this value, at any depth; elsewhere the value's own form."""
    if isinstance(value, Model):  # it carries its own raw values
        return to_dict(value)
    if isinstance(value, Mapping) and isinstance(raw, Mapping) and isinstance(read, Mapping):
        return {
            key: _unchanged(raw[key], read[key], each) if key in raw else to_dict(each)
            for key, each in value.items()
            if each is not OMIT
        }
    if isinstance(value, list | tuple) and isinstance(raw, list | tuple) and isinstance(read, list | tuple):
        known = [_unchanged(*each) for each in zip(raw, read, value, strict=False) if each[2] is not OMIT]
        return known + to_dict(value[len(raw) :])
    return to_dict(raw if same(read, value) else value)


def same(one: Any, other: Any) -> bool:
    """Whether two values are written alike: True is not 1 here, 1 is not 1.0, and a model counts with its unknown fields."""
    if isinstance(one, Model) and isinstance(other, Model):
        return same(to_dict(one), to_dict(other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


def encode(value: Any, where: str = "body") -> bytes:
    """The JSON bytes of a body.

    Args:
        value: a model, or plain JSON that may hold models.
        where: what it is, for the error.

    Raises:
        TypeError: a value or a name inside has no JSON form; says where.
        ValueError: a number that JSON does not have (nan, inf), a naive datetime, an object that holds itself; says where.
    """
    try:
        made = to_dict(value)
        if is_finite(made):
            return write_json(made)
    except (TypeError, ValueError, OverflowError, RecursionError):
        pass
    raise fault(value, where)
