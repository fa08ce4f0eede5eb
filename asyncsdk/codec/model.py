"""What all models share: the hidden slot, wire names, and a repr that shows no secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime  # noqa: TC003  # attrs resolves the annotations of models when they are first read
from enum import Enum
from typing import Any, ClassVar, Final, Literal

import attrs
from attrs import field, frozen

from ..http.redact import MASK, is_sensitive, redact
from .times import read_time, timestamp


class _Mark(Enum):
    OMIT = "OMIT"
    WHOLE = "WHOLE"

    def __repr__(self) -> str:
        return self.value


OMIT: Final[Any] = _Mark.OMIT
"""As the value of a field: leave it out of what is sent, though the server sent it."""

WHOLE: Final[Any] = _Mark.WHOLE
"""In place of what the server sent: every field and nothing else, each just as `to_dict` writes it. Costs no memory a row."""


def wire(name: str | None, default: Any = None, *, secret: bool | None = None, answer_only: bool = False) -> Any:
    """A model's field of which more is to be said than its name and type.

    Args:
        name: the wire name; None for a value that is no part of the body.
        default: of the field; a field left at it is not sent.
        secret: whether a repr hides it; by default its name decides.
        answer_only: whether nobody gives it when the model is a body: the service sets it, it is in the path, or the method fills
            it in. The command line does not ask for it.
    """
    return field(default=default, metadata={"wire": name, "secret": secret, "answer_only": answer_only})


@frozen(kw_only=True)
class Model:
    """The base of all models: frozen, slotted, tolerant of missing, null and unknown fields."""

    _read_time: ClassVar[Callable[[Any, Any], Any]] = staticmethod(read_time)
    """How a system's times are read; a system whose times are not ISO 8601 gives its models another one."""

    _write_time: ClassVar[Callable[[datetime], Any]] = staticmethod(timestamp)
    """How a system usually writes its times: a column of them gives this form back, and keeps any other beside it."""

    _time_unit: ClassVar[Literal["ms", "us"]] = "us"
    """What a column of times counts in."""

    # What the server sent. A part of `__init__`, so that `attrs.evolve` hands it on.
    _wire: Any = field(default=None, eq=False, repr=False, alias="_wire")

    @classmethod
    def __attrs_init_subclass__(cls) -> None:
        cls.__repr__ = Model.__repr__  # type: ignore[method-assign]  # attrs writes one into each class, which would show all

    def __repr__(self) -> str:
        values = ((each, getattr(self, each.name)) for each in attrs.fields(type(self)) if each.repr)
        pairs = (
            f"{each.name}={MASK if _is_secret(each) else _shown(value)}" for each, value in values if value is not None
        )
        return f"{type(self).__name__}({', '.join(pairs)})"

    @property
    def extra(self) -> Mapping[str, Any]:
        """What the server sent that this model has no field for, by wire name."""
        if not isinstance(self._wire, Mapping):
            return {}
        known = {key for _, key in named(type(self))}
        return {key: value for key, value in self._wire.items() if key not in known}


def named(cls: type[Model]) -> list[tuple[attrs.Attribute[Any], str]]:
    """Each field that is part of the body, and its wire name."""
    names = ((each, each.metadata.get("wire", each.name)) for each in attrs.fields(cls) if each.name != "_wire")
    return [(each, key) for each, key in names if key is not None]


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
