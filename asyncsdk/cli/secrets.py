"""Where a system's secrets are: in the environment, else in a file or on stdin. Never in the command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import typer
from attrs import field, frozen

from ..chain.options import header_safe
from .terminal.given import STDIN, content_of, parsed
from .terminal.problems import UsageError, keep_secret, usage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PANEL = "Service"


@frozen
class APIKey:
    """One key and nothing else; its file holds it in the first line.

    Attributes:
        variable: of the environment.
        option: that names a file.
    """

    variable: str
    option: str = "--api-key-file"

    def annotation(self) -> Any:
        """What typer makes the option of."""
        return typer.Option(
            self.option,
            metavar="FILE",
            help=f"Read the API key from the first line of this file, or from stdin with '-'. By default it is the value of the "
            f"environment variable {self.variable}. (There is no option that takes the key itself: every user of the machine "
            "could read it in the list of processes.)",
            rich_help_panel=PANEL,
        )

    def read(self, file: str | None) -> str:
        """The key, kept out of all messages from now on.

        Args:
            file: its file; None for the environment.

        Raises:
            UsageError: there is none, or one that cannot be sent.
        """
        if file is not None:
            source = f"the first line of {'stdin' if file == STDIN else file}"
            lines = _text(self.option, file).splitlines()
            key = lines[0].strip() if lines else ""
            if not key:
                raise usage(self.option, f"{source} is empty: it must hold the API key")
        else:
            source = f"the environment variable {self.variable}"
            key = os.environ.get(self.variable, "")
            if not key:
                raise UsageError(
                    f"there is no API key: set the environment variable {self.variable} or give {self.option} FILE; "
                    "--sandbox needs none"
                )
        keep_secret(key)
        if not header_safe(key):
            raise UsageError(f"{source} cannot be an API key: it must be printable ASCII without white space around it")
        return key


def _as_it_is(held: dict[str, Any]) -> Mapping[str, Any]:
    return held


@frozen
class Credentials:
    """Several secrets that go together; their file holds a JSON object.

    Attributes:
        sets: each all that is needed: the client's arguments, and the environment variables that hold them. The first one that is
            there is taken.
        more: what goes with any of them, where it is there.
        forms: what the file may hold, in words, beside the names of a set.
        understood: from what the file holds to an object that has these names.
        option: that names a file.
    """

    sets: Sequence[Mapping[str, str]]
    more: Mapping[str, str] = field(factory=dict)
    forms: Sequence[str] = ()
    understood: Callable[[dict[str, Any]], Mapping[str, Any]] = _as_it_is
    option: str = "--credentials-file"

    def annotation(self, holds: str) -> Any:
        """What typer makes the option of.

        Args:
            holds: what the file holds, in words.
        """
        return typer.Option(
            self.option,
            metavar="FILE",
            help=f"Read the credentials from a JSON file, or from stdin with `-`: {holds}. By default they are the environment "
            f"variables {', else '.join(_joined(each.values()) for each in self.sets)}.",
            rich_help_panel=PANEL,
        )

    def read(self, file: str | None) -> Mapping[str, str]:
        """The client's arguments, kept out of all messages from now on.

        Args:
            file: their file; None for the environment.

        Raises:
            UsageError: there are none.
        """
        found = self._from_environment() if file is None else self._from_file(file)
        for value in found.values():
            keep_secret(value)
        return found

    def _from_environment(self) -> dict[str, str]:
        for variables in self.sets:
            found = _present(variables)
            missing = [variable for name, variable in variables.items() if name not in found]
            if found and missing:
                raise UsageError(f"half of the key pair is missing: set the environment variable {missing[0]}, too")
            if found:
                return {**found, **_present(self.more)}
        raise UsageError(
            f"there are no credentials: set the environment variables "
            f"{', or '.join(_joined(each.values()) for each in self.sets)}, or give {self.option} FILE; --sandbox needs none"
        )

    def _from_file(self, file: str) -> dict[str, str]:
        held = parsed(_text(self.option, file), self.option)
        if isinstance(held, dict):
            texts = {name: value for name, value in self.understood(held).items() if value and isinstance(value, str)}
            for names in self.sets:
                if names.keys() <= texts.keys():
                    return {name: texts[name] for name in (*names, *self.more) if name in texts}
        forms = [*map(_joined, self.sets), *self.forms]
        raise usage(self.option, f"it must hold a JSON object with {', or with '.join(forms)}")


def _present(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, variable in variables.items() if (value := os.environ.get(variable))}


def _joined(names: Any) -> str:
    return " and ".join(names)


def _text(option: str, file: str) -> str:
    return content_of(file, option).decode("utf-8-sig", "replace")
