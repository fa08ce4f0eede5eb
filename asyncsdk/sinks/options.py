"""What fsspec is told beside a URL, and what of it may travel to another process."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from ..errors import ConfigurationError
from ..http.redact import is_sensitive, redact

# Texts that say where something is, and prove nothing. All others may be a secret, whatever fsspec's many packages call them.
_HARMLESS = {
    "account_name",
    "addressing_style",
    "default_block_size",
    "endpoint_url",
    "host",
    "location",
    "profile",
    "project",
    "protocol",
    "region",
    "region_name",
    "signature_version",
    "user",
    "username",
}


@frozen
class FromEnvironment:
    """The value of an environment variable, read where the file system is opened.

    Attributes:
        name: of the variable.
    """

    name: str

    def read(self) -> str:
        """Its value.

        Raises:
            ConfigurationError: it is not set.
        """
        try:
            return os.environ[self.name]
        except KeyError:
            raise ConfigurationError(f"storage_options need the environment variable {self.name}") from None


StorageOptions = Mapping[str, Any] | Callable[[], Mapping[str, Any]]
"""Arguments of a file system of fsspec, where any value may be a `FromEnvironment`; or a function that gives them."""


def resolved(options: StorageOptions) -> dict[str, Any]:
    """The arguments themselves.

    Raises:
        ConfigurationError: an environment variable is not set.
    """
    return {name: _value(each) for name, each in (options() if callable(options) else options).items()}


def _value(given: Any) -> Any:
    if isinstance(given, FromEnvironment):
        return given.read()
    if isinstance(given, Mapping):
        return {name: _value(each) for name, each in given.items()}
    return given


def check_travels(url: str, options: StorageOptions) -> None:
    """Refuse to take a credential along to another process.

    Args:
        url: of the target.
        options: for its file system.

    Raises:
        ConfigurationError: there may be one, and what to give instead.
    """
    if redact(url) != url:
        raise ConfigurationError(f"{redact(url)} holds a credential, which must not travel: give it in storage_options")
    if not callable(options):
        _check("storage_options", options)


def _check(name: str, value: Any) -> None:
    if isinstance(value, Mapping):
        for key, each in value.items():
            _check(str(key), each)
    elif isinstance(value, str):
        if name not in _HARMLESS or redact(value) != value:
            raise _refused(name)
    elif not isinstance(value, bool | FromEnvironment | None) and (
        is_sensitive(name) or not isinstance(value, int | float)
    ):
        raise _refused(name)


def _refused(name: str) -> ConfigurationError:
    return ConfigurationError(
        f"storage_options: {name!r} may be a credential, which must not travel to another process: give "
        "FromEnvironment('NAME_OF_A_VARIABLE'), or a function of a module that gives the options where they are used"
    )
