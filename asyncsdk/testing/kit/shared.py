"""What all parts of one system share: its operations and documents, its words, its clock, its ids."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from attrs import Factory, field, frozen

from ...http.clock import SYSTEM, Clock
from ...operation import declared
from ..documents import documents
from .dice import digits
from .voice import Voice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

    from ...operation import Operation
    from ..documents import Document


def operations_of(package: ModuleType) -> Mapping[str, Operation]:
    """Every operation that the modules of a system's package declare, by id."""
    return _operations(package.__name__)


@cache
def _operations(package: str) -> Mapping[str, Operation]:
    found = iter_modules(import_module(package).__path__)
    return declared(import_module(f"{package}.{each.name}") for each in found)


def short(digits: str) -> str:
    """The first 14 digits, in upper case."""
    return digits[:14].upper()


@frozen(eq=False, kw_only=True)
class Shared:
    """What all parts of one system share.

    Attributes:
        system: its name, e.g. ``"blaize"``.
        operations: all of them, by id.
        documents: what is documented of them, by id.
        voice: how it says what became of a request.
        clock: for all times.
        seed: any number; another one gives other ids.
        id_of: from 32 hexadecimal digits to an id in the system's style.
    """

    system: str
    operations: Mapping[str, Operation] = field(repr=False)
    documents: Mapping[str, Document] = field(
        repr=False, default=Factory(lambda self: documents(self.system), takes_self=True)
    )
    voice: Voice = field(factory=Voice, repr=False)
    clock: Clock = SYSTEM
    seed: int = 1
    id_of: Callable[[str], str] = field(default=short, repr=False)
    _digits: Iterator[str] = field(
        init=False, repr=False, default=Factory(lambda self: digits(self.seed), takes_self=True)
    )

    def operation(self, path: str) -> Operation:
        """The operation at an attribute path below the client, e.g. ``"users.grants.list"``."""
        return self.operations[f"{self.system}.{path}"]

    def document(self, path: str) -> Document | None:
        """What is documented of the operation at an attribute path."""
        return self.documents.get(f"{self.system}.{path}")

    def new_id(self) -> str:
        """A new id: made up, and the same in each run."""
        return self.id_of(next(self._digits))

    def new_secret(self) -> str:
        """A new key or token: 32 hexadecimal digits, made up, and the same in each run."""
        return next(self._digits)
