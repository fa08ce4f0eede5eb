"""Shards as files of anything that fsspec knows: object stores first of all.

A shard is written to a temporary file of this machine and goes up when it is whole, in one PUT or multipart upload under its final
name: an object is there whole or not at all. A file system that is no object store gets it under a hidden name first.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from attrs import field, frozen

from ..errors import ConfigurationError
from ..http.redact import redact
from . import layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fsspec import AbstractFileSystem

    from ..datasets.shard import Shard
    from .layout import Part

# Where one PUT is all or nothing. `memory` is not, but it does not outlast its process either.
_ATOMIC = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss", "oci", "memory"}


@frozen(slots=False)
class RemoteStore:
    """A folder of an object store or another file system.

    Attributes:
        url: of the folder, as fsspec writes it.
        suffix: of the files.
        options: for the file system, such as credentials and an endpoint.
    """

    url: str = field(repr=redact)
    suffix: str
    options: Mapping[str, Any] = field(factory=dict, repr=False)

    @cached_property
    def target(self) -> tuple[AbstractFileSystem, str]:
        """The file system, and the folder there.

        Raises:
            ConfigurationError: fsspec, or what it needs for this URL, is not installed.
        """
        try:
            from fsspec.core import url_to_fs
        except ImportError:
            raise ConfigurationError(f'{redact(self.url)} needs fsspec: pip install "asyncsdk[fsspec]"') from None
        try:
            files, root = url_to_fs(self.url, **self.options)
        except (ImportError, ValueError) as error:  # no such protocol, or the package for it is missing
            raise ConfigurationError(f"{redact(self.url)}: {redact(str(error))}") from None
        return files, root.rstrip("/")

    def prepare(self) -> None:
        """Look whether the target can be reached.

        Raises:
            ConfigurationError: it cannot.
        """
        files, root = self.target
        try:
            if not self.is_atomic:
                files.makedirs(root, exist_ok=True)
            _names(files, root)
            taken = files.isfile(root)
        except Exception as error:  # noqa: BLE001  # each file system has errors of its own
            raise ConfigurationError(f"cannot write to {redact(self.url)}: {redact(str(error))}") from None
        if taken:
            raise ConfigurationError(f"cannot write to {redact(self.url)}: it is a file")

    @property
    def is_atomic(self) -> bool:
        """Whether what is put there is there whole or not at all."""
        protocol = self.target[0].protocol
        return not _ATOMIC.isdisjoint((protocol,) if isinstance(protocol, str) else protocol)

    def devices(self) -> list[str]:
        """The devices of which there may be files."""
        found = map(layout.device_of, sorted(_names(*self.target)))
        return [each for each in found if each is not None]

    def parts(self, device: str) -> list[Part]:
        """The files of one device. What dead runs have left is removed on the way."""
        files, root = self.target
        top = f"{root}/{layout.device_folder(device)}"
        files.invalidate_cache(top)
        by_folder: dict[str, list[str]] = {}
        for path in sorted(files.find(top)):
            folder, _, name = path.rpartition("/")
            by_folder.setdefault(folder, []).append(name)
        known = []
        for folder, names in by_folder.items():
            parts = self.parts_in(folder, names)
            gone = layout.outdated(parts)
            _remove(files, folder, gone)
            known += [each for each in parts if each not in gone]
        return known

    def parts_in(self, folder: str, names: list[str]) -> list[Part]:
        """The files of one device and day."""
        found = (layout.part(name, folder.rpartition("/")[2], self.suffix) for name in names)
        return [each for each in found if each is not None]

    def create(self, shard: Shard) -> RemoteDraft:
        """A temporary file of this machine."""
        folder = f"{self.target[1]}/{layout.device_folder(shard.key)}/{layout.date_folder(shard)}"
        handle, path = tempfile.mkstemp(prefix="asyncsdk-", suffix=".tmp")
        return RemoteDraft(self, shard, folder, os.fdopen(handle, "wb"), path)


@frozen
class RemoteDraft:
    """The file of one shard while it is being written."""

    store: RemoteStore
    shard: Shard
    folder: str
    file: IO[bytes]
    path: str

    def commit(self) -> None:
        """Put it in its place, whole, and remove the provisional files whose time it holds.

        Nothing can be locked there, so the look at the other files comes after: of two runs that collide the later one sees it, if
        not both, and takes its file away again.

        Raises:
            ConfigurationError: a final file holds a part of its time already.
            OSError: the service failed.
        """
        self.file.close()
        files = self.store.target[0]
        name = layout.file_name(self.shard, self.store.suffix)
        self._put(f"{self.folder}/{name}")
        files.invalidate_cache(self.folder)
        names = layout.near(_names(files, self.folder), self.shard)
        others = [each for each in self.store.parts_in(self.folder, names) if each.name != name]
        try:
            there = layout.replaced(others, self.shard)
        except ConfigurationError:
            files.rm_file(f"{self.folder}/{name}")
            raise
        if there is None:  # a final one, and this is provisional
            files.rm_file(f"{self.folder}/{name}")
        else:
            _remove(files, self.folder, there)
        self.discard()

    def _put(self, place: str) -> None:
        files = self.store.target[0]
        if self.store.is_atomic:
            files.put_file(self.path, place)
            return
        files.makedirs(self.folder, exist_ok=True)
        draft = f"{self.folder}/{layout.draft_name(place.rpartition('/')[2], secrets.token_hex(4))}"
        files.put_file(self.path, draft)
        files.mv(draft, place)

    def discard(self) -> None:
        """Leave nothing of it."""
        with suppress(OSError):
            self.file.close()
        Path(self.path).unlink(missing_ok=True)


def _names(files: AbstractFileSystem, folder: str) -> list[str]:
    try:
        return [path.rstrip("/").rpartition("/")[2] for path in files.ls(folder, detail=False)]
    except FileNotFoundError:
        return []


def _remove(files: AbstractFileSystem, folder: str, parts: list[Part]) -> None:
    for each in parts:
        with suppress(FileNotFoundError):
            files.rm_file(f"{folder}/{each.name}")
