"""Where files are kept. Everything here blocks, and is called in worker threads."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..datasets.shard import Shard
    from .layout import Part


class Draft(Protocol):
    """The file of one shard while it is being written."""

    @property
    def file(self) -> IO[bytes]:
        """Where its bytes go."""
        ...

    def commit(self) -> None:
        """Put it in its place, whole, and remove the provisional files whose time it holds.

        Raises:
            ConfigurationError: a final file holds a part of its time already.
            OSError: the disk or the service failed.
        """

    def discard(self) -> None:
        """Leave nothing of it."""


class Store(Protocol):
    """A target: the files of many shards."""

    def prepare(self) -> None:
        """Make sure that it can be written to, as far as that can be known beforehand.

        Raises:
            ConfigurationError: it cannot.
        """

    def devices(self) -> list[str]:
        """The devices of which there may be files."""
        ...

    def parts(self, device: str) -> list[Part]:
        """The files of one device. What dead runs have left is removed on the way."""
        ...

    def create(self, shard: Shard) -> Draft:
        """A file to write a shard to."""
        ...
