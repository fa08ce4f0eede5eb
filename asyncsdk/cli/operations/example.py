"""Examples for a command's help: the document's own, or made of the names, types and descriptions of a body's fields. Pure functions."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping, Sequence
from datetime import datetime
from shlex import quote
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

import attrs

from ...codec import Model
from ...codec.model import named
from . import docstring
from .outline import dashed, sent, without_none
from .reading import Reading

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ...operation import Operation
    from .outline import Body, Option, Outline

# In descriptions: e.g. `"email"`; always `"bundle"`; or the value at the beginning
_FOR_EXAMPLE = re.compile(r'(?:e\.g\. |always |^)`"?([^`"]+)"?`')
_PLACEHOLDERS: Mapping[Any, Any] = {
    str: "...",
    bool: True,
    int: 5,
    float: 5,
    datetime: "2026-11-01T10:00:00Z",
}
_VALUES = {
    Reading.PAIRS: "SYSTEM=ID",
    Reading.FILES: "NAME=PATH",
    Reading.WHOLE: "5",
    Reading.NUMBER: "5",
}
_PAGING = ("page", "rpp", "cursor", "limit", "page_size")


def body_example(operation: Operation) -> Any:
    """The JSON that the document sends to an operation, or what its type looks like where the document shows none.

    What only answers tell is left out.
    """
    from ...testing.documents import document_of  # only the help of a body needs it

    document = document_of(operation.id)
    shown = document.request.example if document is not None and document.request is not None else None
    if shown is None:
        return wire_example(operation.body)
    kind = operation.body
    if not isinstance(shown, Mapping) or not (isinstance(kind, type) and issubclass(kind, Model)):
        return shown
    answered = {key for _, key in named(kind)}.difference(key for _, key in sent(kind))
    return {key: value for key, value in shown.items() if key not in answered}


def wire_example(kind: Any, told: str = "") -> Any:
    """What JSON of this type looks like.

    Args:
        kind: a model, or a type of its fields.
        told: what is said about it.
    """
    kind = without_none(kind)
    origin, inner = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, Model):
        return _object(kind)
    if origin in (tuple, list, Sequence):
        return [wire_example(inner[0])]
    if origin in (dict, Mapping):
        return {"name": "value" if inner[1] is Any else wire_example(inner[1])}
    if origin in (Union, types.UnionType):
        return wire_example(inner[0], told)
    if found := _FOR_EXAMPLE.search(told):
        return found[1] if kind is str else _PLACEHOLDERS.get(kind, found[1])
    return _PLACEHOLDERS.get(kind, "...")


def _object(kind: type[Model]) -> dict[str, Any]:
    told = docstring.read(kind.__doc__).entries
    attrs.resolve_types(kind)
    return {key: wire_example(each.type, told.get(each.name, "")) for each, key in sent(kind)}


def invocation(command: str, outline: Outline) -> str:
    """A command line that could be meant.

    Args:
        command: with the program's name.
        outline: what it takes.
    """
    words = [command, *(each.shown for each in outline.arguments if each.required)]
    words += _filters(outline.filters)
    if outline.body is not None:
        words += _data(outline.body, outline.operation.required)
    if outline.is_list:
        words += ["--limit 10" if outline.operation.kind == "stream" else "--output ndjson"]
    return " ".join(words)


def _filters(filters: Sequence[Option]) -> Iterator[str]:
    """Those that are required, and one more of the kind that needs an example most."""
    yield from (_typed(each) for each in filters if each.required)
    shown = [each for each in filters if not each.required and each.name not in _PAGING]
    for wanted in (Reading.PAIRS, Reading.FLAG, Reading.TEXT):
        for each in shown:
            if each.reading is wanted:
                yield _typed(each)
                return


def _data(body: Body, required: Collection[str]) -> Iterator[str]:
    """Options, where they are enough; else a file."""
    fields = {each.key: each for each in body.fields}
    wanted = [fields[name] for name in required if name in fields] or list(fields.values())[:2]
    if not body.secret and wanted and all(name in fields for name in required):
        yield from map(_typed, wanted)
    elif body.raw and not body.secret:
        yield f"--data {quote(_said(body.help) or body.name.upper())}"
    else:
        yield f"--data @{dashed(body.name)}.{'txt' if body.raw else 'json'}"


def _said(told: str) -> str:
    found = re.search(r"e\.g\. `([^`]+)`", told)
    return found[1] if found else ""


def _typed(option: Option) -> str:
    if option.reading is Reading.FLAG:
        return option.flag
    value = _VALUES.get(option.reading)
    return f"{option.flag} {value or option.name.upper()}"
