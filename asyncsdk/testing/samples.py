"""What the Analytics API's document prints, verbatim (seed 001: "Introduction" and "Endpoints")."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .generator import Row

VERSION = "1.0.1"
VERSION_AS_PRINTED = b'{"1.0.1"}'
"""Not JSON; the service itself answers the bare string."""

DEVICES = ("Wb8fabc31378ce07", "W022abc5be35bb72", "Weea288bc1faaddd")
SESSIONS = ("1595418530512", "1595452859625", "1595492155987")

DAY = 1_597_622_400_000
"""The first millisecond of 2020-08-17 UTC, the day on which all the samples lie."""

_CROWD = "sparse-crowd-density-alphapose"
_CROWD_SESSION = "1597644726430"
_CROWD_FILE = "W9d3f1bcad8e8abd-1597644023-17-Aug-20-06-00-23.mp4"
_STREAM = "Wabcdb35be35bb72?token=sneaky-firefox-288"


def _crowd(class_name: str, count: int, frame_number: int, timestamp: str) -> Row:
    return (class_name, count, "W9d3f1bcad8e8abd", frame_number, _CROWD, _CROWD_SESSION, _CROWD_FILE, timestamp)


def _street(class_name: str, count: int, frame_number: int, session_id: str) -> Row:
    at = "2020-08-17T02:08:49.000Z"
    return (class_name, count, "Wabcdb35be35bb72", frame_number, "starter-ai", session_id, _STREAM, at)


_INTRODUCTION = (
    _crowd("this_frame_persons_count", 3, 1, "2020-08-17T06:16:45.000Z"),
    _crowd("total_count", 3, 1, "2020-08-17T06:16:45.000Z"),
    _crowd("number_of_persons_in_group", 2, 1, "2020-08-17T06:16:45.000Z"),
    _crowd("number_of_groups", 1, 1, "2020-08-17T06:16:45.000Z"),
    _crowd("num_individuals", 1, 1, "2020-08-17T06:16:45.000Z"),
    _crowd("group_pixel_size", 0, 1, "2020-08-17T06:16:45.000Z"),
    _crowd("total_count", 10, 236, "2020-08-17T06:16:52.000Z"),
)

ROWS: Mapping[str, Sequence[Row]] = {
    "W9d3f1bcad8e8abd": _INTRODUCTION,
    "Wabcdb35be35bb72": (
        _street("person", 1, 110251, "1597622730877"),
        _street("person", 3, 110252, "1597622730878"),
    ),
}
"""The rows of the size-optimized samples, by device."""

TABLEAU_ROWS: Mapping[str, Sequence[Row]] = {
    "W9d3f1bcad8e8abd": _INTRODUCTION,
    "Wabcdb35be35bb72": (
        _street("person", 1, 110251, "1597622730877"),
        _street("truck", 1, 110252, "1597622730877"),
    ),
}
"""The rows of the tableau samples, by device. The document's two samples of one frame disagree, and so do these."""

TABLEAU_KEYS = (
    "timestamp",
    "class_name",
    "count",
    "device_id",
    "source_file_name",
    "frame_number",
    "model_id",
    "session_id",
)
"""The order of a tableau row's members."""
