"""Unleash live: Analytics and Platform, an API each."""

from importlib import import_module as _import_module
from types import ModuleType as _ModuleType
from typing import TYPE_CHECKING as _TYPE_CHECKING

if _TYPE_CHECKING:
    from . import analytics as analytics, platform as platform


def __getattr__(name: str) -> _ModuleType:
    if name not in {"analytics", "platform"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _import_module(f".{name}", __name__)
