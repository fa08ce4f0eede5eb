"""Pictures of analytics rows: counts by class over time, and a heat map of devices and hours; for files, notebooks and terminals.

Each function takes what ``to_arrow()`` gives (or whatever speaks Arrow: a polars or pandas frame, a reader of record batches) with the
columns ``timestamp``, ``device_id``, ``class_name`` and ``count``. The extra ``plot`` brings matplotlib and plotext.
"""

from .pictures import counts_over_time, heat_map
from .terminal import counts_over_time_text, heat_map_text

__all__ = ["counts_over_time", "counts_over_time_text", "heat_map", "heat_map_text"]
