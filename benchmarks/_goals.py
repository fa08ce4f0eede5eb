"""The goals of the project, and how a benchmark says whether one is reached."""

from __future__ import annotations

import attrs


@attrs.frozen
class Goal:
    """A bound for one measured figure.

    Attributes:
        text: what is measured, and against what.
        first: the bound to reach first.
        then: the bound after that.
        unit: of both.
        least: whether the bounds are minima.
    """

    text: str
    first: float
    then: float
    unit: str = "x"
    least: bool = False

    def bound(self, value):
        return f"{'>=' if self.least else '<='} {value:g}{self.unit}"

    def holds(self, reached, value):
        return reached >= value if self.least else reached <= value

    def told(self, reached):
        """The goal with what was reached, as one line."""
        first, then = ("yes" if self.holds(reached, value) else "no" for value in (self.first, self.then))
        return (
            f"goal: {self.text}: {self.bound(self.first)}, reached {reached:.2f}{self.unit}: {first} "
            f"(then {self.bound(self.then)}: {then})"
        )


GOALS = {
    "cpu of a get": Goal("client CPU of one small GET through an operation, against aiohttp + uvloop", 2.0, 1.0),
    "cpu at 256": Goal("the same at 256 at once, against 16 at once", 1.3, 1.15),
    "rate against httpx": Goal(
        "requests per second against httpx.AsyncClient, 64 at once, settled", 6.0, 12.0, least=True
    ),
    "rows against expert": Goal("fan-out to attrs rows, against the expert to attrs", 1.2, 1.5, least=True),
    "arrow against expert": Goal("fan-out to Arrow, against the expert to Arrow", 1.8, 2.5, least=True),
    "rows against dlt": Goal("fan-out to attrs rows, against dlt", 3.0, 4.0, least=True),
    "rows against httpx": Goal("fan-out to attrs rows, against gather over httpx + json", 2.2, 3.0, least=True),
    "latency": Goal("20 ms of latency, 128 at once, against aiohttp", 0.95, 1.0, least=True),
    "memory of rows": Goal("peak memory over the imports, ten million rows", 60, 25, " MB"),
    "memory of batches": Goal("the same as Arrow batches", 60, 25, " MB"),
    "memory of backfill": Goal("the same as a backfill to Parquet", 60, 25, " MB"),
    "ledger of local files": Goal("a million local shards in the ledger, beyond what the listing takes", 3, 3, " s"),
    "memory of the ledger": Goal("the same, at the peak", 64, 64, " MB"),
    "ledger of remote files": Goal("a hundred thousand remote shards in the ledger", 15, 15, " s"),
    "own cost": Goal(
        "one operation's own cost on top of the transport it sits on, where a GET costs aiohttp + uvloop 63.5 µs",
        40,
        15,
        " µs",
    ),
    "import": Goal("import asyncsdk, against import httpx", 1.5, 1.2),
    "import of a client": Goal("the same with a client named, which loads httpx too", 1.5, 1.2),
}
