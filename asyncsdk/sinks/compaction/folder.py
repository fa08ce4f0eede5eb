"""The files of one key and day, made one.

The new folder is made beside the target, where no reader of the tree comes by, and changes places with the old one in one step. So a
reader that lists the folder sees the old files or the new one, and a process that is killed leaves either: what it was working on is
locked by the kernel as long as it lives, and is removed by the next compaction once it does not.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ...datasets.shard import Shard
from .. import drafts, parts
from ..layout import Layout
from ..parts import Part
from .exchange import exchange
from .merge import merge


def runs(known: Sequence[Part]) -> list[list[Part]]:
    """Final files that follow each other without a gap, by runs of more than one. What was never fetched must stay a gap."""
    found: list[list[Part]] = []
    for each in sorted((each for each in known if each.settled), key=lambda each: each.start):
        if found and found[-1][-1].end == each.start:
            found[-1].append(each)
        else:
            found.append([each])
    return [run for run in found if len(run) > 1]


def compact_folder(folder: Path, staging: Path, layout: Layout) -> int | None:
    """Make one file of each run of files in a folder.

    Args:
        folder: of a key and a day.
        staging: a folder on the same file system, which no reader looks into.
        layout: of the tree.

    Returns:
        How many files fewer there are; None where somebody else is at work there.

    Raises:
        ConfigurationError: the files differ in their columns, or the folder cannot be replaced in one step.
        OSError: the disk failed.
    """
    seen = _seen(folder)
    if seen is None:
        return None
    found = layout.parts(seen, folder.name)
    if parts.outdated(found):  # the ledger removes them, and then it is this one's turn
        return None
    merging = runs(found)
    if not merging:
        return 0
    with _working_in(staging) as new:
        made = [_merged(run, folder, new, layout) for run in merging]
        if not _swapped(folder, new, seen, {each.name for run in merging for each in run}):
            return None
        drafts.sync_folder(folder.parent)
        return sum(map(len, merging)) - len(made)


def sweep(staging: Path) -> None:
    """Remove what compactions that were killed have left."""
    with suppress(FileNotFoundError):
        for each in staging.iterdir():
            with drafts.alone_in(each) as alone:
                if alone:
                    shutil.rmtree(each, ignore_errors=True)
        with suppress(OSError):  # somebody works there
            staging.rmdir()


def _seen(folder: Path) -> dict[str, tuple[int, int, int]] | None:
    """What is in a folder, so that it shows when that changes; None where a shard is being written, or there are folders."""
    found = {}
    with os.scandir(folder) as entries:
        for each in entries:
            if each.is_dir(follow_symlinks=False):
                return None
            if parts.is_draft(each.name):
                drafts.sweep(folder / each.name)
                if (folder / each.name).exists():
                    return None
                continue
            known = each.stat(follow_symlinks=False)
            found[each.name] = (known.st_ino, known.st_mtime_ns, known.st_size)
    return found


@contextmanager
def _working_in(staging: Path) -> Iterator[Path]:
    """A new folder, locked while it is worked in, and gone afterwards."""
    while True:
        drafts.make_folder(staging)
        new = staging / secrets.token_hex(8)
        new.mkdir()
        # Between its birth and its lock a sweeper may take it for dead: then there is another name to try.
        with suppress(FileNotFoundError), drafts.alone_in(new) as alone:
            if alone:
                try:
                    yield new
                finally:
                    shutil.rmtree(new, ignore_errors=True)
                    with suppress(OSError):
                        staging.rmdir()
                return


def _merged(run: Sequence[Part], folder: Path, new: Path, layout: Layout) -> Path:
    """One file of a run, in the new folder, under its final name."""
    with_rows = [folder / each.name for each in run if not each.empty]
    shard = Shard(layout.dataset, None, run[0].start, run[-1].end)
    path = new / layout.file_name(shard, empty=not with_rows)
    draft = path.with_name(f"{path.name}.tmp")  # should a reader come by here all the same
    with draft.open("xb") as file:
        if with_rows:
            merge(with_rows, file, layout.suffix)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    return path


def _swapped(folder: Path, new: Path, seen: dict[str, tuple[int, int, int]], merged: set[str]) -> bool:
    """Let the new folder take the place of the old one, if nobody has changed that meanwhile."""
    with drafts.alone_in(folder) as alone:
        if not alone or _seen(folder) != seen:
            return False
        for name in seen.keys() - merged:
            os.link(folder / name, new / name, follow_symlinks=False)
        drafts.sync_folder(new)
        exchange(folder, new)
        if _seen(new) == seen:
            return True
        exchange(folder, new)  # a writer has begun in the old one just now
        return False
