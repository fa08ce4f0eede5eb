"""Shards as files on a local disk."""

from __future__ import annotations

import os
from contextlib import suppress
from errno import EACCES
from typing import IO, TYPE_CHECKING

from attrs import frozen

from ..errors import ConfigurationError
from . import drafts, layout

if TYPE_CHECKING:
    from pathlib import Path

    from ..datasets.shard import Shard
    from .layout import Part


@frozen
class LocalStore:
    """A folder of a local disk.

    Attributes:
        root: the folder; made when it is needed.
        suffix: of the files.
    """

    root: Path
    suffix: str

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

    def devices(self) -> list[str]:
        """The devices of which there may be files."""
        found = map(layout.device_of, sorted(_names(self.root)))
        return [each for each in found if each is not None]

    def parts(self, device: str) -> list[Part]:
        """The files of one device. What dead runs have left is removed on the way."""
        folder = self.root / layout.device_folder(device)
        return [part for name in sorted(_names(folder)) for part in self._swept(folder / name)]

    def _swept(self, folder: Path) -> list[Part]:
        names = _names(folder)
        for name in filter(layout.is_draft, names):
            drafts.sweep(folder / name)
        parts = self.parts_in(folder, names)
        if not layout.outdated(parts):
            return parts
        with drafts.alone_in(folder):
            parts = self.parts_in(folder, _names(folder))
            gone = layout.outdated(parts)
            _remove(folder, gone)
        return [each for each in parts if each not in gone]

    def parts_in(self, folder: Path, names: list[str]) -> list[Part]:
        """The files of one device and day."""
        found = (layout.part(name, folder.name, self.suffix) for name in names)
        return [each for each in found if each is not None]

    def create(self, shard: Shard) -> LocalDraft:
        """A hidden file beside the place where it will be."""
        folder = self.root / layout.device_folder(shard.key) / layout.date_folder(shard)
        file, path = drafts.create(folder, layout.file_name(shard, self.suffix))
        return LocalDraft(self, shard, file, path)


@frozen
class LocalDraft:
    """The file of one shard while it is being written."""

    store: LocalStore
    shard: Shard
    file: IO[bytes]
    path: Path

    def commit(self) -> None:
        """Put it in its place, whole, and remove the provisional files whose time it holds.

        Raises:
            ConfigurationError: a final file holds a part of its time already.
            OSError: the disk failed.
        """
        self.file.flush()
        os.fsync(self.file.fileno())
        folder, name = self.path.parent, layout.file_name(self.shard, self.store.suffix)
        with drafts.alone_in(folder):
            there = layout.replaced(self.store.parts_in(folder, layout.near(_names(folder), self.shard)), self.shard)
            if there is None:
                self.discard()
                return
            if os.name == "nt":
                self.file.close()
            self.path.replace(folder / name)
            _remove(folder, [each for each in there if each.name != name])
        self.file.close()
        drafts.sync_folder(folder)

    def discard(self) -> None:
        """Leave nothing of it."""
        with suppress(OSError):  # a full disk, which was reported when it was written to
            self.file.close()
        self.path.unlink(missing_ok=True)


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as found:
            return [each.name for each in found]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _remove(folder: Path, parts: list[Part]) -> None:
    for each in parts:
        (folder / each.name).unlink(missing_ok=True)
