"""A plan in pieces for many workers, which together ask for no more at once than one client would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio.from_thread import start_blocking_portal
from attrs import evolve, frozen

from ..datasets.blocking import backfill
from ..datasets.shard import listed_key

if TYPE_CHECKING:
    from datetime import timedelta

    from ..datasets.blocking import Connect
    from ..datasets.plan import Plan
    from ..datasets.protocol import Sink

_A_SLOT = 4
"""Pieces for each place where one can run: so many even out what pieces of one size differ by."""


@frozen
class Share:
    """What each of many workers may do.

    Attributes:
        pieces: into how many a plan is cut.
        at_once: how many of them run at the same time, at most.
        concurrency: how many pages each of those asks for at once.
    """

    pieces: int
    at_once: int
    concurrency: int

    @classmethod
    def of(cls, total: int, slots: int, pieces: int | None = None) -> Share:
        """The shares of a total.

        Where there are more slots than requests allowed, there are as many pieces as requests: nobody else can be kept from running.

        Args:
            total: how many pages may be asked for at once, by all workers together.
            slots: how many pieces the engine can run at the same time.
            pieces: into how many to cut; None for four a slot.

        Raises:
            ValueError: one of them is less than one.
        """
        for name, value in (("total_concurrency", total), ("the number of workers", slots), ("pieces", pieces or 1)):
            if value < 1:
                raise ValueError(f"{name} must be at least 1, not {value}")
        wanted = pieces or _A_SLOT * slots
        count = min(wanted, total) if slots > total else wanted
        at_once = min(slots, count)
        return cls(count, at_once, total // at_once)


def known(plan: Plan, connect: Connect) -> Plan:
    """The plan with its keys: ``"all"`` is listed once, here, so that all pieces mean the same.

    Raises:
        SDKError: what listing them met.
    """
    if plan.keys != "all":
        return plan

    async def listed() -> list[str]:
        async with connect() as client:
            return [listed_key(key) async for key in client.datasets[plan.dataset].all_keys()]

    with start_blocking_portal() as portal:
        return evolve(plan, keys=portal.call(listed))


def cut(plan: Plan, share: Share) -> list[Plan]:
    """The pieces of a plan whose keys are known, without empty ones; at least one."""
    pieces = plan.split(share.pieces)
    return [piece for piece in pieces if len(piece)] or pieces[:1]


@frozen
class Fill:
    """What a task of a backfill does: called with a piece, anywhere, and again after a crash.

    Attributes:
        connect: makes the client there.
        sink: where the rows go.
        concurrency: how many pages it asks for at once.
        settle: as in `asyncsdk.datasets.backfill`.
        refresh: as there.
    """

    connect: Connect
    sink: Sink
    concurrency: int
    settle: timedelta
    refresh: bool

    def __call__(self, piece: Plan) -> None:
        """Write a piece."""
        backfill(
            piece,
            self.connect,
            self.sink,
            concurrency=self.concurrency,
            settle=self.settle,
            refresh=self.refresh,
        )
