"""A whole target: its keys and days that are past, one after the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from anyio import to_thread
from attrs import frozen

from ...errors import ConfigurationError
from ...http.clock import SYSTEM, Clock
from ...http.redact import redact
from ..layout import LABELS, Layout
from ..local import names
from .folder import compact_folder, sweep


@frozen
class Compacted:
    """What a compaction did.

    Attributes:
        folders: looked at: one for each key and past day.
        compacted: of those, the ones that have fewer files now.
        removed: how many files fewer there are.
        busy: folders left alone, since somebody else was at work there.
    """

    folders: int = 0
    compacted: int = 0
    removed: int = 0
    busy: int = 0


async def compact(
    path: str | os.PathLike[str],
    *,
    older_than: timedelta = timedelta(days=1),
    on_folder: Callable[[Compacted], object] | None = None,
    clock: Clock = SYSTEM,
) -> Compacted:
    """Make one file of the files of each key and past day, in the target of a sink on a local disk.

    What was never fetched stays a gap, and what is provisional stays as it is. Whoever lists a folder meanwhile sees the old files or
    the new one; whoever has listed it before may find that a file is gone, and has to list again. Writers go on; a folder in which one
    is at work is left for the next time. A compaction that is killed leaves nothing that counts, and the next one goes on.

    Args:
        path: the target.
        older_than: days that ended at least this long ago.
        on_folder: called after each folder, in another thread.
        clock: whose time it is.

    Raises:
        ConfigurationError: no target of a sink, one without days or of an object store; or the system cannot do it (it takes Linux).
        OSError: the disk failed.
    """
    if older_than < timedelta(0):
        raise ValueError(f"older_than must not be negative, not {older_than!r}")
    before = datetime.fromtimestamp(clock.time(), UTC) - older_than
    return await to_thread.run_sync(_compact, os.fspath(path), before, on_folder, abandon_on_cancel=False)


def _compact(path: str, before: datetime, on_folder: Callable[[Compacted], object] | None) -> Compacted:
    if "://" in path:
        raise ConfigurationError(f"{redact(path)}: only a local folder can be compacted")
    root = Path(path).absolute()
    layout = next(filter(None, map(Layout.labelled, names(root / LABELS))), None)
    if layout is None:
        raise ConfigurationError(f"{root} is no target of a sink: there is nothing to compact")
    if not layout.dated:
        raise ConfigurationError(f"{root} holds {layout.dataset}, which has no days: there is nothing to compact")
    staging = root.with_name(f".{root.name}.compaction")
    sweep(staging)
    done = Compacted()
    for folder in _folders(root, layout, f"{before - timedelta(days=1):%Y-%m-%d}"):
        removed = compact_folder(folder, staging, layout)
        done = Compacted(
            done.folders + 1,
            done.compacted + bool(removed),
            done.removed + (removed or 0),
            done.busy + (removed is None),
        )
        if on_folder is not None:
            on_folder(done)
    return done


def _folders(root: Path, layout: Layout, last: str) -> Iterator[Path]:
    tops = [root] if layout.key is None else [root / each for each in sorted(names(root)) if layout.key_of(each)]
    for top in tops:
        for day in sorted(names(top)):
            if layout.is_day(day, ("", last)):
                yield top / day
