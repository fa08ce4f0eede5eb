"""From a system to the commands of its group."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.main import get_group

from ..terminal.loop import run
from ..terminal.output import JSONOption, Output, OutputOption
from ..terminal.problems import usage
from . import docstring
from .lazy import LazyGroup
from .manual import manual
from .outline import dashed
from .perform import Given, call_of, perform
from .reading import Reading
from .system import System, member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from typer._click import Command

    from .outline import Option, Outline

_FILTERS, _BODY = "Filters", "Body"

DataOption = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="TEXT|@FILE|-",
        help="The body: itself, `@FILE` for what is in a file, or `-` for stdin.",
        rich_help_panel=_BODY,
    ),
]
LimitOption = Annotated[
    int | None,
    typer.Option("--limit", min=1, metavar="N", help="Stop after N of them."),
]


def commands(system: System, resource: str = "") -> Mapping[str, Command]:
    """The commands and groups right below a resource, by name.

    Args:
        system: whose.
        resource: the attribute path below the client; empty for the system's own group.
    """
    app = typer.Typer(rich_markup_mode="markdown")
    app.callback()(_nothing)  # so that one command alone stays a command of a group
    for each in system.outlines(resource):
        name = dashed(each.operation.python.rpartition(".")[2])
        app.command(name, help=manual(_path(system, each.operation.python), each, system.left_out))(
            _function(system, each)
        )
    groups = {dashed(path.rpartition(".")[2]): _group(system, path) for path in system.resources(resource)}
    return {**get_group(app).commands, **groups}


def _nothing() -> None:
    pass


def _path(system: System, python: str) -> str:
    return " ".join(["asyncsdk", system.name, *map(dashed, python.split("."))])


def _group(system: System, resource: str) -> LazyGroup:
    """The group of a resource."""

    class Group(LazyGroup):
        def load(self) -> Mapping[str, Command]:
            return commands(system, resource)

    about = docstring.read(type(member(system.client, resource)).__doc__).summary
    return Group(
        name=dashed(resource.rpartition(".")[2]), help=about, no_args_is_help=True, rich_markup_mode="markdown"
    )


def _function(system: System, outline: Outline) -> Callable[..., None]:
    """What typer calls, with a signature for typer to read."""
    access = system.options()

    def command(**values: Any) -> None:
        given = _given(outline, values)
        way = system.access(**{each.name: values[each.name] for each in access})
        call = call_of(outline, given)
        run(lambda: perform(outline, way, call, given))

    command.__signature__ = inspect.Signature([*_parameters(outline), *access])  # type: ignore[attr-defined]
    return command


def _given(outline: Outline, values: Mapping[str, Any]) -> Given:
    output = Output.JSON if values["as_json"] else values["output"]
    if outline.operation.kind == "stream" and output is Output.TABLE:
        raise usage("--output", "a table is written when its last row is known, and this may be long: ndjson or json")
    return Given(
        arguments={each.name: values[f"argument_{each.name}"] for each in outline.arguments},
        filters=_typed(outline.filters, values, "filter"),
        fields=_typed(outline.body.fields, values, "field") if outline.body else {},
        data=values.get("data"),
        output=output,
        limit=values.get("limit"),
    )


def _typed(options: Iterable[Option], values: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """The options that were typed, by name."""
    found = {each.name: values[f"{prefix}_{each.name}"] for each in options}
    return {name: value for name, value in found.items() if value is not None}


def _parameters(outline: Outline) -> Iterable[inspect.Parameter]:
    """The command's own parameters. Their names have prefixes, so that none can meet another."""
    for argument in outline.arguments:
        info = typer.Argument(metavar=argument.shown, help=_sentence(argument.help), show_default=False)
        if argument.required:
            yield _parameter(f"argument_{argument.name}", Annotated[str, info])
        else:
            yield _parameter(f"argument_{argument.name}", Annotated[str | None, info], None)
    for each in outline.filters:
        yield _option(f"filter_{each.name}", each, _FILTERS)
    if outline.body is not None:
        yield _parameter("data", DataOption, None)
        for each in outline.body.fields:
            yield _option(f"field_{each.name}", each, _BODY)
    if outline.is_list:
        yield _parameter("limit", LimitOption, None)
    yield _parameter("output", OutputOption, Output.NDJSON if outline.operation.kind == "stream" else Output.TABLE)
    yield _parameter("as_json", JSONOption, False)


def _option(name: str, option: Option, panel: str) -> inspect.Parameter:
    flag = f"{option.flag}/--no-{option.flag.removeprefix('--')}" if option.reading is Reading.FLAG else option.flag
    told = " ".join(filter(None, (_sentence(option.help), option.reading.form)))
    info = typer.Option(flag, metavar=option.reading.metavar, help=told, rich_help_panel=panel, show_default=False)
    return _parameter(name, Annotated[option.reading.annotation, info], None)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
