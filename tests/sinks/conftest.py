from __future__ import annotations

import pytest

from asyncsdk.datasets.shard import Shard
from asyncsdk.times import DAY

MIDNIGHT = 18_491 * DAY  # 2020-08-17
HOUR = 3_600_000


@pytest.fixture
def shard():
    """A function that makes shards of 2020-08-17, in hours since midnight."""

    def make(start=6.0, end=7.0, device="W9d3f1bcad8e8abd", *, settled=True):
        return Shard(
            "unleash_analytics.rows", device, MIDNIGHT + int(start * HOUR), MIDNIGHT + int(end * HOUR), settled
        )

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
    """A function that gives the files below a folder, by path, hidden ones too."""

    def below(root):
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}

    return below
