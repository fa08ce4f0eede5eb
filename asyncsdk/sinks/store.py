"""Where files are kept. Everything here blocks, and is called in worker threads."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from array import array
    from collections.abc import Collection, Sequence

    from ..datasets.shard import Shard
    from .layout import Layout


class Draft(Protocol):
    """The file of one shard while it is being written."""

    @property
    def file(self) -> IO[bytes]:
        """Where its bytes go."""
        ...

    def finish(self, *, empty: bool) -> None:
        """Bring its bytes to where they are safe; once, before the first `commit`.

        Args:
            empty: whether to keep nothing of it but that it was here.

        Raises:
            OSError: the disk failed.
        """

    def commit(self, *, empty: bool) -> str | None:
        """Put it in its place, whole, and remove the files whose place it takes.

        Args:
            empty: as given to `finish`.

        Returns:
            None once that is done; else the path whose lock somebody else holds just now, and it is to be tried again.

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

    def labels(self) -> list[str]:
        """What it says of itself."""
        ...

    def put_label(self, label: str) -> None:
        """Let it say something more of itself."""

    def take_label(self, label: str) -> None:
        """Let it say that no more."""

    def shares(self, layout: Layout, keys: Collection[str] | None) -> Sequence[Collection[str | None]]:
        """Keys of which there may be files, in shares that may be looked at side by side.

        Args:
            layout: the tree to look through.
            keys: those that count; None for all. A share of None alone stands for all keys, or for none where there are none.
        """
        ...

    def finished(
        self, layout: Layout, share: Collection[str | None], days: tuple[str, str] | None
    ) -> Collection[tuple[str | None, array[int]]]:
        """The edges of the shards that are done, by key. What dead runs have left is removed on the way.

        Args:
            layout: the tree to look through.
            share: whose files to look at.
            days: the first and the last day to look at, ``YYYY-MM-DD``; None for all.
        """
        ...

    def create(self, layout: Layout, shard: Shard) -> Draft:
        """A file to write a shard to."""
        ...
