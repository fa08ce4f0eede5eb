"""A whole file under its final name, on file systems of fsspec that are no object stores.

What their ``mv`` does where a file is there already differs: the local disk and SFTP replace it, SMB refuses, FTP does as its server
likes, and WebHDFS does nothing without a word. So what it says is not believed, and the folder is looked at.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from . import listing, parts

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

# Milliseconds that an upload may take. Nothing can be locked there: what is older was left by a process that is dead.
_ABANDONED = 24 * 3_600_000


def put(files: AbstractFileSystem, source: str, folder: str, name: str) -> None:
    """Upload a file under a hidden name, then give it its own, in the place of one that may be there.

    Args:
        files: where to.
        source: the path on this machine.
        folder: of the target; made if it is not there.
        name: of the file in it.

    Raises:
        OSError: it is not there afterwards; whatever the file system raises. The one before is in its place then.
    """
    files.makedirs(folder, exist_ok=True)
    draft = parts.draft_name(name, parts.draft_token(time.time()))
    try:
        files.put_file(source, f"{folder}/{draft}")
        _rename(files, folder, draft, name)
    except BaseException:
        with suppress(Exception):  # each file system has errors of its own, and the first one is what counts
            files.rm_file(f"{folder}/{draft}")
        raise


def sweep(files: AbstractFileSystem, folder: str, names: list[str]) -> None:
    """Remove the drafts in a folder that are older than any upload."""
    until = int(time.time() * 1000) - _ABANDONED
    for name in names:
        made = parts.draft_time(name)
        if made is not None and made < until:
            with suppress(Exception):  # somebody else did; or it will be tried again
                files.rm_file(f"{folder}/{name}")


def _rename(files: AbstractFileSystem, folder: str, draft: str, name: str) -> None:
    try:
        _move(files, folder, draft, name)
    except Exception:
        if name not in listing.names(files, folder):
            raise
    else:
        return
    # The old one steps aside, and comes back if the new one, which is whole by now, cannot take its place.
    aside = parts.draft_name(name, parts.draft_token(time.time()))
    _move(files, folder, name, aside)
    try:
        _move(files, folder, draft, name)
    except BaseException:
        files.mv(f"{folder}/{aside}", f"{folder}/{name}")
        raise
    with suppress(FileNotFoundError):
        files.rm_file(f"{folder}/{aside}")


def _move(files: AbstractFileSystem, folder: str, old: str, new: str) -> None:
    files.mv(f"{folder}/{old}", f"{folder}/{new}")
    there = listing.names(files, folder)
    if old in there or new not in there:
        raise OSError(f"{old} was not renamed to {new}")
