from __future__ import annotations

from random import Random

import anyio
import anyio.lowlevel
import pytest

from asyncsdk.paging import by_number


class Network:
    """Lists in numbered pages whose answers overtake each other, and a count of what is under way.

    Args:
        pages: how many pages each key has; an item is ``(key, number)``.
        seed: decides how long each answer takes, in turns of the event loop; None for none at all.
    """

    def __init__(self, pages, seed=None):
        self.pages = dict(pages)
        self.dice = None if seed is None else Random(seed)
        self.errors = {}
        self.totals = {}
        self.gate = None
        self.held = None
        self.asked = []
        self.in_flight = 0
        self.most = 0

    def close_gate(self, *held):
        """Let no answer come before `gate` is set, or none of these ``(key, number)``."""
        self.gate = anyio.Event()
        self.held = held

    async def page(self, key, number):
        self.asked.append((key, number))
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        try:
            if self.gate is not None and (not self.held or (key, number) in self.held):
                await self.gate.wait()
            for _ in range(0 if self.dice is None else self.dice.randrange(8)):
                await anyio.lowlevel.checkpoint()
            if (error := self.errors.get((key, number))) is not None:
                raise error
            return [(key, number)], self.totals.get((key, number), self.pages[key])
        finally:
            self.in_flight -= 1

    def pager(self, key):
        return by_number(lambda number: self.page(key, number))

    def items(self):
        """Every item there is, key by key, page by page."""
        return [(key, number) for key, pages in self.pages.items() for number in range(1, pages + 1)]


@pytest.fixture
def network():
    """Makes a `Network`."""
    return Network
