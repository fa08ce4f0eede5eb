"""Many small files of a day made one, beside readers and writers."""

from __future__ import annotations

from .tree import Compacted, compact

__all__ = ["Compacted", "compact"]
