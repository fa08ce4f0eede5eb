"""Models inside pydantic's: as a field, a request's body, an endpoint's answer, a part of an OpenAPI document.

Nothing of pydantic is imported before it asks for a schema itself. Reading and writing stay ours: wire JSON in, wire JSON out, with
every field that this SDK has not heard of; what pydantic is told besides is what the JSON looks like.
"""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import Enum
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

import attrs

from ..http.redact import is_sensitive
from .fit import AsSent, fit
from .model import Model, named
from .reading import from_dict
from .replies import Receipt, receipt_of
from .writing import to_dict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema
else:
    GetCoreSchemaHandler = GetJsonSchemaHandler = JsonSchemaValue = CoreSchema = Any

_LEAVES: Mapping[Any, Mapping[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
}
_NULL = {"type": "null"}

# ``name: what it is``, and lines that are indented deeper and go on with it
_ATTRIBUTE = re.compile(r"^(\w+): (.*(?:\n {4,}.*)*)", re.MULTILINE)
_ROLE = re.compile(r"`{1,2}([^`]+)`{1,2}")

# The models whose schema is being written: one that is a part of itself is pointed to. A schema is written in one go.
_inside: ContextVar[frozenset[type[Model]]] = ContextVar("asyncsdk_pydantic_inside", default=frozenset())


def core_schema(cls: type[Model], source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ARG001
    """How pydantic is to read and write a model.

    Read is an instance, which stays what it is, or an object of wire JSON, whose known fields are held against their types and
    whose unknown ones are kept. Written is what `to_dict` gives.
    """
    return _core(cls)


def json_schema(cls: type[Model], core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:  # noqa: ARG001
    """The JSON schema of a model's wire form, with the descriptions of its docstring."""
    token = _inside.set(_inside.get() | {cls})
    try:
        return _object(cls, handler)
    finally:
        _inside.reset(token)


def _core(cls: type[Model]) -> CoreSchema:
    from pydantic_core import core_schema as core

    return core.no_info_plain_validator_function(
        partial(_read, cls), ref=_reference(cls), serialization=core.plain_serializer_function_ser_schema(to_dict)
    )


def _reference(cls: type[Model]) -> str:
    return f"{cls.__module__}.{cls.__qualname__}:{id(cls)}"


def _read(cls: type[Model], value: Any) -> Model:
    if isinstance(value, cls):
        return value
    if issubclass(cls, Receipt) and not isinstance(value, Model):
        return receipt_of(to_dict(value), 0, cls)
    if not isinstance(value, Mapping):
        from pydantic_core import PydanticCustomError

        raise PydanticCustomError("asyncsdk_object", "a JSON object is due", {})
    wire = to_dict(value)
    _check(cls, wire)
    return from_dict(cls, wire)


def _check(cls: Any, wire: Mapping[str, Any]) -> None:
    """Hold wire JSON against the types of a model's fields.

    Raises:
        ValidationError: with each field that does not fit, and where it is. None of the values is shown.
    """
    if fit(cls)(wire) is None:
        return
    from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

    found = [
        InitErrorDetails(
            type=PydanticCustomError("asyncsdk_type", "{why}", {"why": why}),
            loc=where,
            input=None if any(is_sensitive(str(each)) for each in where) else _short(wire, where),
        )
        for where, why in _misfits(cls, wire)
    ]
    raise ValidationError.from_exception_data(cls.__name__, found)


def _misfits(cls: Any, wire: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    attrs.resolve_types(cls)
    for each, key in named(cls):
        if key not in wire or (isinstance(wire, AsSent) and wire.came_so(key)):
            continue
        kind: Any = each.type
        if (wrong := fit(kind)(wire[key])) is not None:
            inner, _, why = wrong.partition(" must be ")
            yield (key, *_steps(inner)), f"Input should be {why}"


def _steps(where: str) -> Iterator[str | int]:
    """``.tags[1]`` as its parts."""
    for name, at in re.findall(r"\.([^.\[]*)|\[(\d+)\]", where):
        yield int(at) if at else name


def _short(wire: Any, where: Sequence[str | int]) -> Any:
    """The value that does not fit, for whoever gave it; nothing of an object or a list."""
    for step in where:
        try:
            wire = wire[step]
        except (LookupError, TypeError):
            return None
    return wire if isinstance(wire, str | int | float | bool) else None


def _object(cls: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
    attrs.resolve_types(cls)
    told = _described(cls)
    properties = {
        key: _schema(each.type, cls, handler) | ({"description": told[each.name]} if each.name in told else {})
        for each, key in named(cls)
    }
    summary = inspect.getdoc(cls) or ""
    made: dict[str, Any] = {"title": cls.__name__, "type": "object", "properties": properties}
    if issubclass(cls, Receipt):  # a service may answer with a sentence or nothing
        del made["type"]
    if summary:
        made["description"] = _plain(re.split(r"\n\n(?=\w+:\n)", summary)[0])
    return {**made, "additionalProperties": True}


def _schema(kind: Any, cls: type[Model], handler: GetJsonSchemaHandler) -> dict[str, Any]:
    """The JSON schema of a field's type. Null is said of what may be missing, and of nothing else."""
    origin, of = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        made: list[dict[str, Any]] = []
        for each in of:
            schema = dict(_NULL) if each is types.NoneType else _schema(each, cls, handler)
            if schema not in made:
                made.append(schema)
        return made[0] if len(made) == 1 else {"anyOf": made} if {} not in made else {}
    if origin is Literal:
        return {"enum": list(of)}
    if origin in (tuple, list, Sequence) and of:
        return {"type": "array", "items": _schema(of[0], cls, handler)}
    if origin in (dict, Mapping) and of:
        return {"type": "object", "additionalProperties": _schema(of[1], cls, handler) or True}
    if isinstance(kind, type):
        return _of_class(kind, cls, handler)
    return {}


def _of_class(kind: type[Any], cls: type[Model], handler: GetJsonSchemaHandler) -> dict[str, Any]:
    if issubclass(kind, Model):
        return _of_model(kind, handler)
    if issubclass(kind, datetime):
        is_text = isinstance(cls._write_time(datetime(2020, 1, 1, tzinfo=UTC)), str)
        return {"type": "string", "format": "date-time"} if is_text else {"type": "number"}
    if issubclass(kind, Enum):
        return {"enum": [each.value for each in kind]}
    if issubclass(kind, Mapping):
        return {"type": "object", "additionalProperties": True}
    return dict(_LEAVES.get(kind, {}))


def _of_model(kind: type[Model], handler: GetJsonSchemaHandler) -> dict[str, Any]:
    from pydantic_core import core_schema as core

    if kind in _inside.get():
        return dict(handler(core.definition_reference_schema(_reference(kind))))
    known: Any = {**_core(kind), "metadata": {"pydantic_js_functions": [partial(json_schema, kind)]}}
    return dict(
        handler(core.list_schema(known))["items"]
    )  # of a list's items pydantic asks for all that is to be known


@cache
def _described(cls: Any) -> Mapping[str, str]:
    """What docstrings say of each field: the class's own, and those of its bases."""
    found: dict[str, str] = {}
    for each in reversed(cls.__mro__):
        _, _, listed = inspect.cleandoc(each.__doc__ or "").partition("Attributes:\n")
        text = inspect.cleandoc(listed)
        found |= {name: _plain(told) for name, told in _ATTRIBUTE.findall(text)}
    return found


def _plain(text: str) -> str:
    return _ROLE.sub(r"\1", " ".join(text.split()))


def install(base: Any) -> None:
    """Teach `Model` what pydantic asks of a class: from here, since reading and writing stand above it."""
    base.__get_pydantic_core_schema__ = classmethod(core_schema)
    base.__get_pydantic_json_schema__ = classmethod(json_schema)
