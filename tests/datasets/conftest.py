"""A system that exists in memory alone: lists by key and time, by key, and one that comes as one long answer."""

from __future__ import annotations

from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from attrs import frozen

from asyncsdk import UnleashAnalytics
from asyncsdk.codec import Model, from_dict, wire
from asyncsdk.datasets.dataset import Dataset
from asyncsdk.datasets.pull import DataSets
from asyncsdk.paging import at_once, by_number
from asyncsdk.paging.streamed import LongAnswer

START = datetime(2020, 8, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)


@frozen(kw_only=True)
class Reading(Model):
    name: str | None = None
    value: int | None = None
    taken_at: datetime | None = wire("takenAt")


class Meters:
    """What the system holds, and what was asked of it.

    Attributes:
        readings: by meter, in order of time.
        tags: by meter.
        asked: each request.
        opened: how many long answers are open.
    """

    def __init__(self, meters=("m1", "m2", "m3"), hours=5):
        self.readings = {
            meter: [
                {"name": meter.upper(), "value": at, "takenAt": f"2020-08-17T{at // 4:02}:{at % 4 * 15:02}:00.000Z"}
                for at in range(4 * hours)
            ]
            for meter in meters
        }
        self.tags = {meter: [{"name": f"tag {number} of {meter}"} for number in range(3)] for meter in meters}
        self.asked = []
        self.opened = 0

    def listed(self, client):
        async def ids():
            self.asked.append("meters")
            return list(self.readings)

        return at_once(ids)

    def read(self, client, meter, start, end):
        """Pages of three rows; the service takes the end for a part of the range."""

        async def page(number):
            self.asked.append((meter, start, end, number))
            rows = [from_dict(Reading, each) for each in self.readings[meter]]
            found = [row for row in rows if start <= row.taken_at.timestamp() * 1000 <= end]
            return found[3 * number - 3 : 3 * number], max(1, -(-len(found) // 3))

        return by_number(page)

    def read_tags(self, client, meter, start, end):
        async def tags():
            self.asked.append((meter, start, end))
            return [from_dict(Reading, each) for each in self.tags[meter]]

        return at_once(tags)

    def read_all(self, client, key, start, end):
        return LongAnswer(self._long, size=7)

    @asynccontextmanager
    async def _long(self):
        self.asked.append("everything")
        self.opened += 1

        async def rows():
            for each in self.readings.values():
                for row in each:
                    yield from_dict(Reading, row)

        try:
            async with aclosing(rows()) as found:
                yield found
        finally:
            self.opened -= 1


class MeterDataSets(DataSets):
    def __init__(self, client, meters):
        super().__init__(client)
        self.readings = self._bound(
            Dataset("meters.readings", Reading, meters.read, key="meter", keys=meters.listed, time="taken_at")
        )
        self.tags = self._bound(Dataset("meters.tags", Reading, meters.read_tags, key="meter", keys=meters.listed))
        self.everything = self._bound(Dataset("meters.everything", Reading, meters.read_all))


@pytest.fixture
def meters():
    return Meters()


@pytest.fixture
async def datasets(meters, anyio_backend):
    """The data sets of the system, bound to a client."""
    async with UnleashAnalytics("test-key") as client:
        yield MeterDataSets(client, meters)
