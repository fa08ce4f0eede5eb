"""Shards as files on a local disk."""

from __future__ import annotations

import os
from array import array
from contextlib import suppress
from errno import EACCES
from pathlib import Path
from typing import IO, TYPE_CHECKING

from attrs import frozen

from ..errors import ConfigurationError
from . import drafts, parts
from .layout import LABELS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from ..datasets.shard import Shard
    from .layout import Layout
    from .parts import Part

# With more keys than these it is quicker to see which of them are there at all.
_FEW = 1000
# So many keys are looked at in a row.
_SHARE = 64


@frozen
class LocalStore:
    """A folder of a local disk.

    Attributes:
        root: the folder; made when it is needed.
    """

    root: Path

    def prepare(self) -> None:
        """Make the folder.

        Raises:
            ConfigurationError: it cannot be made, or not be written to.
        """
        try:
            drafts.make_folder(self.root)
            if not os.access(self.root, os.W_OK | os.X_OK):
                raise PermissionError(EACCES, os.strerror(EACCES))
        except OSError as error:
            raise ConfigurationError(f"cannot write to {self.root}: {error.strerror}") from None

    def labels(self) -> list[str]:
        """What it says of itself."""
        return names(self.root / LABELS)

    def put_label(self, label: str) -> None:
        """Let it say something more of itself."""
        drafts.make_folder(self.root / LABELS)
        (self.root / LABELS / label).touch()
        drafts.sync_folder(self.root / LABELS)

    def take_label(self, label: str) -> None:
        """Let it say that no more."""
        (self.root / LABELS / label).unlink(missing_ok=True)

    def shares(self, layout: Layout, keys: Collection[str] | None) -> Sequence[Collection[str | None]]:
        """Keys of which there may be files, in shares that may be looked at side by side."""
        if layout.key is None:
            return [[None]]
        found = sorted(keys) if keys is not None and len(keys) <= _FEW else self._keys(layout, keys)
        return [found[first : first + _SHARE] for first in range(0, len(found), _SHARE)]

    def _keys(self, layout: Layout, keys: Collection[str] | None) -> list[str]:
        there = filter(None, map(layout.key_of, names(self.root)))
        return sorted(there if keys is None else set(keys).intersection(there))

    def finished(
        self, layout: Layout, share: Collection[str | None], days: tuple[str, str] | None
    ) -> list[tuple[str | None, array[int]]]:
        """The edges of the shards that are done, by key. What dead runs have left is removed on the way."""
        found = []
        for key in share:
            edges = array("q")
            top = os.path.join(self.root, layout.key_folder(key))  # noqa: PTH118  # a `Path` each would take as long as all else
            for day in self._days(top, layout, days):
                edges += self._edges(top, day, layout)
            if edges:
                found.append((key, edges))
        return found

    @staticmethod
    def _days(top: str, layout: Layout, days: tuple[str, str] | None) -> Iterable[str]:
        return [name for name in sorted(names(top)) if layout.is_day(name, days)] if layout.dated else [""]

    @staticmethod
    def _edges(top: str, day: str, layout: Layout) -> array[int]:
        there = names(f"{top}/{day}")
        if (edges := layout.edges(there, day)) is not None:
            return edges
        folder = Path(top, day)
        for name in filter(parts.is_draft, there):
            drafts.sweep(folder / name)
        known = layout.parts(there, folder.name)
        if parts.outdated(known):
            with drafts.alone_in(folder) as alone:
                known = layout.parts(names(folder), folder.name)
                gone = parts.outdated(known)
                if alone:  # else a later run removes them
                    _remove(folder, gone)
            known = [each for each in known if each not in gone]
        return parts.edges_in(known)

    def create(self, layout: Layout, shard: Shard) -> LocalDraft:
        """A hidden file beside the place where it will be."""
        file, path = drafts.create(self.root / layout.folder(shard), layout.file_name(shard))
        return LocalDraft(layout, shard, file, path)


@frozen
class LocalDraft:
    """The file of one shard while it is being written."""

    layout: Layout
    shard: Shard
    file: IO[bytes]
    path: Path

    def finish(self, *, empty: bool) -> None:
        """Make its bytes outlast a crash of the machine.

        Raises:
            OSError: the disk failed.
        """
        self.file.flush()
        if empty:
            self.file.truncate(0)
        os.fsync(self.file.fileno())

    def commit(self, *, empty: bool) -> str | None:
        """Put it in its place, whole, and remove the files whose place it takes; or say whose lock is in the way.

        Raises:
            ConfigurationError: a final file holds a part of its time already.
            OSError: the disk failed.
        """
        folder, name = self.path.parent, self.layout.file_name(self.shard, empty=empty)
        with drafts.alone_in(folder) as alone:
            if not alone:
                return str(folder)
            others = self.layout.parts(parts.near(names(folder), self.shard), folder.name)
            there = parts.replaced(others, self.shard)
            if there is None:
                self.discard()
                return None
            if os.name == "nt":
                self.file.close()
            self.path.replace(folder / name)
            _remove(folder, [each for each in there if each.name != name])
        self.file.close()
        drafts.sync_folder(folder)
        return None

    def discard(self) -> None:
        """Leave nothing of it."""
        with suppress(OSError):  # a full disk, which was reported when it was written to
            self.file.close()
        self.path.unlink(missing_ok=True)


def names(folder: str | Path) -> list[str]:
    """The names of what is in a folder; of nothing where there is none."""
    try:
        return os.listdir(folder)  # noqa: PTH208  # there may be a million
    except (FileNotFoundError, NotADirectoryError):
        return []


def _remove(folder: Path, gone: list[Part]) -> None:
    for each in gone:
        (folder / each.name).unlink(missing_ok=True)
