"""``asyncsdk compact``: many small files of a day made one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from .pull.request import chosen_duration
from .terminal.loop import run
from .terminal.text import counted

if TYPE_CHECKING:
    from ..sinks.compaction import Compacted


def compact(
    *,
    directory: Annotated[str, typer.Argument(metavar="DIR", help="What a pull has written.", show_default=False)],
    older_than: Annotated[
        str,
        typer.Option(
            "--older-than", metavar="DURATION", help="Only days that ended at least this long ago: `2d`, `12h`, `0`."
        ),
    ] = "1d",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No summary on stderr.")] = False,
) -> None:
    """Make one file of the files of each key and past day.

    The rows stay the same, and so does what counts as done: a pull goes on as before. What was never fetched stays a gap. It may run
    beside pulls and readers, and be stopped at any time: the same command goes on from there. It takes Linux and a local directory.

    **Example**:

        asyncsdk compact detections --older-than 2d
    """
    length = chosen_duration("--older-than", older_than, zero=True)

    async def work() -> Compacted:
        from ..sinks.compaction import compact

        return await compact(directory, older_than=length)

    done = run(work)
    if not quiet:
        sys.stderr.write(
            f"{counted(done.removed, 'file')} fewer in {done.compacted:,} of {counted(done.folders, 'folder')}\n"
        )
        if done.busy:
            sys.stderr.write(f"{counted(done.busy, 'folder')} left for the next time: somebody is at work there\n")
