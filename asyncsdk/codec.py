"""Between wire JSON and attrs models, without loss either way.

What a server sent travels with the model in one hidden slot. `to_dict` gives the raw value back for every field that was not
changed, so that get, `attrs.evolve`, put never drops or alters what this SDK has not heard of.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar, Union, get_args, get_origin

import attrs
import cattrs
import msgspec
from attrs import field, frozen

from .errors import DecodeError, NotFoundError
from .http.redact import MASK, is_sensitive, redact

if TYPE_CHECKING:
    from .http.reply import Reply

M = TypeVar("M", bound="Model")
_Hook = Callable[[Any, Any], Any]


class _Omit(Enum):
    OMIT = "OMIT"

    def __repr__(self) -> str:
        return "OMIT"


OMIT: Final[Any] = _Omit.OMIT
"""As the value of a field: leave it out of what is sent, though the server sent it."""


def wire(name: str | None, default: Any = None, *, secret: bool | None = None) -> Any:
    """A model's field that has another name on the wire.

    Args:
        name: the wire name; None for a value that is no part of the body.
        default: of the field; only None is left out of what is sent.
        secret: whether a repr hides it; by default its name decides.
    """
    return field(default=default, metadata={"wire": name, "secret": secret})


def _shown(value: Any) -> str:
    """A value as a repr may show it: nothing under a name that sounds secret, no ``?token=`` in a text."""
    if isinstance(value, Model):
        return repr(value)
    if isinstance(value, Mapping):
        pairs = (f"{key!r}: {MASK if is_sensitive(str(key)) and each else _shown(each)}" for key, each in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, tuple):
        return f"({', '.join(map(_shown, value))}{',' * (len(value) == 1)})"
    return redact(repr(value))


@frozen(kw_only=True)
class Model:
    """The base of all models: frozen, slotted, tolerant of missing, null and unknown fields."""

    _converter: ClassVar[cattrs.Converter]

    # What the server sent. A part of `__init__`, so that `attrs.evolve` hands it on.
    _wire: Any = field(default=None, eq=False, repr=False, alias="_wire")

    @classmethod
    def __attrs_init_subclass__(cls) -> None:
        cls.__repr__ = Model.__repr__  # type: ignore[method-assign]  # attrs writes one into each class, which would show all

    def __repr__(self) -> str:
        shown = (
            f"{each.name}={MASK if _is_secret(each) else _shown(value)}"
            for each in attrs.fields(type(self))
            if each.repr and (value := getattr(self, each.name)) is not None
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    @property
    def extra(self) -> Mapping[str, Any]:
        """What the server sent that this model has no field for, by wire name."""
        if not isinstance(self._wire, Mapping):
            return {}
        known = {key for _, key, _ in _fields(type(self))}
        return {key: value for key, value in self._wire.items() if key not in known}


def _is_secret(each: attrs.Attribute[Any]) -> bool:
    told = each.metadata.get("secret")
    return is_sensitive(each.name) if told is None else bool(told)


def _leaf(value: Any, _: Any) -> Any:
    """A value as the server sent it: a model reports, it does not correct."""
    return value


def instant(text: str) -> datetime:
    """An ISO 8601 text as an aware UTC datetime; a text without a zone is taken as UTC.

    Raises:
        ValueError: not such a text.
    """
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def timestamp(moment: datetime) -> str:
    """An aware datetime as ``YYYY-MM-DDTHH:MM:SS.mmmZ``; microseconds only where there are some."""
    moment = moment.astimezone(UTC)
    spec = "milliseconds" if moment.microsecond % 1000 == 0 else "microseconds"
    return moment.replace(tzinfo=None).isoformat(timespec=spec) + "Z"


def _moment(value: Any, _: Any) -> Any:
    if isinstance(value, str):
        try:
            return instant(value)
        except (ValueError, OverflowError):
            return value
    return value


def _origin(kind: Any) -> Any:
    return get_origin(kind)


def converter(moment: _Hook = _moment) -> cattrs.Converter:
    """A cattrs converter whose structuring is lenient: what does not fit its type stays as it came.

    Args:
        moment: how a system's datetimes are read.
    """
    made = cattrs.Converter()

    def model_hook(cls: Any) -> _Hook:
        # Resolved at the first use, so that models may refer to each other and to themselves.
        def structure(value: Any, _: Any) -> Any:
            if not isinstance(value, Mapping):
                return value
            return cls(
                _wire=value, **{name: hook(value[key], None) for name, key, hook in _fields(cls) if key in value}
            )

        return structure

    def list_hook(kind: Any) -> _Hook:
        inner = made.get_structure_hook(get_args(kind)[0])

        def structure(value: Any, _: Any) -> Any:
            return tuple(inner(each, None) for each in value) if isinstance(value, list | tuple) else value

        return structure

    def map_hook(kind: Any) -> _Hook:
        inner = made.get_structure_hook(get_args(kind)[1])

        def structure(value: Any, _: Any) -> Any:
            return {key: inner(each, None) for key, each in value.items()} if isinstance(value, Mapping) else value

        return structure

    def union_hook(kind: Any) -> _Hook:
        # One of the members may have a shape; which one, the value tells: a mapping, a list, or text that is a time.
        hooks = [made.get_structure_hook(each) for each in get_args(kind) if each is not types.NoneType]
        shaped = [hook for hook in hooks if hook is not _leaf]

        def structure(value: Any, _: Any) -> Any:
            for hook in shaped:
                if (found := hook(value, None)) is not value:
                    return found
            return value

        return shaped[0] if len(shaped) == 1 else structure if shaped else _leaf

    made.register_structure_hook_func(lambda _: True, _leaf)
    made.register_structure_hook(datetime, moment)
    made.register_structure_hook_factory(lambda kind: _origin(kind) in (Union, types.UnionType), union_hook)
    made.register_structure_hook_factory(lambda kind: _origin(kind) in (tuple, list, Sequence), list_hook)
    made.register_structure_hook_factory(lambda kind: _origin(kind) in (dict, Mapping), map_hook)
    made.register_structure_hook_factory(lambda kind: isinstance(kind, type) and issubclass(kind, Model), model_hook)
    return made


Model._converter = converter()  # noqa: SLF001


_FIELDS: dict[Any, tuple[tuple[str, str, _Hook], ...]] = {}


def _fields(cls: type[Model]) -> tuple[tuple[str, str, _Hook], ...]:
    """Name, wire name and structure hook of each field but the hidden one; worked out once a class."""
    if (known := _FIELDS.get(cls)) is None:
        attrs.resolve_types(cls)
        made = cls._converter  # noqa: SLF001
        known = _FIELDS[cls] = tuple(
            (each.alias or each.name, key, made.get_structure_hook(each.type))
            for each in attrs.fields(cls)
            if each.name != "_wire" and (key := each.metadata.get("wire", each.name)) is not None
        )
    return known


def from_dict(cls: type[M], value: Any) -> M:
    """A model from wire JSON.

    Raises:
        TypeError: not a mapping.
    """
    if not isinstance(value, Mapping):
        raise TypeError(f"{cls.__name__} is made from a JSON object, not {type(value).__name__}")
    made: M = cls._converter.get_structure_hook(cls)(value, cls)
    return made


def to_dict(value: Any) -> Any:
    """The wire JSON of any model, receipt or row; plain JSON passes through unchanged.

    Every field the server sent comes back under its wire name with the very value it had, unless it was changed; what was
    absent stays absent. None on a field that was present is null; `OMIT` removes a field.
    """
    if isinstance(value, Model):
        return _model_to_wire(value)
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, Mapping):
        if any(map(_is_rich, value.values())):
            return {key: to_dict(each) for key, each in value.items() if each is not OMIT}
        return value
    if isinstance(value, list):
        return [to_dict(each) for each in value] if any(map(_is_rich, value)) else value
    if isinstance(value, tuple):
        return [to_dict(each) for each in value]
    return value


def _is_rich(value: Any) -> bool:
    """Whether a value is, or may hold, something that is not plain JSON."""
    return not isinstance(value, str | int | float | types.NoneType) or value is OMIT


def _model_to_wire(model: Model) -> Any:
    sent = model._wire  # noqa: SLF001
    if not isinstance(sent, Mapping | None):
        return sent
    made = dict(sent or ())
    for name, key, hook in _fields(type(model)):
        value = getattr(model, name)
        if value is OMIT:
            made.pop(key, None)
        elif sent is not None and key in sent:
            raw = sent[key]
            # Models carry their own raw values; anything else is unchanged if reading the raw value gives it again.
            made[key] = raw if same(hook(raw, None), value) else to_dict(value)
        elif value is not None:
            made[key] = to_dict(value)
    return made


def same(one: Any, other: Any) -> bool:
    """Whether two values are written alike: True is not 1 here, 1 is not 1.0, and a model counts with its unknown fields."""
    if isinstance(one, Model) and isinstance(other, Model):
        return same(to_dict(one), to_dict(other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


def encode(value: Any) -> bytes:
    """The JSON bytes of a body.

    Raises:
        TypeError: a value inside has no JSON form.
    """
    return msgspec.json.encode(to_dict(value))


@frozen(kw_only=True)
class Receipt(Model):
    """What a service says of a change: the status, and whatever else it sent.

    Attributes:
        status_code: the HTTP status.
        message: the service's sentence, where it gives one.
        uri: where the object is, as the service says.
        id: the object's id: ``id``, else ``user_id``, else the last segment of ``uri``.
    """

    status_code: int = wire(None, default=0)
    message: str | None = None
    uri: str | None = None
    id: str | None = wire(None)


def receipt(reply: Reply) -> Receipt:
    """A `Receipt` of any success: an object, another JSON value, a text or nothing at all."""
    try:
        sent = reply.json() if reply.body.strip() else None
    except DecodeError:
        sent = reply.body.decode("utf-8", "replace")
    if not isinstance(sent, Mapping):
        return Receipt(_wire=sent, status_code=reply.status, message=sent if isinstance(sent, str) else None)
    uri = sent.get("uri")
    known = (
        sent.get("id") or sent.get("user_id") or (uri.rstrip("/").rpartition("/")[2] if isinstance(uri, str) else None)
    )
    return Receipt(_wire=sent, status_code=reply.status, message=sent.get("message"), uri=uri, id=known)


def as_model(cls: type[M]) -> Callable[[Reply], M]:
    """A decoder that gives one model; a 200 with ``null`` is a `NotFoundError`."""

    def decode(reply: Reply) -> M:
        value = reply.json()
        if value is None:
            raise NotFoundError(
                f"{reply.operation.id}: 404: the service answered null", status_code=404, operation=reply.operation.id
            )
        if not isinstance(value, Mapping):
            raise reply.unreadable(f"a JSON object was promised, not {type(value).__name__}")
        return from_dict(cls, value)

    return decode


def as_json(reply: Reply) -> Any:
    """A decoder that gives plain JSON."""
    return reply.json()
