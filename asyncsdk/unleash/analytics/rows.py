"""The row of the Analytics API (section "Size Optimized Data")."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # attrs resolves the annotations of models when they are first read

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

    class_name: str | None = None
    count: int | None = None
    device_id: str | None = None
    frame_number: int | None = None
    model_id: str | None = None
    session_id: str | None = wire("session_id", secret=False)
    source_file_name: str | None = None
    timestamp: datetime | None = None
