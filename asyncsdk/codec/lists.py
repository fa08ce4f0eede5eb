"""From answers to the models of a list, and to what comes around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from .model import Model, named
from .reading import from_dict

if TYPE_CHECKING:
    from ..http.reply import Reply

M = TypeVar("M", bound=Model)

_FAILURE = ("error", "errors", "message")
# What services put beside these. A model may have such fields too, but an object of it has others.
_BESIDE = {*_FAILURE, "code", "description", "detail", "name", "path", "status", "timestamp", "title", "type"}

Around = Mapping[str, Any]
"""The members of an answer beside its items, such as counts and links; nothing where it is a bare array."""


def as_part(
    of: type[M], within: Sequence[str] = (), *, single: bool = False
) -> Callable[[Reply], tuple[Sequence[M], Around]]:
    """A decoder for a list of models, or a page of one, and for what comes around it.

    A bare array is a list, and null an empty one. Everything else raises a `DecodeError`: above all an error that came with the
    status of a success.

    Args:
        of: the model of an item.
        within: the names one of which holds the list, or null, where it comes in an object: ``("results",)``.
        single: whether an object may stand for a list of one; it needs a field of the model. An empty one is an empty list then.
    """

    def decode(reply: Reply) -> tuple[Sequence[M], Around]:
        items, around = _listed(reply, of, within, single=single)
        for at, each in enumerate(items):
            if not isinstance(each, Mapping):
                raise reply.unreadable(f"item {at} is no object")
        return [from_dict(of, each) for each in items], around

    return decode


def as_list(of: type[M], within: Sequence[str] = (), *, single: bool = False) -> Callable[[Reply], Sequence[M]]:
    """A decoder for a list of models, as `as_part`."""
    part = as_part(of, within, single=single)
    return lambda reply: part(reply)[0]


def _listed(reply: Reply, of: type[Model], within: Sequence[str], *, single: bool) -> tuple[list[Any], Around]:
    value = reply.json()
    if value is None:
        return [], {}
    if isinstance(value, list):
        return value, {}
    if not isinstance(value, dict):
        raise reply.unreadable(f"a list was promised, not {type(value).__name__}")
    names = [name for name in within if name in value]
    name = next((each for each in names if isinstance(value[each], list)), names[0] if names else None)
    around, found = ({}, value) if name is None else (value, value[name])
    if isinstance(found, list):
        items = found
    elif found is None:
        items = []
    elif single and isinstance(found, dict) and (not found or _is_item(of, found)):
        items = [found] if found else []
    else:
        raise reply.unreadable("it is no list, and has none in it")
    if not items and _tells_failure(value):
        raise reply.unreadable("it tells of a failure, and holds nothing")
    return items, around


def _tells_failure(value: Mapping[str, Any]) -> bool:
    return any(value.get(name) for name in _FAILURE)


def _is_item(of: type[Model], value: Mapping[str, Any]) -> bool:
    """Whether an object has a field of the model; of one that tells of a failure, what such objects consist of does not count."""
    fields = value.keys() - (_BESIDE if _tells_failure(value) else ())
    return any(key in fields for _, key in named(of))
