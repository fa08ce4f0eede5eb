"""``.. summary:: asyncsdk.blaize.users.Users``: a table of what a class or a module has, each name with its first sentence, leading to its entry."""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING, Any, ClassVar

from docutils.statemachine import StringList
from sphinx.ext.autosummary import Autosummary

from asyncsdk.group import Group

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils.nodes import Node
    from sphinx.application import Sphinx


class Summary(Autosummary):
    """The directive: a module or a class, and where not all of it is meant, the names."""

    required_arguments = 1
    optional_arguments = 1000
    has_content = False
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[Node]:
        whole, *names = self.arguments
        self._of = _resolved(whole)
        self.content = StringList([f"~{whole}.{name}" for name in names or _names(self._of)], source="")
        self.options["nosignatures"] = True
        return super().run()

    def get_items(self, names: list[str]) -> list[tuple[str, str | None, str, str]]:
        """What stands in the table: a name, no signature, a sentence, and where the name leads: a group of operations to its class."""
        found = super().get_items(names)
        return [(name, no, says, self._home(name) or real) for name, no, says, real in found]

    def _home(self, name: str) -> str | None:
        group = vars(self._of).get(name)
        kind = getattr(group, "_kind", None) if isinstance(group, Group) else None
        return f"{kind.__module__}.{kind.__qualname__}" if inspect.isclass(kind) else None


def _resolved(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        whole, _, last = name.rpartition(".")
        return getattr(_resolved(whole), last)


def _names(of: Any) -> Iterator[str]:
    """What a class defines itself, or what is defined in a module; public names, in the order of the source."""
    for name, value in vars(of).items():
        if name.startswith("_"):
            continue
        if inspect.ismodule(of):
            if (inspect.isclass(value) or inspect.isfunction(value)) and value.__module__ == of.__name__:
                yield name
        elif inspect.isfunction(value) or isinstance(value, property | classmethod | staticmethod | Group):
            yield name


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.setup_extension("sphinx.ext.autosummary")
    app.add_directive("summary", Summary)
    return {"parallel_read_safe": True}
