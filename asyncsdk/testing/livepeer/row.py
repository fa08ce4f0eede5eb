"""What answers an operation, and who may ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from starlette.responses import Response

from .auth import Need
from .wire import Asked

Row: TypeAlias = tuple[Need, Callable[[Asked], Response]]
"""Who may ask, and what answers."""
