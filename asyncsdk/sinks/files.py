"""A sink of files: one for each shard, which are the ledger as well."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, ClassVar, Protocol, TypeVar
from urllib.parse import unquote, urlsplit

import anyio
from anyio import to_thread
from anyio.lowlevel import RunVar
from attrs import evolve

from ..datasets.columns import Columns
from ..datasets.dataset import declared
from ..datasets.ledger import Finished
from ..datasets.plan import Plan
from ..datasets.protocol import Form, Writer
from ..datasets.shard import Shard
from ..errors import ConfigurationError
from ..http.redact import redact
from ..times import instant
from .layout import Layout, held_against
from .local import LocalStore
from .options import StorageOptions
from .remote import RemoteStore
from .store import Draft, Store

T = TypeVar("T")

_FULL = {getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name)}
# How many files may be worked on at the same moment.
_THREADS = 8
# Seconds that taking a file away may hold up a cancellation.
_MOMENT = 5.0
# Seconds that others may hold the lock of a folder, which takes them milliseconds, and how often to look.
_PATIENCE = 60.0
_FIRST_PAUSE = 0.002
_LAST_PAUSE = 0.25

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

    _marks_empty: ClassVar[bool] = True
    """Whether a shard without rows is an empty hidden file: where a file of no rows is none to its readers."""

    def __init__(self, path: str | os.PathLike[str], suffix: str, storage_options: StorageOptions | None) -> None:
        self._path = os.fspath(path)
        if not self._path or not isinstance(self._path, str):
            raise ConfigurationError("a sink needs the path of a folder, or a URL")
        self._suffix = suffix
        self._store = _store(self._path, storage_options)
        self._layouts: dict[str, Layout] = {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({redact(self._path)!r})"

    def _encoder(self, file: IO[bytes], columns: Columns, key: str | None) -> Encoder:
        raise NotImplementedError

    async def done(self, plan: Plan | None = None) -> Finished:
        """The shards that are done, which are the files that are there.

        What runs that were killed have left behind is removed; what a live one is writing is not touched, nor are others' files.

        Args:
            plan: look no further than its keys and days; None for all that is there.

        Raises:
            ConfigurationError: the target cannot be made, reached or written to, or holds another data set or another format.
        """
        await _in_thread(self._store.prepare)
        layout = await _in_thread(self._layout_of, plan)
        if layout is None:
            return Finished("", timed=True)
        finished, errors = Finished(layout.dataset, timed=layout.dated), list[Exception]()
        keys = plan.keys if plan is not None and isinstance(plan.keys, tuple) else None
        shares = await _in_thread(self._store.shares, layout, keys)
        for first in range(0, len(shares), _THREADS):
            async with anyio.create_task_group() as group:
                for share in shares[first : first + _THREADS]:
                    group.start_soon(self._look_up, layout, share, _days(plan), finished, errors)
            if errors:
                raise errors[0]
        return finished

    async def _look_up(
        self,
        layout: Layout,
        share: Collection[str | None],
        days: tuple[str, str] | None,
        finished: Finished,
        errors: list[Exception],
    ) -> None:
        try:
            for key, edges in await _in_thread(self._store.finished, layout, share, days):
                finished.add(key, edges)
        except Exception as error:  # noqa: BLE001  # the group would wrap it
            errors.append(error)

    def _layout_of(self, plan: Plan | None) -> Layout | None:
        """The tree of a plan, or the one that is there."""
        labels = self._store.labels()
        if plan is not None:
            layout = Layout.of(declared(plan.dataset), self._suffix) if plan.dataset else None
        else:
            found = next(filter(None, map(Layout.labelled, labels)), None)
            layout = None if found is None else evolve(found, suffix=self._suffix)
        if layout is not None:
            held_against(labels, layout, redact(self._path))
        return layout

    def _claim(self, dataset: str) -> Layout:
        """The tree of a data set, which the target holds from now on."""
        layout, target = Layout.of(declared(dataset), self._suffix), redact(self._path)
        with _named(target):
            if held_against(self._store.labels(), layout, target):
                return layout
            self._store.put_label(layout.label)
            try:  # somebody else may have come first
                held_against(self._store.labels(), layout, target)
            except ConfigurationError:
                self._store.take_label(layout.label)
                raise
        return layout

    @asynccontextmanager
    async def open(self, shard: Shard) -> AsyncIterator[Writer]:
        """A file for the rows of one shard, which stands in its place once the block is left without an exception.

        Raises:
            ConfigurationError: the target holds another data set or another format, or another run has committed a part of the
                shard's time meanwhile.
            OSError: the disk or the service failed, or another process kept the lock of a local folder for a minute.
        """
        if shard.dataset not in self._layouts:
            self._layouts[shard.dataset] = await _in_thread(self._claim, shard.dataset)
        work = _Work(self, self._layouts[shard.dataset], shard)
        try:
            await _in_thread(work.start)
            yield _FileWriter(work)
            await _in_thread(work.finish)
            await _committed(work)
        except BaseException:
            with anyio.move_on_after(_MOMENT, shield=True):
                await to_thread.run_sync(work.discard, abandon_on_cancel=True)
            raise


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

    def __init__(self, sink: FileSink, layout: Layout, shard: Shard) -> None:
        self._sink = sink
        self._layout = layout
        self._shard = shard
        self._one_step = threading.Lock()
        self._draft: Draft | None = None
        self._encoder: Encoder | None = None
        self._place = f"{redact(sink._path)}/{layout.file_name(shard)}"  # noqa: SLF001  # a part of the sink
        self._is_empty = sink._marks_empty  # noqa: SLF001
        self._over = False

    def start(self) -> None:
        with self._step():
            self._draft = self._sink._store.create(self._layout, self._shard)  # noqa: SLF001
            columns = declared(self._shard.dataset).columns
            self._encoder = self._sink._encoder(self._draft.file, columns, self._shard.key)  # noqa: SLF001

    def write(self, items: Any) -> None:
        with self._step():
            assert self._encoder is not None
            self._encoder.write(items)
            self._is_empty = self._is_empty and not len(items)

    def finish(self) -> None:
        with self._step():
            assert self._encoder is not None
            assert self._draft is not None
            self._encoder.close()
            self._draft.finish(empty=self._is_empty)

    def commit(self) -> str | None:
        """None once it is done; else whose lock is in the way."""
        with self._step():
            assert self._draft is not None
            locked = self._draft.commit(empty=self._is_empty)
            self._over = locked is None
            return locked

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
        with self._one_step, _named(self._place):
            if self._over:
                raise RuntimeError(f"{self._place} is closed: a writer is used inside its block")
            yield


async def _committed(work: _Work) -> None:
    """Commit, once nobody else holds the lock that it takes. The wait is here and in no thread, so that it can be cancelled.

    Raises:
        TimeoutError: somebody has held it for too long.
    """
    until, pause = anyio.current_time() + _PATIENCE, _FIRST_PAUSE
    while (locked := await _in_thread(work.commit)) is not None:
        if anyio.current_time() >= until:
            said = (
                f"another process has held the lock on this folder for {_PATIENCE:g} s; is one stopped in mid-commit?"
            )
            raise TimeoutError(errno.ETIMEDOUT, said, locked)
        await anyio.sleep(pause)
        pause = min(2 * pause, _LAST_PAUSE)


@contextmanager
def _named(place: str) -> Iterator[None]:
    """Let errors say where they happened; that a disk is full, at what is there still: the draft is swept away."""
    try:
        yield
    except EOFError as error:  # a connection that ended, as ftplib says it
        raise OSError(f"{place}: {redact(str(error)) or 'the connection ended'}") from None
    except OSError as error:
        if error.errno is None:
            raise OSError(f"{place}: {redact(str(error))}") from None
        where = place if error.filename is None else os.fsdecode(error.filename)
        if error.errno in _FULL:
            where = _there(where)
        if where == error.filename:
            raise
        raise OSError(error.errno, error.strerror, where) from error


def _there(place: str) -> str:
    """The place, or where it is none that exists, the folder that it would be in."""
    if "://" in place:
        return place
    path = Path(place)
    return str(next((each for each in (path, *path.parents) if each.exists()), path))


def _days(plan: Plan | None) -> tuple[str, str] | None:
    """The first and the last day of a plan."""
    if plan is None or plan.start is None or plan.end is None:
        return None
    first, last = (instant(each).date().isoformat() for each in (plan.start, max(plan.start, plan.end - 1)))
    return first, last


def _store(path: str, options: StorageOptions | None) -> Store:
    scheme, separator, _ = path.partition("://")
    if separator and scheme not in ("file", "local"):
        return RemoteStore(path, options or {})
    if options:
        raise ConfigurationError("storage_options are for a URL, not for a local folder")
    return LocalStore(Path(unquote(urlsplit(path).path) if separator else path).absolute())


async def _in_thread(call: Callable[..., T], *args: Any) -> T:
    try:
        limiter = _threads.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(_THREADS)
        _threads.set(limiter)
    return await to_thread.run_sync(call, *args, limiter=limiter)
