"""What a sink is: any object with ``done()`` and ``open(shard)`` (an example of one's own: ``examples/own_sink.py``)."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol

from .shard import Shard

Form = Literal["rows", "arrow"]
"""What a writer is given: sequences of rows, or Arrow record batches. A sink says so in an attribute ``form``; rows without one."""


class Writer(Protocol):
    """Where the rows of one shard go."""

    async def write(self, items: Any) -> None:
        """Take some rows, which follow those of the call before.

        Args:
            items: a sequence of rows (`asyncsdk.to_dict` gives the wire JSON of each), or a `pyarrow.RecordBatch` of the data
                set's schema for a sink whose ``form`` is ``"arrow"``.
        """


class Sink(Protocol):
    """Where the rows of many shards go, and which shards are done there."""

    def done(self) -> Iterable[Shard] | Awaitable[Iterable[Shard]]:
        """The shards that are finished, in any order; what they cover is not fetched again.

        A sink whose ``done`` takes an argument is given the plan of the run, and may leave out what is none of it.
        """
        ...

    def open(self, shard: Shard) -> AbstractAsyncContextManager[Writer]:
        """A place for the rows of one shard.

        Leaving the block normally commits the shard, all of it or nothing, also if it has no rows. Leaving it by an exception or
        a cancellation leaves no trace. A shard that is not ``settled`` is kept, but is not done: it will come again, and then it
        replaces what was kept. One that is ``refreshed`` replaces what was done of it.
        """
        ...
