from __future__ import annotations

from datetime import datetime  # attrs resolves the annotations of models

import pytest
from attrs import frozen

from asyncsdk.codec import Model, wire
from asyncsdk.datasets.dataset import Dataset
from asyncsdk.datasets.shard import Shard
from asyncsdk.sinks.layout import LABELS
from asyncsdk.times import DAY
from asyncsdk.unleash.analytics.datasets import ROWS_OF_DEVICES

MIDNIGHT = 18_491 * DAY  # 2020-08-17
HOUR = 3_600_000


@pytest.fixture
def shard():
    """A function that makes shards of 2020-08-17, in hours since midnight."""

    def make(start=6.0, end=7.0, device="W9d3f1bcad8e8abd", *, settled=True):
        return Shard(ROWS_OF_DEVICES.id, device, MIDNIGHT + int(start * HOUR), MIDNIGHT + int(end * HOUR), settled)

    return make


@pytest.fixture
def rows():
    """A function that makes wire rows of a shard."""

    def make(shard, number=3, **changes):
        return [
            {
                "class_name": ("person", "truck")[at % 2],
                "count": at,
                "device_id": shard.key,
                "frame_number": at // 3,
                "model_id": "starter-ai",
                "session_id": "1597622730877",
                "source_file_name": f"{shard.key}?token=test-secret",
                "timestamp": f"2020-08-17T{(shard.start - MIDNIGHT) // HOUR:02}:{at // 60 % 60:02}:{at % 60:02}.000Z",
                **changes,
            }
            for at in range(number)
        ]

    return make


@pytest.fixture
def files():
    """A function that gives the files below a folder, by path, hidden ones too, but for what says which tree it is."""

    def below(root):
        found = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
        return {name: path.read_bytes() for name, path in found.items() if not name.startswith(LABELS)}

    return below


@frozen(kw_only=True)
class Reading(Model):
    name: str | None = None
    value: int | None = None
    taken_at: datetime | None = wire("takenAt")


def nothing(client, key, start, end):
    """No request is made here."""
    raise NotImplementedError


@pytest.fixture
def tags():
    """A data set with a key and no time."""
    return Dataset("meters.tags", Reading, nothing, key="meter")


@pytest.fixture
def everything():
    """A data set with neither."""
    return Dataset("meters.everything", Reading, nothing)


@pytest.fixture
def log():
    """A data set with a time and no key."""
    return Dataset("meters.log", Reading, nothing, time="taken_at")
