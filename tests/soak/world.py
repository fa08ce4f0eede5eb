"""What there is to fetch: devices, hours, pages and rows that follow from a seed, so that both ends know every row."""

from __future__ import annotations

import json
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import accumulate
from zlib import crc32

import attrs

HOUR = 3_600_000
HOURS = 24
START = 1_597_622_400_000  # 2020-08-17T00:00:00Z
ROWS = 20
KEYS = ["class_name", "count", "device_id", "frame_number", "model_id", "session_id", "source_file_name", "timestamp"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def dice(*values):
    """A number that follows from some values: the same in every process."""
    return crc32(repr(values).encode()) * 2654435761 >> 7 & 0xFFFFFF


@attrs.frozen(slots=False)
class World:
    """One day of some devices.

    Attributes:
        seed: another one gives other pages, and other faults.
        devices: how many.
    """

    seed: int
    devices: int

    @classmethod
    def of_pages(cls, seed, pages):
        """About so many pages."""
        return cls(seed, max(1, round(pages / (3.4 * HOURS))))

    @cached_property
    def device_ids(self):
        return [f"W{self.seed:03x}{number:012x}" for number in range(self.devices)]

    @property
    def shards(self):
        return self.devices * HOURS

    def rows_of(self, shard):
        """How many rows a shard has, by its number: one in six has none, one in six a last page that is full."""
        kind = dice(self.seed, "rows", shard)
        if kind % 6 == 0:
            return 0
        pages = 1 + kind // 6 % 7
        return pages * ROWS if kind % 6 == 1 else pages * ROWS - 1 - kind // 64 % (ROWS - 1)

    @cached_property
    def _offsets(self):
        return [0, *accumulate(map(self.rows_of, range(self.shards)))]

    @property
    def rows(self):
        """How many rows there are in all."""
        return self._offsets[-1]

    @cached_property
    def _numbers(self):
        return {device: number for number, device in enumerate(self.device_ids)}

    def number_of(self, device, milliseconds, frame):
        """The number of a row among all rows, by what stands in it; None if there is no such row."""
        shard = self.shard(device, milliseconds)
        at = self._offsets[shard] + frame
        known = 0 <= frame < self.rows_of(shard) and milliseconds == self._time(shard, frame)
        return at if known else None

    def shard(self, device, milliseconds):
        """The number of the shard that a time belongs to."""
        return self._numbers[device] * HOURS + (milliseconds - START) // HOUR

    def shard_of_row(self, number):
        """The number of the shard that a row is in, by its number."""
        return bisect_right(self._offsets, number) - 1

    def _time(self, shard, frame):
        return START + shard % HOURS * HOUR + frame * (HOUR // (self.rows_of(shard) + 1))

    def _row(self, shard, frame):
        device = self.device_ids[shard // HOURS]
        moment = _EPOCH + timedelta(milliseconds=self._time(shard, frame))
        text = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
        session = str(START + shard)
        return ["person", dice(shard, frame) % 40, device, frame, "starter-ai", session, f"{device}.mp4", text]

    def page(self, shard, number):
        """The body of one page, as JSON.

        One shard in three tells of half its pages first, so that the total grows in mid-walk. One in four gives the first row of
        the next hour as well, on its last page: its end lies in the range, for this server.
        """
        rows = self.rows_of(shard)
        total = max(1, -(-rows // ROWS))
        data = [self._row(shard, frame) for frame in range((number - 1) * ROWS, min(number * ROWS, rows))]
        if (
            number == total
            and dice(self.seed, "end", shard) % 4 == 0
            and (shard + 1) % HOURS
            and self.rows_of(shard + 1)
        ):
            data.append(self._row(shard + 1, 0))
        told = total
        if dice(self.seed, "grows", shard) % 3 == 0:
            told = min(total, max(number + 1, total // 2))
        elif not rows and dice(self.seed, "none", shard) % 2:
            told = 0
        return json.dumps({"keys": KEYS, "total_num_pages": told, "data": data}, separators=(",", ":")).encode()
