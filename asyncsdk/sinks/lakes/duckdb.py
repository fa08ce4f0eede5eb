"""A table of DuckDB, with its ledger beside it in the same file."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar

from anyio import to_thread

from ...columns.arrow import required
from ...datasets.dataset import declared
from ...datasets.ledger import Finished, edges_of
from ...datasets.plan import Plan
from ...datasets.protocol import Form, Writer
from ...datasets.shard import Shard
from ...errors import ConfigurationError
from ...later import Later
from .ledger import finished, replaces, span_of

if TYPE_CHECKING:
    import duckdb
else:
    duckdb = Later("duckdb")

_LEDGER = """
create schema if not exists asyncsdk;
create sequence if not exists asyncsdk.numbers;
create table if not exists asyncsdk.tables (name varchar primary key, dataset varchar);
create table if not exists asyncsdk.shards (
    number bigint, name varchar, key varchar, start_ms bigint, end_ms bigint, settled boolean, row_count bigint
);
"""

# Commits of one process into one file take turns; a second process cannot open it at all.
_turns: defaultdict[str, Lock] = defaultdict(Lock)
_opening = Lock()


class DuckDBSink:
    """A table of a DuckDB file: rows, and the note that they are done, in one transaction.

    The table has the columns of the data set's `schema()` and one more, ``_shard``: the number of the shard that a row came with, in
    ``asyncsdk.shards``, which is the ledger. One process writes to a file at a time, as DuckDB will have it.

    Args:
        path: of the file; made if it is not there.
        table: its name, without a schema; None for the data set's own, e.g. ``rows``.

    Raises:
        ConfigurationError: duckdb or pyarrow is not installed, or there is no such path.
    """

    form: ClassVar[Form] = "arrow"

    def __init__(self, path: str | os.PathLike[str], table: str | None = None) -> None:
        required()
        _duckdb()
        given = os.fspath(path)
        if not given or given.startswith(":"):
            raise ConfigurationError("a DuckDBSink needs the path of a file: what is in memory alone is done nowhere")
        self._path = os.path.abspath(given)  # noqa: PTH100  # a text, as DuckDB takes it
        self._table = table

    def __repr__(self) -> str:
        return f"DuckDBSink({self._path!r})"

    async def done(self, plan: Plan | None = None) -> Finished:
        """The shards that are done.

        Args:
            plan: look no further than its times; None for all that is there.

        Raises:
            ConfigurationError: another process has the file open, or the table is of another data set.
        """
        return await to_thread.run_sync(self._done, plan)

    @asynccontextmanager
    async def open(self, shard: Shard) -> AsyncIterator[Writer]:
        """A place for the rows of one shard, which are in the table once the block is left without an exception.

        Rows wait in a temporary table of their own, which DuckDB puts on disk where it grows.

        Raises:
            ConfigurationError: as `done`; or a part of the shard's time is there already.
            OSError: the disk failed.
        """
        work = await to_thread.run_sync(_Work, self, shard)
        try:
            yield work
            await to_thread.run_sync(work.commit)
        finally:
            work.close()

    def _name(self, dataset: str) -> str:
        return self._table or dataset.rpartition(".")[2]

    @contextmanager
    def _connected(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with _told(self._path), _connect(self._path) as connection:
            yield connection

    def _done(self, plan: Plan | None) -> Finished:
        with self._connected() as connection:
            with _turns[self._path]:
                _run(connection, _LEDGER)
            names = _run(connection, "select name, dataset from asyncsdk.tables")
            name = self._table if plan is None or not plan.dataset else self._name(plan.dataset)
            dataset = dict(names).get(name) if name is not None else (names[0][1] if len(names) == 1 else None)
            if dataset is None:
                return Finished("", timed=True)
            if plan is not None and plan.dataset:
                self._held(dataset, plan.dataset)
            first, last = span_of(plan)
            rows = _run(
                connection,
                "select key, start_ms, end_ms from asyncsdk.shards where name = ? and settled and start_ms < ? and end_ms > ? "
                "order by key, start_ms",
                [self._name(dataset), last, first],
            )
        return finished(dataset, rows, timed=declared(dataset).time is not None)

    def _held(self, dataset: str, wanted: str) -> None:
        if dataset != wanted:
            raise ConfigurationError(
                f"{self._path}: its table {self._name(wanted)} holds {dataset}, and cannot take {wanted}: give another table"
            )


class _Work:
    """The rows of one shard, in a temporary table of a connection of their own."""

    def __init__(self, sink: DuckDBSink, shard: Shard) -> None:
        self._sink = sink
        self._shard = shard
        self._name = sink._name(shard.dataset)  # noqa: SLF001  # a part of the sink
        self._table = _quoted(self._name)
        self._schema = declared(shard.dataset).schema()
        with _told(sink._path):  # noqa: SLF001
            self._connection = _connect(sink._path)  # noqa: SLF001
            try:
                with _turns[sink._path]:  # noqa: SLF001
                    self._claim()
                empty = self._schema.empty_table()
                self._connection.register("incoming", empty)
                self._run("create temp table waiting as select * from incoming")
            except BaseException:
                self._connection.close()
                raise

    def _claim(self) -> None:
        """The table, which is of this data set from now on."""
        run = self._run
        run(_LEDGER)
        for (dataset,) in run("select dataset from asyncsdk.tables where name = ?", [self._name]):
            self._sink._held(dataset, self._shard.dataset)  # noqa: SLF001
            return
        self._connection.register("incoming", self._schema.empty_table())
        run("begin")
        try:
            run(f"create table main.{self._table} as select *, 0::bigint as _shard from incoming")  # noqa: S608  # a quoted name
            run("insert into asyncsdk.tables values (?, ?)", [self._name, self._shard.dataset])
            run("commit")
        except BaseException:
            run("rollback")
            raise

    async def write(self, items: Any) -> None:
        """Take a record batch, which follows that of the call before."""
        await to_thread.run_sync(self._write, items)

    def _write(self, items: Any) -> None:
        import pyarrow as pa

        with _told(self._sink._path):  # noqa: SLF001
            self._connection.register("incoming", pa.Table.from_batches([items], self._schema))
            self._run("insert into waiting select * from incoming")

    def commit(self) -> None:
        """The rows and the note that they are done, in one transaction."""
        with _told(self._sink._path), _turns[self._sink._path]:  # noqa: SLF001
            run = self._run
            run("begin")
            try:
                self._replace()
                run("commit")
            except BaseException:
                run("rollback")
                raise

    def _replace(self) -> None:
        run, shard = self._run, self._shard
        known = run(
            "select number, start_ms, end_ms, settled from asyncsdk.shards where name = ? and key is not distinct from ?",
            [self._name, shard.key],
        )
        gone = replaces(known, shard)
        if gone is None:
            return
        for number in gone:
            run(f"delete from main.{self._table} where _shard = ?", [number])  # noqa: S608
            run("delete from asyncsdk.shards where number = ?", [number])
        [(number,)] = run("select nextval('asyncsdk.numbers')")
        run(f"insert into main.{self._table} by name select *, {int(number)}::bigint as _shard from waiting")  # noqa: S608
        run(
            "insert into asyncsdk.shards select ?, ?, ?, ?, ?, ?, count(*) from waiting",
            [number, self._name, shard.key, *edges_of(shard), shard.settled],
        )

    def _run(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        return _run(self._connection, statement, values)

    def close(self) -> None:
        """Forget what was not committed."""
        self._connection.close()


def _connect(path: str) -> duckdb.DuckDBPyConnection:
    """A connection of its own to what this process has open, or opens now.

    One at a time: a second one that comes while the first is still opening the file does not find the functions that read Arrow.
    """
    with _opening:
        found: duckdb.DuckDBPyConnection = _duckdb().connect(path)
        return found


def _run(connection: duckdb.DuckDBPyConnection, statement: str, values: Sequence[Any] = ()) -> list[Any]:
    """What a statement gives, all of it: with a rest of it a connection does nothing else."""
    return connection.execute(statement, list(values)).fetchall()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError:
        raise ConfigurationError('DuckDBSink needs duckdb: pip install "asyncsdk[duckdb]"') from None
    return duckdb


@contextmanager
def _told(path: str) -> Iterator[None]:
    """DuckDB's errors as those of a sink."""
    errors = _duckdb()
    try:
        yield
    except errors.CatalogException as error:
        raise ConfigurationError(f"{path}: {error}") from None
    except errors.IOException as error:
        if "lock" in str(error).lower():
            raise ConfigurationError(
                f"{path} is open in another process: DuckDB lets one at a time write to a file"
            ) from None
        raise OSError(f"{path}: {error}") from None
    except errors.Error as error:
        raise OSError(f"{path}: {error}") from None
