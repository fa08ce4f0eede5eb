"""A sink of files: one for each shard, which are the ledger as well."""

from __future__ import annotations

import os
import threading
from array import array
from collections.abc import Collection
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar
from urllib.parse import unquote, urlsplit

import anyio
from anyio import to_thread
from anyio.lowlevel import RunVar

from ..datasets.shard import Shard
from ..errors import ConfigurationError
from ..http.redact import redact
from . import layout
from .local import LocalStore
from .remote import RemoteStore

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from ..datasets.protocol import Form, Writer
    from .store import Draft, Store

T = TypeVar("T")

DATASET = "unleash_analytics.rows"
"""The data set whose rows have a device and a time, by which these files are laid out."""

# How many files may be worked on at the same moment.
_THREADS = 8
# Seconds that taking a file away may hold up a cancellation.
_MOMENT = 5.0

_threads: RunVar[anyio.CapacityLimiter] = RunVar("asyncsdk_sink_threads")


class Encoder(Protocol):
    """Rows to the bytes of one file."""

    def write(self, items: Any) -> None:
        """Take rows: a sequence of them or a record batch."""

    def close(self) -> None:
        """Write what is held back and the end of the file, which stays open."""


class FileSink:
    """What the sinks of this package have in common.

    A shard is written under a hidden name, or to a temporary file for an object store, and stands under its final name only when
    it is whole: the files that stand there are what is done. All that blocks is done in worker threads.
    """

    form: ClassVar[Form] = "rows"

    def __init__(self, path: str | os.PathLike[str], suffix: str, storage_options: Mapping[str, Any] | None) -> None:
        self._path = os.fspath(path)
        if not self._path or not isinstance(self._path, str):
            raise ConfigurationError("a sink needs the path of a folder, or a URL")
        self._suffix = suffix
        self._store = _store(self._path, suffix, storage_options)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({redact(self._path)!r})"

    def _encoder(self, file: IO[bytes], shard: Shard) -> Encoder:
        raise NotImplementedError

    async def done(self) -> Finished:
        """The shards that are done, which are the files that are there.

        What runs that were killed have left behind is removed; what a live one is writing is not touched, nor are others' files.

        Raises:
            ConfigurationError: the target cannot be made, reached or written to.
        """
        await _in_thread(self._store.prepare)
        finished, errors = Finished(), list[Exception]()
        devices = await _in_thread(self._store.devices)
        for first in range(0, len(devices), _THREADS):
            async with anyio.create_task_group() as group:
                for device in devices[first : first + _THREADS]:
                    group.start_soon(self._look_up, device, finished, errors)
            if errors:
                raise errors[0]
        return finished

    async def _look_up(self, device: str, finished: Finished, errors: list[Exception]) -> None:
        try:
            parts = await _in_thread(self._store.parts, device)
        except Exception as error:  # noqa: BLE001  # the group would wrap it
            errors.append(error)
        else:
            finished.add(device, (part for part in parts if part.settled))

    @asynccontextmanager
    async def open(self, shard: Shard) -> AsyncIterator[Writer]:
        """A file for the rows of one shard, which stands in its place once the block is left without an exception.

        Raises:
            ConfigurationError: another run has committed a part of the shard's time meanwhile.
            OSError: the disk or the service failed.
        """
        work = _Work(self._store, shard, self._encoder, f"{redact(self._path)}/{layout.file_name(shard, self._suffix)}")
        try:
            await _in_thread(work.start)
            yield _FileWriter(work)
            await _in_thread(work.commit)
        except BaseException:
            with anyio.move_on_after(_MOMENT, shield=True):
                await to_thread.run_sync(work.discard, abandon_on_cancel=True)
            raise


class Finished(Collection[Shard]):
    """The shards that are done; a million of them take 16 MB."""

    def __init__(self) -> None:
        self._edges: dict[str, array[int]] = {}

    def add(self, device: str, parts: Iterator[layout.Part]) -> None:
        """Take in the files of one device."""
        self._edges[device] = array("q", (edge for part in parts for edge in (part.start, part.end)))

    def __iter__(self) -> Iterator[Shard]:
        for device, edges in self._edges.items():
            for at in range(0, len(edges), 2):
                yield Shard(DATASET, device, edges[at], edges[at + 1])

    def __len__(self) -> int:
        return sum(len(edges) for edges in self._edges.values()) // 2

    def __contains__(self, shard: object) -> bool:
        return any(each == shard for each in self)


class _FileWriter:
    """Where the rows of one shard go; one call at a time."""

    def __init__(self, work: _Work) -> None:
        self._work = work

    async def write(self, items: Any) -> None:
        """Take some rows, which follow those of the call before.

        Raises:
            OSError: the disk failed.
        """
        await _in_thread(self._work.write, items)


class _Work:
    """What is done to one file, step by step, in worker threads.

    A step whose task is cancelled goes on in its thread. So each step waits for the one before it, and `discard` finds what there
    is to take away.
    """

    def __init__(self, store: Store, shard: Shard, encoder: Callable[[IO[bytes], Shard], Encoder], place: str) -> None:
        self._store = store
        self._shard = shard
        self._make_encoder = encoder
        self._place = place
        self._one_step = threading.Lock()
        self._draft: Draft | None = None
        self._encoder: Encoder | None = None
        self._over = False

    def start(self) -> None:
        with self._step():
            self._draft = self._store.create(self._shard)
            self._encoder = self._make_encoder(self._draft.file, self._shard)

    def write(self, items: Any) -> None:
        with self._step():
            assert self._encoder is not None
            self._encoder.write(items)

    def commit(self) -> None:
        with self._step():
            assert self._encoder is not None
            assert self._draft is not None
            self._encoder.close()
            self._draft.commit()
            self._over = True

    def discard(self) -> None:
        with self._one_step:
            if self._over:
                return
            self._over = True
            with suppress(Exception):  # a full disk, which was reported when it was written to
                if self._encoder is not None:
                    self._encoder.close()
            if self._draft is not None:
                self._draft.discard()

    @contextmanager
    def _step(self) -> Iterator[None]:
        with self._one_step:
            if self._over:
                raise RuntimeError(f"{self._place} is closed: a writer is used inside its block")
            try:
                yield
            except OSError as error:
                if error.filename is not None:
                    raise
                if error.errno is None:
                    raise OSError(f"{self._place}: {redact(str(error))}") from None
                raise OSError(error.errno, error.strerror, self._place) from error


def _store(path: str, suffix: str, options: Mapping[str, Any] | None) -> Store:
    scheme, separator, _ = path.partition("://")
    if separator and scheme not in ("file", "local"):
        return RemoteStore(path, suffix, options or {})
    if options:
        raise ConfigurationError("storage_options are for a URL, not for a local folder")
    return LocalStore(Path(unquote(urlsplit(path).path) if separator else path).absolute(), suffix)


async def _in_thread(call: Callable[..., T], *args: Any) -> T:
    try:
        limiter = _threads.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(_THREADS)
        _threads.set(limiter)
    return await to_thread.run_sync(call, *args, limiter=limiter)
