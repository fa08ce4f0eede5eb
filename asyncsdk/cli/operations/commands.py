"""From a system to the commands of its group."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.main import get_group

from ..terminal.loop import run
from ..terminal.output import JSONOption, Output, OutputOption
from ..terminal.problems import usage
from ..times import ZoneOption, chosen_zone
from ..way import options
from . import docstring
from .lazy import lazily
from .manual import manual
from .outline import dashed
from .perform import Given, call_of, perform
from .reading import Reading
from .system import System, member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from typer._click import Command
    from typer.models import ArgumentInfo, OptionInfo

    from .outline import Argument, Option, Outline

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
        app.command(name, help=manual(_path(system, each.operation.python), each))(_function(system, each))
    for path, function in system.own.items():
        owner, _, verb = path.rpartition(".")
        if owner == resource:
            app.command(dashed(verb), help=inspect.getdoc(function))(function)
    groups = {dashed(path.rpartition(".")[2]): _group(system, path) for path in system.resources(resource)}
    return {**get_group(app).commands, **groups}


def _nothing() -> None:
    pass


def _path(system: System, python: str) -> str:
    return " ".join(["asyncsdk", system.name, *map(dashed, python.split("."))])


def _group(system: System, resource: str) -> Command:
    """The group of a resource."""
    about = docstring.read(type(member(system.client, resource)).__doc__).summary
    return lazily(lambda: commands(system, resource))(
        name=dashed(resource.rpartition(".")[2]), help=about, no_args_is_help=True, rich_markup_mode="markdown"
    )


def _function(system: System, outline: Outline) -> Callable[..., None]:
    """What typer calls, with a signature for typer to read."""
    access = options(system.way)

    def command(**values: Any) -> None:
        given = _given(outline, values)
        way = system.way(**{each.name: values[each.name] for each in access})
        call, connection = call_of(outline, given), way.connect()
        run(lambda: perform(outline, connection, call, given))

    command.__signature__ = inspect.Signature([*_parameters(outline), *access])  # type: ignore[attr-defined]
    return command


def _given(outline: Outline, values: Mapping[str, Any]) -> Given:
    output = Output.JSON if values.get("as_json") else values.get("output", Output.TABLE)
    if outline.operation.kind == "stream" and output is Output.TABLE:
        raise usage("--output", "a table is written when its last row is known, and this may be long: ndjson or json")
    return Given(
        arguments={each.name: values[f"argument_{each.name}"] for each in outline.arguments},
        filters=_typed(outline.filters, values, "filter"),
        fields=_typed(outline.body.fields, values, "field") if outline.body else {},
        data=values.get("data"),
        output=output,
        limit=values.get("limit"),
        zone=chosen_zone(values.get("tz")),
    )


def _typed(options: Iterable[Option], values: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """The options that were typed, by name."""
    found = {each.name: values[f"{prefix}_{each.name}"] for each in options}
    return {name: value for name, value in found.items() if value is not None}


def _parameters(outline: Outline) -> Iterable[inspect.Parameter]:
    """The command's own parameters. Their names have prefixes, so that none can meet another."""
    for argument in outline.arguments:
        told = _told(argument)
        info = typer.Argument(metavar=argument.shown, help=told, show_default=False)
        yield _given_as(f"argument_{argument.name}", argument, info)
    for each in outline.filters:
        yield _option(f"filter_{each.name}", each, _FILTERS)
    if outline.body is not None:
        yield _parameter("data", DataOption, None)
        for each in outline.body.fields:
            yield _option(f"field_{each.name}", each, _BODY)
    if outline.may_be_a_list:
        yield _parameter("limit", LimitOption, None)
    readings = [each.reading for each in outline.arguments] + [each.reading for each in outline.filters]
    if Reading.TIME in readings:
        yield _parameter("tz", ZoneOption, None)
    if outline.operation.kind == "bytes":
        return  # as they are
    yield _parameter("output", OutputOption, Output.NDJSON if outline.operation.kind == "stream" else Output.TABLE)
    yield _parameter("as_json", JSONOption, False)


def _option(name: str, option: Option, panel: str) -> inspect.Parameter:
    flag = f"{option.flag}/--no-{option.flag.removeprefix('--')}" if option.reading is Reading.FLAG else option.flag
    metavar = option.reading.metavar
    info = typer.Option(flag, metavar=metavar, help=_told(option), rich_help_panel=panel, show_default=False)
    return _given_as(name, option, info)


def _told(given: Argument | Option) -> str:
    return " ".join(filter(None, (given.help[:1].upper() + given.help[1:], given.reading.form)))


def _given_as(name: str, given: Argument | Option, info: ArgumentInfo | OptionInfo) -> inspect.Parameter:
    """Without a default typer marks it as required, and asks for it."""
    default = inspect.Parameter.empty if given.required else None
    return _parameter(name, Annotated[given.reading.annotation, info], default)


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
