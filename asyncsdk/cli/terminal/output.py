"""What a command gives: one value or a list, as a table, as JSON, or as one JSON value a line.

Everything goes to stdout, and nothing else does. Lists are written while they are walked, except for tables.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...codec import to_dict
from ...http.json_text import write_json
from .shown import json_text
from .text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .stdout import StandardOutput


_GAP = 2
_LEAST = 8


class Output(StrEnum):
    """How results are written."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"


OutputOption = Annotated[
    Output,
    typer.Option(
        "--output",
        "-o",
        help="How to write the result: for people (plain values one a line; in a pipe, tabs between columns), as one JSON value, or "
        "as one JSON value a line.",
    ),
]
JSONOption = Annotated[bool, typer.Option("--json", help="The same as --output json.")]


async def write_value(value: object, output: Output, stdout: StandardOutput) -> None:
    """Write one result: a scalar, a model, or JSON.

    Args:
        value: anything that `asyncsdk.to_dict` takes.
        output: how.
        stdout: where.
    """
    wire = to_dict(value)
    if output is Output.JSON:
        await stdout.write(json_text(wire, indent=True) + b"\n")
    elif output is Output.NDJSON:
        await stdout.write(json_text(wire) + b"\n")
    elif isinstance(wire, Mapping):
        cells = [(name, _cell(each)) for name, each in flat(wire).items()]
        await stdout.write(_aligned(("field", "value"), [(printable(name), cell) for name, cell in cells]))
    else:
        await stdout.write(f"{_cell(wire)}\n".encode())


async def write_list(items: AsyncIterable[object], output: Output, stdout: StandardOutput) -> None:
    """Write a list, such as a pager.

    Args:
        items: what `asyncsdk.to_dict` takes each of.
        output: how.
        stdout: where.
    """
    if output is Output.JSON:
        await _write_array(items, stdout)
    elif output is Output.NDJSON:
        async for item in items:
            await stdout.write(json_text(to_dict(item)) + b"\n")
    else:
        await _write_table(items, stdout)


async def _write_array(items: AsyncIterable[object], stdout: StandardOutput) -> None:
    before = b"[\n  "
    async for item in items:
        await stdout.write(before + json_text(to_dict(item), indent=True).replace(b"\n", b"\n  "))
        before = b",\n  "
    await stdout.write(b"[]\n" if before.startswith(b"[") else b"\n]\n")


async def _write_table(items: AsyncIterable[object], stdout: StandardOutput) -> None:
    """Plain values one a line, as they come; objects as a table, whose columns are known at the end only."""
    objects: list[Mapping[str, Any]] = []
    async for item in items:
        wire = to_dict(item)
        if isinstance(wire, Mapping):
            objects.append(flat(wire))
        else:
            await stdout.write(f"{_cell(wire)}\n".encode())
    if objects:
        names = list(dict.fromkeys(name for each in objects for name in each))
        rows = [[_cell(each[name]) if name in each else "" for name in names] for each in objects]
        await stdout.write(_aligned([printable(name) for name in names], rows))


def flat(wire: Mapping[str, Any]) -> dict[str, Any]:
    """An object with the fields of those in it beside its own, under both names: ``identifiers.email_address``.

    What is deeper, and what is empty, stays a value; so does what would take the place of a field of its own.
    """
    found = {str(name): each for name, each in wire.items()}
    for name, each in wire.items():
        inner = {f"{name}.{key}": value for key, value in each.items()} if isinstance(each, Mapping) else {}
        if inner and not inner.keys() & found.keys():
            found = dict(_in_place(found, str(name), inner))
    return found


def _in_place(found: Mapping[str, Any], name: str, inner: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in found.items():
        yield from inner.items() if key == name else ((key, value),)


def _cell(wire: Any) -> str:
    """One value on one line."""
    if wire is None:
        return ""
    return printable(wire if isinstance(wire, str) else write_json(wire).decode())


def _aligned(names: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table as wide as the terminal; in a pipe, tabs between the cells, for ``cut`` and ``awk``."""
    if not sys.stdout.isatty():
        return "".join("\t".join(cells) + "\n" for cells in (names, *rows)).encode()
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    lines = [names, *rows]
    natural = [max(cell_len(line[at]) for line in lines) for at in range(len(names))]
    fit = columns_that_fit(natural, console.width)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, width in zip(names, column_widths(natural[:fit], console.width - _GAP * fit), strict=False):
        table.add_column(Text(name), width=width, overflow="ellipsis", no_wrap=True)
    for line in lines[1:]:
        table.add_row(*map(Text, line[:fit]))
    with console.capture() as captured:
        console.print(table)
        if fit < len(names):
            console.print(Text(f"and {', '.join(names[fit:])}: --json shows all", "dim"))
    return captured.get().encode()


def columns_that_fit(natural: Sequence[int], width: int) -> int:
    """How many columns, from the left, can be told apart on a terminal; never none.

    Args:
        natural: the width that each would need.
        width: of the terminal.
    """
    fit, taken = 0, 0
    for each in natural:
        taken += min(each, _LEAST) + _GAP
        if taken > width and fit:
            break
        fit += 1
    return fit


def column_widths(natural: Sequence[int], room: int) -> list[int]:
    """How wide each column may be: as wide as it needs, the widest ones giving way where there is too little room.

    Args:
        natural: what each would need.
        room: for all of them.
    """
    left, widths = room, [0] * len(natural)
    # From the narrowest on, each takes what it needs, or its share of what is left.
    for place, at in enumerate(sorted(range(len(natural)), key=natural.__getitem__)):
        widths[at] = max(1, min(natural[at], left // (len(natural) - place)))
        left -= widths[at]
    return widths
