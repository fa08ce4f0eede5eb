"""What is asked for in the options of a Spark reader, which are texts."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ..datasets.plan import Plan
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..datasets.blocking import Connect
    from ..datasets.windows import When

_CLIENTS = {
    "blaize": "asyncsdk:Blaize",
    "cognitive3d": "asyncsdk:Cognitive3D",
    "livepeer": "asyncsdk:Livepeer",
    "unleash_analytics": "asyncsdk:UnleashAnalytics",
    "unleash_platform": "asyncsdk:UnleashPlatform",
}


@frozen
class Options:
    """The options of a reader.

    Attributes:
        given: as Spark has them, with names in small letters.
    """

    given: Mapping[str, str]

    @property
    def dataset(self) -> str:
        """The id of the data set.

        Raises:
            ConfigurationError: it is missing.
        """
        if "dataset" not in self.given:
            raise ConfigurationError('the option "dataset" is missing, such as "unleash_analytics.rows"')
        return self.given["dataset"]

    @property
    def plan(self) -> Plan:
        """What to read.

        Raises:
            ConfigurationError: an option is missing or cannot be meant.
        """
        keys, start, end = self.given.get("keys"), self.given.get("start"), self.given.get("end")
        try:
            return Plan.make(
                self.dataset,
                keys if keys in (None, "all") else _listed(keys),
                None if start is None else _moment(start),
                None if end is None else _moment(end),
                timedelta(minutes=float(self.given.get("window_minutes", "60"))),
            )
        except ValueError as error:
            raise ConfigurationError(f"an option cannot be meant: {error}") from None

    @property
    def connect(self) -> Connect:
        """The recipe for a client.

        Raises:
            ConfigurationError: nobody knows which client the data set has.
        """
        name = self.given.get("client") or _CLIENTS.get(self.dataset.partition(".")[0])
        if name is None:
            raise ConfigurationError(
                f'the option "client" is missing: {self.dataset} is of no system that is known here'
            )
        module, _, attribute = name.partition(":")
        client: Any = getattr(import_module(module), attribute)
        return partial(client, base_url=self.given["base_url"]) if "base_url" in self.given else client

    def number(self, name: str, default: int) -> int:
        """A whole number.

        Raises:
            ConfigurationError: it is none.
        """
        text = self.given.get(name, str(default))
        if not text.isdecimal():
            raise ConfigurationError(f"the option {name!r} is a whole number, not {text!r}")
        return int(text)


def _listed(text: str) -> list[str]:
    if text.startswith("["):
        return [str(each) for each in json.loads(text)]
    return [each.strip() for each in text.split(",") if each.strip()]


def _moment(text: str) -> When:
    """A day, or a time with its zone."""
    if text.isdecimal():
        return int(text)
    try:
        return date.fromisoformat(text)
    except ValueError:
        return datetime.fromisoformat(text)
