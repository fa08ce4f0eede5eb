"""Files that are being written, on a local disk: hidden, locked while their writer lives, swept away once it does not.

The lock is the kernel's (`flock`): it ends with the process, however that ends, so whoever can take it knows that nobody writes there
any more. Where a file system has no such locks nothing is swept, and commits are not kept apart. Nobody waits for a lock in here: a
wait inside the kernel could not be cancelled. A forked child would share its parent's locks, and lets go of them first of all.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import contextmanager, suppress
from errno import ENOENT, ENOTDIR
from pathlib import Path
from typing import IO, TYPE_CHECKING
from weakref import WeakSet

from .parts import draft_name

if TYPE_CHECKING:
    from collections.abc import Iterator

try:
    import fcntl
except ImportError:  # Windows, which does not let a file be removed that is open
    fcntl = None  # type: ignore[assignment]

_TEMPORARY = "asyncsdk-upload"

_files: WeakSet[IO[bytes]] = WeakSet()
_folders: set[int] = set()


def _let_go() -> None:
    """Leave the locks to the parent, in a forked child: a lock lasts until the last process has closed the file."""
    open_files = [each.fileno() for each in list(_files) if not each.closed]
    with suppress(OSError):
        nothing = os.open(os.devnull, os.O_RDWR)
        # Not closed: the number would be given to another file, to which the parent's object would write in the child.
        for handle in (*open_files, *_folders):
            os.dup2(nothing, handle, inheritable=False)
        os.close(nothing)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)


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
                _files.add(file)
                return file, path
        file.close()


def create_temporary() -> tuple[IO[bytes], Path]:
    """The same in this machine's folder for temporary files.

    Raises:
        OSError: nothing can be written there.
    """
    return create(Path(tempfile.gettempdir()), _TEMPORARY)


def sweep_temporary() -> None:
    """Remove what dead processes have left in the folder for temporary files."""
    for path in Path(tempfile.gettempdir()).glob(draft_name(_TEMPORARY, "*")):
        sweep(path)


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
def alone_in(folder: Path) -> Iterator[bool]:
    """Keep other processes and threads from committing into a folder meanwhile; False if one of them keeps us from it."""
    if fcntl is None:
        yield True
        return
    handle = os.open(folder, os.O_RDONLY)
    _folders.add(handle)
    try:
        try:
            locked = _lock(handle)
            is_there = os.path.samestat(os.fstat(handle), os.stat(folder))  # noqa: PTH116  # beside the one of a handle
        except (BlockingIOError, FileNotFoundError):
            yield False
            return
        if not is_there:  # a compaction has put another one in its place
            yield False
            return
        try:
            yield True
        finally:
            if locked:  # said aloud: a child that was forked meanwhile may have it open still
                fcntl.flock(handle, fcntl.LOCK_UN)
    finally:
        _folders.discard(handle)
        os.close(handle)


def _lock(handle: int) -> bool:
    """Take the lock of a file until it is closed; False where there are no locks to take.

    Raises:
        BlockingIOError: it is taken.
    """
    if fcntl is None:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # a file system without locks
        return False
    return True
