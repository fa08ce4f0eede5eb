"""Objects that lack a field which every answer has.

Such an object is of a subclass of its model that knows what is not there. A `__getattr__` in the model itself would make every
attribute of the complete ones, rows among them, three times as slow to read.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import attrs

from ..errors import MissingFieldError
from .marks import ABSENT


def settle(model: Any) -> None:
    """Give a new object the class that it belongs to, by whether all is there that every answer has.

    Args:
        model: whose fields are all set, some to `ABSENT`; those are unset.
    """
    whole = whole_class(type(model))
    missing = [(name, slot) for name, slot in _always(whole) if slot.__get__(model) is ABSENT]
    for _, slot in missing:
        slot.__delete__(model)
    kind = _without(whole, frozenset(name for name, _ in missing)) if missing else whole
    if type(model) is not kind:
        object.__setattr__(model, "__class__", kind)


def whole_class(cls: Any) -> Any:
    """The model that the class of an object stands for."""
    return getattr(cls, "_whole", cls)


@cache
def _always(cls: Any) -> tuple[tuple[str, Any], ...]:
    """The name and slot of each field that every answer has."""
    return tuple((each.name, getattr(cls, each.name)) for each in attrs.fields(cls) if each.default is ABSENT)


@cache
def _without(cls: Any, missing: frozenset[str]) -> Any:
    """The class of the objects of a model that lack these fields: to attrs, it does not have them."""

    def absent(self: Any, name: str) -> Any:
        if name in missing:
            why = "it was not given" if self._wire is None else "the service left it out"
            raise MissingFieldError(f"this {cls.__name__} has no {name}: {why}", field=name)
        return object.__getattribute__(self, name)  # raises what it did before

    return type(cls)(
        cls.__name__,
        (cls,),
        {
            "__slots__": (),
            "__module__": cls.__module__,
            "__qualname__": cls.__qualname__,
            "__doc__": cls.__doc__,
            "__getattr__": absent,
            "__attrs_attrs__": tuple(each for each in attrs.fields(cls) if each.name not in missing),
            "_whole": cls,
        },
    )
