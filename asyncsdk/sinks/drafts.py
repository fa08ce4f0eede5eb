"""Files that are being written, on a local disk: hidden, locked while their writer lives, swept away once it does not.

The lock is the kernel's (`flock`): it ends with the process, however that ends, so whoever can take it knows that nobody writes there
any more. Where a file system has no such locks nothing is swept, and commits are not kept apart.
"""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager, suppress
from errno import ENOENT, ENOTDIR
from typing import IO, TYPE_CHECKING

from .parts import draft_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, which does not let a file be removed that is open
    fcntl = None  # type: ignore[assignment]


def create(folder: Path, name: str) -> tuple[IO[bytes], Path]:
    """A new, locked draft of a file, open for writing, and its path.

    Raises:
        OSError: the folder cannot be made or written to.
    """
    while True:
        make_folder(folder)
        path = folder / draft_name(name, secrets.token_hex(4))
        file = path.open("xb")
        # Between its birth and its lock a sweeper may take it for dead: then there is another name to try.
        with suppress(BlockingIOError):
            _lock(file.fileno())
            if path.exists():
                return file, path
        file.close()


def sweep(path: Path) -> None:
    """Remove a draft whose writer is dead."""
    with suppress(OSError):
        if fcntl is None:
            if os.name == "nt":
                path.unlink()  # refused as long as somebody has it open
            return
        with path.open("r+b") as file:
            if _lock(file.fileno()):
                path.unlink()


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, so that they outlast a crash of the machine.

    Raises:
        OSError: it cannot be made.
    """
    if folder.is_dir():
        return
    if folder.parent == folder:
        raise FileNotFoundError(ENOENT, os.strerror(ENOENT), str(folder))
    make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir()
        sync_folder(folder.parent)
    if not folder.is_dir():
        raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR), str(folder))


def sync_folder(folder: Path) -> None:
    """Make what was created, renamed or removed in a folder outlast a crash of the machine."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other processes and threads from committing into a folder meanwhile."""
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        _lock(handle, wait=True)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, *, wait: bool = False) -> bool:
    """Take the lock of a file until it is closed; False where there are no locks to take.

    Raises:
        BlockingIOError: it is taken.
    """
    if fcntl is None:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        raise
    except OSError:  # a file system without locks
        return False
    return True
