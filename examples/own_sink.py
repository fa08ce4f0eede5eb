"""A sink of one's own: rows into SQLite, each shard and the note that it is done in one transaction.

export UNLEASH_API_KEY=...
python examples/own_sink.py rows.db

Run it again: only the hours that are not there yet are fetched.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from asyncsdk import AnalyticsRow, Shard, UnleashAnalytics

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

TABLES = """
create table if not exists detections (device text, start integer, class text, count integer, frame integer, at text);
create table if not exists shards (dataset text, device text, start integer, end integer, unique (dataset, device, start));
"""


class Rows:
    """The rows of one shard, until it is committed."""

    def __init__(self) -> None:
        self.rows: list[AnalyticsRow] = []

    async def write(self, items: Sequence[AnalyticsRow]) -> None:
        self.rows += items


class SQLiteSink:
    """All that a sink needs: to say what is done, and to take a shard, all of it or nothing."""

    def __init__(self, path: str) -> None:
        self._path = path
        with closing(sqlite3.connect(path)) as database:
            database.executescript(TABLES)

    async def done(self) -> list[Shard]:
        def read() -> list[Shard]:
            with closing(sqlite3.connect(self._path)) as database:
                return [Shard(*row) for row in database.execute("select dataset, device, start, end from shards")]

        return await to_thread.run_sync(read)

    @asynccontextmanager
    async def open(self, shard: Shard) -> AsyncIterator[Rows]:
        writer = Rows()
        yield writer
        # Not reached if the shard fails or is cancelled: then nothing of it is kept.
        await to_thread.run_sync(self._commit, shard, writer.rows)

    def _commit(self, shard: Shard, rows: list[AnalyticsRow]) -> None:
        where = (shard.key, shard.start, shard.end)
        with closing(sqlite3.connect(self._path, timeout=60)) as database, database:
            # A shard that was too young comes again, and takes the place of what was kept of it.
            database.execute("delete from detections where device = ? and start >= ? and start < ?", where)
            database.executemany(
                "insert into detections values (?, ?, ?, ?, ?, ?)",
                [
                    (shard.key, shard.start, row.class_name, row.count, row.frame_number, str(row.timestamp))
                    for row in rows
                ],
            )
            if shard.settled:
                database.execute("insert or replace into shards values (?, ?, ?, ?)", (shard.dataset, *where))


async def main(analytics: UnleashAnalytics, path: str) -> None:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    async with analytics:
        plan = analytics.plan("all", today - timedelta(days=1), today)
        report = await analytics.backfill(plan, SQLiteSink(path), settle=timedelta(minutes=10))
    print(f"{report.rows} rows of {report.shards} shards; {report.skipped} were there already")


if __name__ == "__main__":
    anyio.run(main, UnleashAnalytics(), sys.argv[1])
