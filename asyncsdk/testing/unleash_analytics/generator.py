"""Cameras and their analytics rows, out of a seed: pure, with nothing kept, so any row can be had at any time.

How many frames an hour of a camera holds follows from (seed, camera, hour), and each frame's time and counts from
(seed, camera, hour, number of the frame). So a range gives the same rows whoever asks, in whatever pieces, and the
millionth row costs no more than the first.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate
from typing import TYPE_CHECKING

from attrs import Factory, field, frozen, validators

from ..kit.dice import mix

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = (
    "class_name",
    "count",
    "device_id",
    "frame_number",
    "model_id",
    "session_id",
    "source_file_name",
    "timestamp",
)
"""The names of a row's values, in the order of the document's size-optimized samples."""

Row = tuple[str, int, str, int, str, str, str, str]
"""The values of one row, in the order of `KEYS`."""

HOUR = 3_600_000
_SESSION = 6 * HOUR
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# How busy each hour of the day is, in percent of the mean: quiet nights, a morning and an evening peak.
_CURVE = (20, 12, 8, 8, 12, 30, 75, 150, 190, 150, 130, 140, 155, 150, 140, 150, 175, 210, 190, 130, 75, 45, 30, 25)

# What a camera's model counts: its name, then each class with the highest count that a frame shows (at mean traffic).
# `total_count` is their sum. At most four classes: a frame's 64 bits give 8 to each.
_MODELS: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = (
    ("starter-ai", (("person", 14), ("car", 9), ("truck", 3), ("bicycle", 4))),
    ("traffic-flow", (("car", 22), ("truck", 6), ("bus", 3), ("motorcycle", 4))),
    ("sparse-crowd-density-alphapose", (("num_individuals", 12), ("number_of_persons_in_group", 18))),
    ("site-safety", (("person", 8), ("hard_hat", 7), ("truck", 3))),
)
_ADJECTIVES = ("sneaky", "brave", "quiet", "lucky", "swift", "gentle", "clever", "rusty")
_ANIMALS = ("firefox", "badger", "heron", "otter", "lynx", "wombat", "magpie", "gecko")


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()


@frozen
class Hour:
    """One hour of one camera.

    Attributes:
        start: milliseconds since the epoch.
        seed: 64 bits that decide its frames.
        frames: how many frames with rows it has.
        tick: milliseconds between two frames of the video.
        phase: milliseconds from the full hour to the first frame.
    """

    start: int
    seed: int
    frames: int
    tick: int
    phase: int

    def time(self, frame: int) -> int:
        """When a frame was taken, in milliseconds since the epoch; a later frame is strictly later."""
        ticks, frames = HOUR // self.tick, self.frames
        first, end = frame * ticks // frames, (frame + 1) * ticks // frames
        late = (mix(self.seed + frame) >> 40) % (end - first) if frame else 0
        return self.start + (first + late) * self.tick + self.phase

    def frame_at(self, time: int) -> int:
        """The first frame taken at this time or after it; `frames` if there is none."""
        return bisect_left(range(self.frames), time, key=self.time)


@frozen
class Camera:
    """One generated device.

    Attributes:
        device_id: ``W`` and 15 hexadecimal digits.
        key: 64 bits that decide everything else about it.
        rows_per_hour: the mean over a day and over many cameras.
        tick: milliseconds between two frames of its video.
    """

    device_id: str
    key: int
    rows_per_hour: int
    tick: int

    @property
    def model(self) -> tuple[str, tuple[tuple[str, int], ...]]:
        """What it runs: the model's id, and the classes with their highest counts."""
        return _MODELS[self.key % len(_MODELS)]

    @property
    def rows_per_frame(self) -> int:
        """One row a class, and one for their sum."""
        return len(self.model[1]) + 1

    @property
    def phase(self) -> int:
        """Milliseconds from a full hour to its first frame: 0 for one camera in four, so that rows lie on edges."""
        return (self.key >> 8) % 4 * self.tick // 4

    @property
    def session_offset(self) -> int:
        """Milliseconds from the epoch's six-hour grid to the start of its sessions."""
        return (self.key >> 12) % (_SESSION // self.tick) * self.tick + self.phase

    def hour(self, number: int) -> Hour:
        """One hour, by its number since the epoch."""
        seed = mix(self.key ^ number)
        camera_percent, noise_percent = 50 + (self.key >> 40) % 101, 75 + seed % 51
        share = self.rows_per_hour * _CURVE[number % 24] * camera_percent * noise_percent
        unit = 100**3 * self.rows_per_frame
        # The remainder becomes the chance of one frame more: low rates keep their mean.
        frames = (share + (seed >> 16) % unit) // unit
        return Hour(number * HOUR, seed, frames, self.tick, self.phase)

    def count(self, start: int, end: int) -> int:
        """How many rows ``[start, end)`` has, in milliseconds since the epoch."""
        return _spans(self, start, end)[1][-1] * self.rows_per_frame

    def rows(self, start: int, end: int, offset: int = 0, limit: int | None = None) -> list[Row]:
        """The rows of ``[start, end)``, in order of time.

        Args:
            start: first millisecond since the epoch.
            end: the millisecond after the last.
            offset: how many rows to pass over.
            limit: at most how many to give; None for all.
        """
        spans, before = _spans(self, start, end)
        size = self.rows_per_frame
        total = before[-1] * size
        stop = total if limit is None else min(offset + limit, total)
        if offset >= stop:
            return []
        first, last = offset // size, -(-stop // size)
        rows: list[Row] = []
        for at in range(bisect_right(before, first) - 1, bisect_left(before, last)):
            hour, low, _ = spans[at]
            skipped = max(first - before[at], 0)
            rows += self._frames(hour, low + skipped, low + min(last, before[at + 1]) - before[at])
        return rows[offset - first * size : stop - first * size]

    def sessions(self, start: int, end: int) -> list[str]:
        """The ids of the sessions that run in ``[start, end)``, in order: the time each began, as text."""
        first = start - (start - self.session_offset) % _SESSION
        return [str(began) for began in range(first, end, _SESSION)]

    def source(self, began: int) -> str:
        """The stream or file of the session that began then; a stream's name holds a (made-up) token."""
        if self.key >> 4 & 1:
            adjective, animal = _ADJECTIVES[self.key >> 50 & 7], _ANIMALS[self.key >> 53 & 7]
            return f"{self.device_id}?token={adjective}-{animal}-{self.key >> 56}"
        at = _EPOCH + timedelta(milliseconds=began)
        return f"{self.device_id}-{began // 1000}-{at:%d}-{_MONTHS[at.month - 1]}-{at:%y-%H-%M-%S}.mp4"

    def _frames(self, hour: Hour, low: int, high: int) -> list[Row]:
        """The rows of the frames ``low <= frame < high`` of one hour."""
        rows: list[Row] = []
        model_id, classes = self.model
        at_hour = _EPOCH + timedelta(milliseconds=hour.start)
        scaled = [(name, most * _CURVE[at_hour.hour] // 100 + 1) for name, most in classes]
        device_id, tick, seed = self.device_id, self.tick, hour.seed
        prefix = f"{at_hour:%Y-%m-%dT%H}"
        began, session_id, source = -_SESSION, "", ""
        for frame in range(low, high):
            at = hour.time(frame)
            if at >= began + _SESSION:
                began = at - (at - self.session_offset) % _SESSION
                session_id, source = str(began), self.source(began)
            number = (at - began) // tick
            seconds, thousandths = divmod(at - hour.start, 1000)
            timestamp = f"{prefix}:{seconds // 60:02d}:{seconds % 60:02d}.{thousandths:03d}Z"
            bits = mix(seed + frame)
            total = 0
            for name, most in scaled:
                count = (bits & 255) * most >> 8
                bits >>= 8
                total += count
                rows.append((name, count, device_id, number, model_id, session_id, source, timestamp))
            rows.append(("total_count", total, device_id, number, model_id, session_id, source, timestamp))
        return rows


def _busy_hours(camera: Camera, start: int, end: int) -> Iterator[tuple[Hour, int, int]]:
    """The hours of ``[start, end)`` that have rows, each with its first frame inside and the one after its last."""
    for number in range(start // HOUR, -(-end // HOUR)):
        hour = camera.hour(number)
        low = 0 if hour.start >= start else hour.frame_at(start)
        high = hour.frames if hour.start + HOUR <= end else hour.frame_at(end)
        if low < high:
            yield hour, low, high


# The pages of one range are asked for one after the other, or many at once: counting its hours once is enough.
@lru_cache(maxsize=32)
def _spans(camera: Camera, start: int, end: int) -> tuple[list[tuple[Hour, int, int]], list[int]]:
    """The busy hours of a range, and how many frames lie before each (and, last, in all)."""
    spans = list(_busy_hours(camera, start, end))
    return spans, [0, *accumulate(high - low for _, low, high in spans)]


@frozen
class Fleet:
    """All the generated devices of one sandbox.

    Args:
        seed: any number; another seed gives other devices and other rows.
        size: how many devices.
        rows_per_hour: of one device, as a mean over a day and over many devices; at most 1,000,000.
    """

    seed: int = 1
    size: int = field(default=30, validator=validators.ge(0))
    rows_per_hour: int = field(default=250, validator=[validators.ge(0), validators.le(1_000_000)])
    cameras: dict[str, Camera] = field(
        init=False,
        repr=False,
        eq=False,
        default=Factory(lambda self: {each.device_id: each for each in self._cameras()}, takes_self=True),
    )

    @property
    def device_ids(self) -> tuple[str, ...]:
        """The devices, in a fixed order; a smaller fleet of the same seed is the beginning of a larger one."""
        return tuple(self.cameras)

    def _cameras(self) -> Iterator[Camera]:
        # The busiest hour of the busiest camera has 4 times the mean, in frames of three rows at least: 25 frames a
        # second, or as many more as give each of them a time of its own.
        tick = max(1, min(40, HOUR // (self.rows_per_hour * 3 // 2 + 1)))
        for number in range(self.size):
            device_id = f"W{_digest(f'{self.seed}/{number}').hex()[:15]}"
            yield Camera(device_id, int.from_bytes(_digest(f"{self.seed}/{device_id}")), self.rows_per_hour, tick)
