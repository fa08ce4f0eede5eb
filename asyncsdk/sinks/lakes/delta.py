"""A table of Delta Lake, whose own log is the ledger."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from threading import Lock
from typing import Any, ClassVar

from anyio import to_thread
from attrs import field, frozen

from ...columns.arrow import required
from ...datasets.dataset import declared
from ...datasets.ledger import edges_of
from ...datasets.plan import Plan
from ...datasets.protocol import Form, Writer
from ...datasets.shard import Shard
from ...errors import ConfigurationError
from ...http.redact import redact
from ..options import StorageOptions, check_travels, resolved
from ..parts import Part, replaced

_HOLDS = "asyncsdk: "
_AT_ONCE = 10_000


class DeltaSink:
    """A Delta table: the rows of a shard and the note that it is done are one commit.

    The note is an app transaction in the table's log: its id names the data set, the key and the range, its version counts how often
    that was written. Delta lets one writer of an id through: a run whose view of the table is older than another's commit of the same
    shard gets a `ConfigurationError`, and what the other wrote stays. The table has the columns of the data set's `schema()`, and
    ``_shard``, which names the shard that a row came with.

    Each shard is one commit and a small file: take windows of a day, and compact with Delta's own ``optimize``. Nothing is vacuumed.

    Args:
        path: of the table: a folder, or a URL that deltalake knows; made if it is not there.
        storage_options: for deltalake, as for the other sinks.

    Raises:
        ConfigurationError: deltalake or pyarrow is not installed.
    """

    form: ClassVar[Form] = "arrow"

    def __init__(self, path: str | os.PathLike[str], *, storage_options: StorageOptions | None = None) -> None:
        required()
        _deltalake()
        given = os.fspath(path)
        self._path = given if "://" in given else os.path.abspath(given)  # noqa: PTH100  # a text, as deltalake takes it
        self._options = storage_options or {}
        self._turn = Lock()
        self._table: Any = None
        self._parts: dict[str, dict[str, Part]] = {}

    def __repr__(self) -> str:
        return f"DeltaSink({redact(self._path)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        check_travels(self._path, self._options)
        return _again, (self._path, self._options)

    async def done(self, plan: Plan | None = None) -> list[Shard]:
        """Which shards of a plan are done; from here on this sink knows the table as it is now.

        Raises:
            ConfigurationError: the table is of another data set, or was filled with other windows; or without a plan: the log is asked
                shard by shard.
            OSError: it cannot be read.
        """
        if plan is None:
            raise ConfigurationError("a DeltaSink knows what is done of a plan: give it to done()")
        await to_thread.run_sync(self._open, plan.dataset)
        found: list[Shard] = []
        held: list[Shard] = []
        async for shard in plan:
            held.append(shard)
            if len(held) == _AT_ONCE:
                found += await to_thread.run_sync(self._written, held)
                held = []
        found += await to_thread.run_sync(self._written, held)
        return list(dict.fromkeys([*found, *self._other_edges(plan)]))

    @asynccontextmanager
    async def open(self, shard: Shard) -> AsyncIterator[Writer]:
        """A place for the rows of one shard, which are in the table once the block is left without an exception.

        Raises:
            ConfigurationError: as `done`; or another run has committed this shard since.
            OSError: it cannot be written to.
        """
        if self._table is None:
            await to_thread.run_sync(self._open, shard.dataset)
        writer = _Rows(declared(shard.dataset).schema())
        yield writer
        await to_thread.run_sync(self._commit, shard, writer)

    def _open(self, dataset: str) -> None:
        """The table as it is now."""
        import pyarrow as pa

        delta = _deltalake()
        with self._turn, _told(self._path):
            table = delta.DeltaTable.create(
                self._path,
                schema=declared(dataset).schema().append(pa.field("_shard", pa.string())),
                mode="ignore",
                description=f"{_HOLDS}{dataset}",
                storage_options=resolved(self._options) or None,
            )
            holds = table.metadata().description or ""
            if holds != f"{_HOLDS}{dataset}":
                raise ConfigurationError(
                    f"{redact(self._path)} holds {holds.removeprefix(_HOLDS) or 'a table of others'}, and cannot take {dataset}"
                )
            self._table = table
            self._parts = {}
            for name in _names(table):
                self._know(name, settled=table.transaction_version(name) is not None)

    def _know(self, name: str, *, settled: bool) -> None:
        """That a shard has rows in the table."""
        _, _, span, key = name.split(" ", 3)
        start, _, end = span.partition("-")
        self._parts.setdefault(key, {})[name] = Part(name, int(start), int(end), settled)

    def _written(self, shards: list[Shard]) -> list[Shard]:
        with self._turn:
            return [each for each in shards if self._table.transaction_version(_App.of(each).final) is not None]

    def _other_edges(self, plan: Plan) -> list[Shard]:
        """What is done and has rows, however it was cut."""
        timed = plan.start is not None
        return [
            Shard(plan.dataset, key or None, part.start if timed else None, part.end if timed else None)
            for key, parts in self._parts.items()
            for part in parts.values()
            if part.settled
        ]

    def _commit(self, shard: Shard, rows: _Rows) -> None:
        import pyarrow as pa

        delta, app = _deltalake(), _App.of(shard)
        with self._turn, _told(self._path):
            final = self._table.transaction_version(app.final)
            if final is not None and not shard.refreshed:
                return  # by this very sink, or before `done`
            gone = replaced(self._parts.get(shard.key or "", {}).values(), shard)
            if gone is None:
                return
            drafts = self._table.transaction_version(app.draft)
            names = pa.array([app.final] * len(rows.table), pa.string())
            data = rows.table.append_column(pa.field("_shard", pa.string()), names)
            marks = [delta.Transaction(app.draft, (drafts or 0) + 1)]
            if shard.settled:
                marks.append(delta.Transaction(app.final, (final or 0) + 1))
            token = secrets.token_hex(8)
            try:
                delta.write_deltalake(
                    self._table,
                    data,
                    mode="overwrite" if gone else "append",
                    predicate=_any_of([app.final, *(each.name for each in gone)]) if gone else None,
                    commit_properties=delta.CommitProperties(
                        app_transactions=marks, custom_metadata={"asyncsdk": token}, max_commit_retries=15
                    ),
                )
            except delta.exceptions.CommitFailedError as error:
                if not self._landed(token):
                    raise ConfigurationError(
                        f"{shard}: another run has written to this table meanwhile: nothing of this shard was written by this one. "
                        f"Begin again, and what is done is skipped ({redact(str(error))})"
                    ) from None
            for each in gone:
                del self._parts[shard.key or ""][each.name]
            if len(rows.table):
                self._know(app.final, settled=shard.settled)

    def _landed(self, token: str) -> bool:
        """Whether a commit that failed is in the log all the same: an answer may be lost."""
        delta = _deltalake()
        table = delta.DeltaTable(self._path, storage_options=resolved(self._options) or None)
        return any(each.get("asyncsdk") == token for each in table.history(100))


class _Rows:
    """The rows of one shard."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema
        self._batches: list[Any] = []

    async def write(self, items: Any) -> None:
        """Take a record batch, which follows that of the call before."""
        self._batches.append(items)

    @property
    def table(self) -> Any:
        """All of them."""
        import pyarrow as pa

        return pa.Table.from_batches(self._batches, self._schema)


@frozen
class _App:
    """The names under which a table's log knows a shard.

    Attributes:
        final: of its being done.
        draft: of its being written at all.
    """

    final: str
    draft: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "draft", f"{self.final} written")

    @classmethod
    def of(cls, shard: Shard) -> _App:
        start, end = edges_of(shard)
        return cls(f"asyncsdk {shard.dataset} {start}-{end} {shard.key or ''}")


def _any_of(names: Iterable[str]) -> str:
    """A condition that holds for the rows of these shards."""
    return " or ".join("_shard = '" + each.replace("'", "''") + "'" for each in names)


def _names(table: Any) -> set[str]:
    """The shards that have rows in a table: one column of it is read."""
    batches = table.to_pyarrow_dataset().scanner(columns=["_shard"]).to_batches()
    return {name for batch in batches for name in batch.column("_shard").unique().to_pylist() if name}


def _again(path: str, options: StorageOptions) -> DeltaSink:
    return DeltaSink(path, storage_options=options)


def _deltalake() -> Any:
    try:
        import deltalake
        import deltalake.exceptions
    except ImportError:
        raise ConfigurationError('DeltaSink needs deltalake: pip install "asyncsdk[delta]"') from None
    return deltalake


@contextmanager
def _told(path: str) -> Iterator[None]:
    """Delta's errors as those of a sink."""
    errors = _deltalake().exceptions
    try:
        yield
    except errors.SchemaMismatchError as error:
        raise ConfigurationError(f"{redact(path)}: {redact(str(error))}") from None
    except errors.DeltaError as error:
        raise OSError(f"{redact(path)}: {redact(str(error))}") from None
