"""Shards as files of anything that fsspec knows: object stores first of all.

A shard is written to a temporary file of this machine and goes up when it is whole, in one PUT or multipart upload under its final
name: an object is there whole or not at all. A file system that is no object store gets it under a hidden name first.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from itertools import groupby
from typing import IO, TYPE_CHECKING, Any

from attrs import field, frozen

from ..errors import ConfigurationError
from ..http.redact import redact
from . import drafts, listing, parts, renaming
from .layout import LABELS
from .options import StorageOptions, check_travels, resolved

if TYPE_CHECKING:
    from array import array
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from fsspec import AbstractFileSystem

    from ..datasets.shard import Shard
    from .layout import Layout
    from .parts import Part

# Where one PUT is all or nothing. `memory` is not, but it does not outlast its process either.
_ATOMIC = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss", "oci", "memory"}
# So many keys are looked for one by one; for more, all that is there is listed once.
_FEW = 16


@frozen(slots=False)
class RemoteStore:
    """A folder of an object store or another file system.

    Attributes:
        url: of the folder, as fsspec writes it.
        options: for the file system, such as credentials and an endpoint. It pickles if no credential is among them.
    """

    url: str = field(repr=redact)
    options: StorageOptions = field(factory=dict, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        check_travels(self.url, self.options)
        return RemoteStore, (self.url, self.options)  # without the file system, which knows what it was given

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
        options = resolved(self.options)
        try:
            files, root = url_to_fs(self.url, **options)
        except (ImportError, ValueError) as error:  # no such protocol, or the package for it is missing
            raise ConfigurationError(f"{redact(self.url)}: {redact(str(error))}") from None
        return files, root.rstrip("/")

    def prepare(self) -> None:
        """Look whether the target can be reached.

        Raises:
            ConfigurationError: it cannot.
        """
        files, root = self.target
        drafts.sweep_temporary()
        try:
            if not self.is_atomic:
                files.makedirs(root, exist_ok=True)
            self.labels()
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

    def labels(self) -> list[str]:
        """What it says of itself."""
        files, root = self.target
        # Not `ls`, which makes s3fs look through the folder above where this one is not there.
        return [path.rpartition("/")[2] for path in listing.below(files, f"{root}/{LABELS}")]

    def put_label(self, label: str) -> None:
        """Let it say something more of itself."""
        files, root = self.target
        if not self.is_atomic:
            files.makedirs(f"{root}/{LABELS}", exist_ok=True)
        files.pipe_file(f"{root}/{LABELS}/{label}", b"")

    def take_label(self, label: str) -> None:
        """Let it say that no more."""
        files, root = self.target
        with suppress(FileNotFoundError):
            files.rm_file(f"{root}/{LABELS}/{label}")

    def shares(self, layout: Layout, keys: Collection[str] | None) -> Sequence[Collection[str | None]]:
        """Keys of which there may be files, in shares that may be looked at side by side."""
        if layout.key is None or keys is None:
            return [[None]]
        return [[key] for key in sorted(keys)] if len(keys) <= _FEW else [keys]

    def finished(
        self, layout: Layout, share: Collection[str | None], days: tuple[str, str] | None
    ) -> list[tuple[str | None, array[int]]]:
        """The edges of the shards that are done, by key and folder. What dead runs have left is removed on the way."""
        files, root = self.target
        wanted = None if None in share else frozenset(share)
        top = root
        if wanted is not None and len(wanted) == 1:
            top = f"{root}/{layout.key_folder(*wanted)}"
        made = []
        for folder, paths in groupby(listing.below(files, top), lambda path: path.rpartition("/")[0]):
            below = folder[len(root) + 1 :]
            key = layout.key_of(below.partition("/")[0])
            if layout.has(below, days) and (wanted is None or key in wanted):
                edges = self._edges(layout, folder, [path.rpartition("/")[2] for path in paths])
                if edges:
                    made.append((key, edges))
        return made

    def _edges(self, layout: Layout, folder: str, names: list[str]) -> array[int]:
        name = folder.rpartition("/")[2]
        if (edges := layout.edges(names, name)) is not None:
            return edges
        renaming.sweep(self.target[0], folder, names)
        known = layout.parts(names, name)
        gone = parts.outdated(known)
        _remove(self.target[0], folder, gone)
        return parts.edges_in([each for each in known if each not in gone])

    def create(self, layout: Layout, shard: Shard) -> RemoteDraft:
        """A temporary file of this machine."""
        folder = f"{self.target[1]}/{layout.folder(shard)}".rstrip("/")
        return RemoteDraft(self, layout, shard, folder, *drafts.create_temporary())


@frozen
class RemoteDraft:
    """The file of one shard while it is being written."""

    store: RemoteStore
    layout: Layout
    shard: Shard
    folder: str
    file: IO[bytes]
    path: Path

    def finish(self, *, empty: bool) -> None:
        """Have all of it in the temporary file, which stays open, and so locked, until it has gone up.

        Raises:
            OSError: the disk failed.
        """
        self.file.flush()
        if empty:
            self.file.truncate(0)

    def commit(self, *, empty: bool) -> None:
        """Put it in its place, whole, and remove the files whose place it takes.

        Nothing can be locked there, so the look at the other files comes after: of two runs that collide the later one sees it, if
        not both, and takes its file away again.

        Raises:
            ConfigurationError: a final file holds a part of its time already.
            OSError: the service failed.
        """
        try:
            self._commit(empty=empty)
        except (OSError, EOFError, ConfigurationError):
            raise
        except Exception as error:  # each file system has errors of its own, such as ftplib's
            raise OSError(f"{type(error).__name__}: {error}") from error
        self.discard()

    def _commit(self, *, empty: bool) -> None:
        files = self.store.target[0]
        name = self.layout.file_name(self.shard, empty=empty)
        self._put(f"{self.folder}/{name}")
        names = parts.near(listing.names(files, self.folder), self.shard)
        others = [each for each in self.layout.parts(names, self.folder.rpartition("/")[2]) if each.name != name]
        try:
            there = parts.replaced(others, self.shard)
        except ConfigurationError:
            files.rm_file(f"{self.folder}/{name}")
            raise
        if there is None:  # a final one, and this is provisional
            files.rm_file(f"{self.folder}/{name}")
        else:
            _remove(files, self.folder, there)

    def _put(self, place: str) -> None:
        files = self.store.target[0]
        if self.store.is_atomic:
            files.put_file(str(self.path), place)
            return
        folder, _, name = place.rpartition("/")
        renaming.put(files, str(self.path), folder, name)

    def discard(self) -> None:
        """Leave nothing of it."""
        with suppress(OSError):
            self.file.close()
        self.path.unlink(missing_ok=True)


def _remove(files: AbstractFileSystem, folder: str, gone: list[Part]) -> None:
    for each in gone:
        with suppress(FileNotFoundError):
            files.rm_file(f"{folder}/{each.name}")
