"""Libraries that annotations name, and that are imported only when somebody resolves those."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Later:
    """Stands for a module in annotations: `typing.get_type_hints` finds its names without its having been imported before.

    Args:
        name: of the module. Where it is not installed, each of its names is `Any`.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            module = import_module(self._name)
        except ImportError:
            return Any
        return getattr(module, name)
