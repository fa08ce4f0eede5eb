"""``asyncsdk unleash plot``: pictures of the rows that a pull has written."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .pull.request import chosen_duration
from .terminal.problems import usage
from .times import ZoneOption, chosen_zone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta, tzinfo

    import pyarrow as pa

_READ = {".parquet": "parquet", ".ndjson": "json", ".csv": "csv"}
_NEVER = (".gz", ".zst")


class PictureFormat(StrEnum):
    """How pictures are written."""

    PNG = "png"
    SVG = "svg"


def plot(
    *,
    rows: Annotated[str, typer.Argument(metavar="DIR", help="Where a pull has put its files.", show_default=False)],
    out: Annotated[
        str, typer.Option("--out", metavar="DIR", help="The directory for the pictures, made if needed.")
    ] = ".",
    format: Annotated[  # noqa: A002  # the option's name
        PictureFormat, typer.Option("--format", "-f", help="How pictures are written.")
    ] = PictureFormat.PNG,
    terminal: Annotated[
        bool, typer.Option("--terminal", help="Draw them here, in characters, and write no file.")
    ] = False,
    dark: Annotated[bool, typer.Option("--dark", help="For a dark page.")] = False,
    every: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="The steps of time: `15m`, `1h`, `1d`. By default 60 of them at most."),
    ] = None,
    tz: ZoneOption = None,
) -> None:
    """Draw what a pull has written: counts by class over time, and a heat map of devices and hours.

    It reads the files of `asyncsdk unleash pull --out DIR`, whatever their format, and writes `counts.png` and `heat-map.png`; SVG with
    `--format svg`. Nothing is asked of the service.

    **Examples**:

        asyncsdk unleash pull --sandbox --all --from 2020-08-17 --to 2020-08-18 --out detections

        asyncsdk unleash plot detections --out pictures --tz Australia/Sydney

        asyncsdk unleash plot detections --terminal
    """
    zone = chosen_zone(tz)
    step = None if every is None else chosen_duration("--every", every)
    table = _read(rows)
    try:
        if terminal:
            _in_the_terminal(table, step, zone)
        else:
            _to_files(table, Path(out), format, step, zone, dark=dark)
    except ValueError as error:
        raise usage(rows, error) from None


def _to_files(
    table: pa.Table, out: Path, kind: PictureFormat, step: timedelta | None, zone: tzinfo, *, dark: bool
) -> None:
    from ..plots import counts_over_time, heat_map

    figures: dict[str, Any] = {
        "counts": counts_over_time(table, every=step, zone=zone, dark=dark),
        "heat-map": heat_map(table, zone=zone, dark=dark),
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, figure in figures.items():
        path = out / f"{name}.{kind}"
        figure.savefig(path)
        sys.stderr.write(f"{path}\n")


def _in_the_terminal(table: pa.Table, step: timedelta | None, zone: tzinfo) -> None:
    from rich.console import Console

    from ..plots import counts_over_time_text, heat_map_text

    console = Console()
    colour = console.is_terminal and not console.no_color
    width = console.width if console.is_terminal else 100
    counts = counts_over_time_text(table, width=min(width, 160), colour=colour, every=step, zone=zone)
    heat = heat_map_text(table, width=width, colour=colour, zone=zone)
    sys.stdout.write(f"{counts}\n\n{heat}")


def _read(place: str) -> pa.Table:
    """The columns that pictures need, of the files of a pull.

    Raises:
        UsageError: there are none.
    """
    if "://" in place:
        raise usage(place, "pictures are drawn of files on this machine: pull into a directory")
    if not Path(place).is_dir():
        raise usage(place, "there is no such directory: pull into one with asyncsdk unleash pull --out DIR")
    found = sorted(each for each in Path(place).rglob("*") if each.is_file() and not _hidden(each, Path(place)))
    for suffix, kind in _READ.items():
        if paths := [each for each in found if suffix in each.suffixes and each.stat().st_size]:
            return _table(paths, kind, place)
    raise usage(place, "there are no files of a pull in it: make some with asyncsdk unleash pull --out DIR")


def _hidden(path: Path, below: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(below).parts)


def _table(paths: Sequence[Path], kind: str, place: str) -> pa.Table:
    import pyarrow as pa
    from pyarrow.dataset import dataset

    from ..plots.tally import COLUMNS
    from ..sinks.parquet import partitioning
    from ..unleash.analytics.datasets import ROWS_OF_DEVICES

    if any(each.suffix in _NEVER for each in paths):
        raise usage(place, "compressed text is not read here: pull into Parquet, or without --compression")
    whole = ROWS_OF_DEVICES.schema()
    return dataset(
        [str(each) for each in paths],
        format=kind,
        schema=whole if kind == "parquet" else pa.schema([whole.field(each) for each in COLUMNS]),
        partitioning=partitioning(ROWS_OF_DEVICES) if kind == "parquet" else None,
        partition_base_dir=place if kind == "parquet" else None,
    ).to_table(columns=list(COLUMNS))
