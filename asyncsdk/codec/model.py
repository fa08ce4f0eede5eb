"""What all models share: the hidden slot, wire names, and a repr that shows no secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime  # attrs resolves the annotations of models when they are first read
from functools import cache
from operator import attrgetter
from sys import _getframe
from typing import Any, ClassVar, Literal

import attrs
from attrs import field, frozen

from ..http.redact import MASK, is_sensitive, redact
from ..notebook import table
from .incomplete import settle, whole_class
from .marks import ABSENT
from .times import read_time, timestamp


def wire(
    name: str | None,
    default: Any = None,
    *,
    secret: bool | None = None,
    answer_only: bool = False,
    always: bool = False,
    **beside: object,
) -> Any:
    """A model's field of which more is to be said than its name and type.

    Args:
        name: the wire name; None for a value that is no part of the body.
        default: of the field; a field left at it is not sent.
        secret: whether a repr hides it; by default its name decides.
        answer_only: whether nobody gives it when the model is a body: the service sets it, it is in the path, or the method fills
            it in. The command line does not ask for it.
        always: whether every answer has it, so that its type is without None. Where one has not, the object is read all the same,
            and asking for the field raises a `MissingFieldError`.
        beside: what else a system has to say of it.
    """
    metadata = {"wire": name, "secret": secret, "answer_only": answer_only, **beside}
    return field(default=ABSENT if always else default, metadata=metadata)


class _Sent:
    """Where what the server sent is kept: no field, so that a constructor does not ask for it and `attrs.asdict` does not give it."""

    __slots__ = ("_wire",)

    _wire: Any


keep_wire: Callable[[Any, Any], None] = _Sent.__dict__["_wire"].__set__
"""Say of a new model what the server sent."""


@frozen(kw_only=True)
class Model(_Sent):
    """The base of all models: frozen, slotted, tolerant of missing, null and unknown fields."""

    _read_time: ClassVar[Callable[[Any, Any], Any]] = staticmethod(read_time)
    """How a system's times are read; a system whose times are not ISO 8601 gives its models another one."""

    _write_time: ClassVar[Callable[[datetime], Any]] = staticmethod(timestamp)
    """How a system usually writes its times: a column of them gives this form back, and keeps any other beside it."""

    _time_unit: ClassVar[Literal["ms", "us"]] = "us"
    """What a column of times counts in."""

    @classmethod
    def __attrs_init_subclass__(cls) -> None:
        # attrs writes its own into each class: they would show all, and stumble over a field that is not there
        for name in ("__repr__", "__eq__", "__hash__"):
            if _is_by_attrs(cls.__dict__.get(name)):
                setattr(cls, name, Model.__dict__[name])

    def __attrs_post_init__(self) -> None:
        keep_wire(self, _sent_before())
        settle(self)

    def __repr__(self) -> str:
        pairs = (f"{each.name}={MASK if _is_secret(each) else _shown(value)}" for each, value in _given(self))
        return f"{type(self).__name__}({', '.join(pairs)})"

    def _repr_html_(self) -> str:
        rows = cells(self)
        return table(rows.items(), caption=type(self).__name__, count=len(rows))

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        cls: Any = type(self)  # mypy holds that no model's class is hashable
        values = _values_of(cls)
        return bool(values(self) == values(other))

    def __hash__(self) -> int:
        """Of the fields' values.

        Raises:
            TypeError: one of them has no hash, such as a dict; says which.
        """
        cls: Any = type(self)
        try:
            return hash((cls, _values_of(cls)(self)))
        except TypeError:
            pass
        raise TypeError(f"this {cls.__name__} has no hash: {_unhashable(self)}")

    def __reduce__(self) -> tuple[Any, ...]:
        values = {each.alias: getattr(self, each.name) for each in attrs.fields(type(self))}
        return _rebuilt, (whole_class(type(self)), self._wire, values)

    @property
    def extra(self) -> Mapping[str, Any]:
        """What the server sent that this model has no field for, by wire name."""
        if not isinstance(self._wire, Mapping):
            return {}
        known = {key for _, key in named(whole_class(type(self)))}
        return {key: value for key, value in self._wire.items() if key not in known}


def named(cls: type[Model]) -> list[tuple[attrs.Attribute[Any], str]]:
    """Each field that is part of the body, and its wire name."""
    names = ((each, each.metadata.get("wire", each.name)) for each in attrs.fields(cls))
    return [(each, key) for each, key in names if key is not None]


def _is_by_attrs(method: Any) -> bool:
    code: Any = getattr(method, "__code__", None)
    return code is not None and code.co_filename.startswith("<attrs generated")


_EVOLVE = attrs.evolve.__code__


def _sent_before() -> Any:
    """What the server sent of the model that `attrs.evolve` changes, if that is what makes a new one; None otherwise.

    attrs hands on nothing but fields, and it shows each field in `attrs.asdict`.
    """
    caller = _getframe(2).f_back  # `__attrs_post_init__` and `__init__` are between
    return caller.f_locals["inst"]._wire if caller is not None and caller.f_code is _EVOLVE else None  # noqa: SLF001


def _rebuilt(cls: Any, sent: Any, values: Mapping[str, Any]) -> Any:
    made = cls(**values)
    keep_wire(made, sent)
    return made


@cache
def _values_of(cls: Any) -> Callable[[Any], Any]:
    """What gives the values of a model's fields, to be compared and hashed at once."""
    names = [each.name for each in attrs.fields(cls) if each.eq]
    return attrgetter(*names) if names else lambda _: ()


def _unhashable(model: Model) -> str:
    for each in attrs.fields(type(model)):
        try:
            hash(getattr(model, each.name))
        except TypeError as error:
            return f"{each.name}: {error}"
    return "one of its values has none"


def cells(model: Model) -> dict[str, str]:
    """The fields of a model that hold anything, as they may be shown."""
    return {
        each.name: MASK
        if _is_secret(each)
        else redact(str(value))
        if isinstance(value, str | datetime)
        else _shown(value)
        for each, value in _given(model)
    }


def _given(model: Model) -> Iterator[tuple[attrs.Attribute[Any], Any]]:
    """The fields that a repr may show, and that hold anything."""
    for each in attrs.fields(type(model)):
        if each.repr and (value := getattr(model, each.name)) is not None:
            yield each, value


def _is_secret(each: attrs.Attribute[Any]) -> bool:
    told = each.metadata.get("secret")
    return is_sensitive(each.name) if told is None else bool(told)


def _shown(value: Any) -> str:
    """A value as a repr may show it: nothing under a name that sounds secret, no ``?token=`` in a text."""
    if isinstance(value, Model):
        return repr(value)
    if isinstance(value, Mapping):
        pairs = (f"{key!r}: {MASK if is_sensitive(str(key)) and each else _shown(each)}" for key, each in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(_shown, value))}{',' * (len(value) == 1)})"
    return redact(repr(value))
