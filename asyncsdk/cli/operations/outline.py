"""What an operation's command takes: its arguments, filters and body, read from the method that calls it. Pure functions."""

from __future__ import annotations

import inspect
import types
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

import attrs
from attrs import evolve, frozen

from ...codec import Model
from ...codec.model import named
from ...http.redact import is_sensitive
from . import docstring
from .reading import Reading, reading_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ...operation import Operation
    from .docstring import Docstring


@frozen
class Argument:
    """A value that is typed by its place.

    Attributes:
        name: of the method's parameter.
        reading: how its value is typed.
        help: what it means.
        required: whether it must be given.
        default: what the method takes where it is not.
    """

    name: str
    reading: Reading
    help: str
    required: bool = True
    default: Any = None

    @property
    def shown(self) -> str:
        """Its name in the help."""
        return self.name.upper()


@frozen
class Option:
    """A value that is typed by its name.

    Attributes:
        name: of the method's parameter, or of the body's field.
        flag: how it is typed: ``--foreign-key``.
        reading: how its value is typed.
        help: what it means.
        key: the wire name of a body's field.
        required: whether it must be given.
    """

    name: str
    flag: str
    reading: Reading
    help: str
    key: str = ""
    required: bool = False


@frozen
class Body:
    """What ``--data`` is for.

    Attributes:
        name: of the method's parameter.
        help: what it means.
        required: whether there must be one.
        raw: whether it is sent as it is, and not JSON.
        one_line: whether it is one value rather than a document, so that the end of its line is no part of it.
        model: whose fields it has; None for JSON of another shape.
        secret: whether it holds something that should not stand on a command line.
        fields: those of its fields that can be given as options.
    """

    name: str
    help: str
    required: bool = True
    raw: bool = False
    one_line: bool = False
    model: type[Model] | None = None
    secret: bool = False
    fields: tuple[Option, ...] = ()


@frozen
class Outline:
    """An operation's command.

    Attributes:
        operation: what it calls.
        doc: of the method.
        arguments: in their order.
        filters: the query parameters, and files to send.
        body: what is sent; None for nothing.
        order: the names of the method's positional parameters.
        siblings: the names of its resource's methods.
    """

    operation: Operation
    doc: Docstring
    arguments: tuple[Argument, ...]
    filters: tuple[Option, ...]
    body: Body | None
    order: tuple[str, ...]
    siblings: frozenset[str] = frozenset()

    @property
    def options(self) -> tuple[Option, ...]:
        """The filters, and the body's fields."""
        return (*self.filters, *(self.body.fields if self.body else ()))

    @property
    def is_list(self) -> bool:
        """Whether it gives many things, which are written as they come."""
        return self.operation.kind in ("array", "results", "pages", "cursor", "stream")

    @property
    def may_be_a_list(self) -> bool:
        """Whether what it gives may be many things, though they come in one."""
        return self.is_list or self.operation.kind == "any"


# What some services call `limit`, too: items a page. At a terminal a limit is where to stop.
_PAGE_SIZE = "page_size"
# What every command means by these names; a body's field of such a name has the body's in front of it.
_MEANT_ELSEWHERE = frozenset({"data", "format", "json", "limit", "out", "output", "tz"})
# What is typed by its place, also where it is no part of the path; all else is the body.
_PLACED = {Reading.TEXT, Reading.WHOLE, Reading.NUMBER, Reading.TIME}


def outline(operation: Operation, method: Callable[..., Any]) -> Outline:
    """Read a method.

    Args:
        operation: that it calls.
        method: bound to its resource.
    """
    doc = docstring.read(method.__doc__)
    arguments, filters, body, order = [], [], None, []
    parameters = inspect.signature(method).parameters
    for each, told in _told(method, parameters.values(), doc):
        if each.annotation.startswith("Callable[") or (each.name == _PAGE_SIZE and "limit" in parameters):
            continue  # nothing that could be typed, or the same once more
        reading = reading_of(each.annotation)
        required = each.default is each.empty
        if each.kind is each.KEYWORD_ONLY or reading is Reading.FILES:
            flag = f"--{dashed(_PAGE_SIZE if each.name == 'limit' else each.name)}"
            filters.append(Option(each.name, flag, reading, told, required=required))
            continue
        order.append(each.name)
        if each.name in operation.path_params or reading in _PLACED:
            arguments.append(Argument(each.name, reading, told, required, None if required else each.default))
        else:
            body = evolve(_body(operation, each.name, told, reading is Reading.RAW), required=required)
    siblings = frozenset(name for name in dir(getattr(method, "__self__", None)) if not name.startswith("_"))
    return Outline(operation, doc, tuple(arguments), tuple(filters), body, tuple(order), siblings)


def _told(
    method: Callable[..., Any], parameters: Iterable[inspect.Parameter], doc: Docstring
) -> Iterator[tuple[inspect.Parameter, str]]:
    """A method's parameters and what is said about each; of ``**filters`` its members."""
    for each in parameters:
        if each.kind is not each.VAR_KEYWORD:
            yield each, doc.entries.get(each.name, "")
            continue
        kind = inspect.unwrap(method).__globals__[each.annotation.removeprefix("Unpack[").removesuffix("]")]
        said = docstring.read(kind.__doc__).entries
        for name, hint in kind.__annotations__.items():
            annotation = hint if isinstance(hint, str) else hint.__forward_arg__
            yield (
                each.replace(name=name, kind=each.KEYWORD_ONLY, default=None, annotation=annotation),
                said.get(name, ""),
            )


def dashed(name: str) -> str:
    """A Python name as it is typed at a terminal."""
    return name.replace("_", "-")


def _body(operation: Operation, name: str, told: str, raw: bool) -> Body:
    kind = operation.body
    if not (isinstance(kind, type) and issubclass(kind, Model)):
        return Body(name, told, raw=raw, one_line=operation.content_type == "text/plain", secret=is_sensitive(name))
    return Body(name, told, model=kind, secret=_has_secret(kind), fields=tuple(_fields(kind, name)))


def _fields(kind: type[Model], body: str) -> Iterator[Option]:
    """Those of a model's fields that fit a command line: plain values that are no secret."""
    told = docstring.read(kind.__doc__).entries
    attrs.resolve_types(kind)
    for each, key in sent(kind):
        reading = _READINGS.get(without_none(each.type))
        if reading is not None and not is_secret(each):
            name = f"{body}_{each.name}" if each.name in _MEANT_ELSEWHERE else each.name
            yield Option(each.name, f"--{dashed(name)}", reading, told.get(each.name, ""), key)


_READINGS = {
    str: Reading.TEXT,
    bool: Reading.FLAG,
    int: Reading.WHOLE,
    float: Reading.NUMBER,
    tuple[str, ...]: Reading.TEXTS,
}


def without_none(kind: Any) -> Any:
    """``str`` of ``str | None``; a type that has more than one other member stays as it is."""
    if get_origin(kind) not in (Union, types.UnionType):
        return kind
    others = [each for each in get_args(kind) if each is not types.NoneType]
    return others[0] if len(others) == 1 else kind


def sent(kind: type[Model]) -> list[tuple[attrs.Attribute[Any], str]]:
    """Each field of a body that somebody gives, and its wire name."""
    return [(each, key) for each, key in named(kind) if not each.metadata.get("answer_only")]


def is_secret(each: attrs.Attribute[Any]) -> bool:
    """Whether a model's field holds a secret, by its own word or by its name."""
    told = each.metadata.get("secret")
    return is_sensitive(each.name) if told is None else bool(told)


def _has_secret(kind: type[Model]) -> bool:
    attrs.resolve_types(kind)
    inner = (without_none(each.type) for each, _ in named(kind))
    return any(is_secret(each) for each, _ in named(kind)) or any(
        _has_secret(each) for each in inner if isinstance(each, type) and issubclass(each, Model)
    )
