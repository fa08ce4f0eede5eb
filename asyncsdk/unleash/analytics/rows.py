"""The row of the Analytics API (section "Size Optimized Data")."""

from __future__ import annotations

from datetime import datetime  # attrs resolves the annotations of models when they are first read

from attrs import frozen

from ...codec import Model, wire


@frozen
class AnalyticsRow(Model):
    """One detection result of one frame. Its fields are the document's keys in the document's order: plain pages go by them.

    Attributes:
        class_name: what was counted, e.g. ``"person"``.
        count: how many.
        device_id: the device that filmed.
        frame_number: the frame within the session.
        model_id: the AI model that counted.
        session_id: milliseconds since the epoch, as a string.
        source_file_name: the file; may carry a ``?token=``, which a repr hides.
        timestamp: when, in UTC.
    """

    _time_unit = "ms"

    class_name: str = wire("class_name", always=True)
    count: int = wire("count", always=True)
    device_id: str = wire("device_id", always=True)
    frame_number: int = wire("frame_number", always=True)
    model_id: str = wire("model_id", always=True)
    session_id: str = wire("session_id", secret=False, always=True)
    source_file_name: str | None = None
    timestamp: datetime = wire("timestamp", always=True)
