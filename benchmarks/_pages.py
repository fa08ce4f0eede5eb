"""Analytics pages as the document prints them, in the amount a benchmark wants."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from random import Random

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
START = datetime(2020, 8, 17, tzinfo=UTC)
END = START + timedelta(hours=1)
FROM, TO = (int(moment.timestamp() * 1000) for moment in (START, END))
DEVICE = "W9d3f1bcad8e8abd"
KEY = "test-key"
HEADERS = {"x-api-key": KEY}
_CLASSES = ("person", "total_count", "num_individuals", "number_of_persons_in_group", "this_frame_persons_count")


def rows(count):
    """So many rows, five a frame, spread over the hour that begins at `START`."""
    dice = Random(1)
    frames = -(-count // len(_CLASSES))
    step = timedelta(milliseconds=3_600_000 // frames)
    for number in range(count):
        frame, kind = divmod(number, len(_CLASSES))
        moment = START + frame * step
        yield (
            _CLASSES[kind],
            dice.randrange(23),
            DEVICE,
            110_000 + frame,
            "sparse-crowd-density-alphapose",
            "1597644726430",
            "W9d3f1bcad8e8abd-1597644023-17-Aug-20-06-00-23.mp4",
            f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z",
        )


def path(device, number):
    """The path of one page below the base URL."""
    return f"/analytics/{device}/{FROM}/{TO}/{number}"


def page(count, total):
    """The bytes of one page of `count` rows that says there are `total` of them."""
    body = {"keys": KEYS, "total_num_pages": total, "data": list(rows(count))}
    return json.dumps(body, separators=(",", ":")).encode()
