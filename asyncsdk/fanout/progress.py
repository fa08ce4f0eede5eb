"""What a fan-out has done so far."""

from __future__ import annotations

from typing import Generic, TypeVar

from attrs import define, fields, frozen

from ..notebook import bar, table

K = TypeVar("K")


@define
class Progress:
    """Counters that a fan-out keeps up to date; read them at any time.

    Attributes:
        shards: shards (or keys) whose pages have all arrived.
        total_shards: how many the plan has; None where that is not known beforehand.
        skipped: shards of a backfill that its sink had already.
        pages: pages that arrived.
        rows: rows (or items) that arrived and belong to their shard.
        outside: rows left out, since their time lies beyond the edges of the shard they came with.
        bytes: bytes of answers' bodies as they came over the wire.
        retries: requests that were sent again.
        failures: shards that failed.
        warnings: what there is to know of rows that arrived, such as which of them the service has cut short.
        active: requests being made now: the current degree of concurrency.
    """

    shards: int = 0
    total_shards: int | None = None
    skipped: int = 0
    pages: int = 0
    rows: int = 0
    outside: int = 0
    bytes: int = 0
    retries: int = 0
    failures: int = 0
    warnings: int = 0
    active: int = 0

    def _repr_html_(self) -> str:
        rows = [(each.name, getattr(self, each.name)) for each in fields(type(self))]
        shown = [(name, value) for name, value in rows if value is not None]
        return bar(self.shards + self.skipped, self.total_shards) + table(shown, caption=self.summary())

    def summary(self, of: str = "shards") -> str:
        """How far it is, in a few words."""
        total = "" if self.total_shards is None else f"/{self.total_shards:,}"
        failures = f"{self.failures:,} failure{'' if self.failures == 1 else 's'}"
        return f"{self.shards:,}{total} {of}, {self.rows:,} rows, {failures}"

    def attempted(self, number: int, received: int) -> None:
        """Count one attempt of a request: the first or another one, and the bytes of its answer's body."""
        self.bytes += received
        self.retries += number > 1


@frozen
class Failure(Generic[K]):
    """A shard (or key) that could not be fetched.

    Attributes:
        key: the shard or key; `Plan.of` makes a plan of failed shards.
        error: why, with ``.shard`` and the failed page's ``.cursor``.
    """

    key: K
    error: Exception

    @property
    def shard(self) -> K:
        """The shard that failed."""
        return self.key


@frozen
class Warned(Generic[K]):
    """Something to know of the rows of a shard (or key), which arrived all the same.

    Attributes:
        key: the shard or key.
        text: what it is, in a sentence.
    """

    key: K
    text: str

    @property
    def shard(self) -> K:
        """The shard whose rows it is about."""
        return self.key

    def __str__(self) -> str:
        return f"{self.key}: {self.text}"
