"""The help of a pull, in Markdown, made of what its data set has: a key, a time, both or neither. Pure functions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .source import Source


_AGAIN_BY_TIME = (
    "With relative times (`--from -24h`) the range is widened to whole windows, so that it can run every hour."
)
_AGAIN = "Files show what was there when they were written: `--restart` fetches it again, and puts it in their place."

_SENTENCES = re.compile(r"(?<=[a-z]\.) (?=[A-Z])")


def manual(command: str, source: Source[Any], told: str) -> str:
    """The help of a pull.

    Args:
        command: as it is typed, with the program's name.
        source: what is pulled.
        told: what it is.
    """
    return "\n\n".join(_paragraphs(command, source, told))


def manual_of_tail(command: str, source: Source[Any], told: str) -> str:
    """The help of a tail. Arguments as for `manual`."""
    summary, *rest = _SENTENCES.split(f"Follow {told.removesuffix('.')}.", maxsplit=1)
    everything = " --all" if source.one else ""
    return "\n\n".join(
        [
            summary,
            *rest,
            "Rows go to stdout as they come, one JSON object a line, until it is stopped: late ones too, and none twice.",
            "**Examples**:",
            "What is new, from now on:",
            f"    {command}{everything} | jq .",
            "Where it stopped, whenever it is begun again:",
            f"    {command}{everything} --position tail.json >> rows.ndjson",
        ]
    )


def _paragraphs(command: str, source: Source[Any], told: str) -> Iterator[str]:
    summary, *rest = _SENTENCES.split(f"Pull {told.removesuffix('.')}.", maxsplit=1)
    yield summary
    yield from rest
    yield f"Into a directory {_files(source)} {_AGAIN_BY_TIME if source.timed else _AGAIN}"
    yield "Without `--out` the rows go to stdout, one JSON object a line, for `jq`, `head` and their like."
    yield "**Examples**:"
    span = " --from yesterday --to today" if source.timed else ""
    everything = f"{' --all' if source.one else ''}{span}"
    out = source.dataset.name.replace("_", "-")
    yield "All of it, as Parquet:"
    yield f"    {command}{everything} --out {out}"
    if source.one:
        yield f"Two {source.many}, down a pipe:"
        option = f"-{source.letter}" if source.letter else f"--{source.one}"
        yield f"    {command} {option} ID1 {option} ID2{span} | jq ."
    yield "Without an account:"
    yield f"    {command} --sandbox{everything} --out {out} --format csv"


def _files(source: Source[Any]) -> str:
    """What becomes of it in a directory, and of a pull that was stopped."""
    cut, folders = [], []
    if source.one:
        cut.append(f"one {source.one}")
        folders.append(f"{source.dataset.key}=ID/")
    if source.timed:
        cut.append("one window")
        folders.append(f"{source.dataset.day}=2026-11-01/")
    if not cut:
        return "it becomes one file, which is there once it is whole."
    return (
        f"each piece ({', '.join(cut)}) becomes one whole file, in a tree like `{''.join(folders)}`; a pull that was stopped leaves "
        "whole files only, and **the same command goes on where it stopped**."
    )
