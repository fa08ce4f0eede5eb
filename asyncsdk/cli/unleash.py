"""``asyncsdk unleash``: the Analytics API of Unleash live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from attrs import frozen

from .group import group
from .plot import plot
from .secrets import APIKey
from .way import Way

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..testing.sandbox import Service
    from ..unleash.analytics.client import UnleashAnalytics
    from .operations.system import System
    from .way import Settings

_KEY = APIKey("UNLEASH_API_KEY")


@frozen(kw_only=True)
class UnleashWay(Way["UnleashAnalytics"]):
    """How to reach the Analytics API."""

    api_key_file: Annotated[str | None, _KEY.annotation()] = None

    def secrets(self) -> Mapping[str, str]:
        """The key."""
        return {"api_key": _KEY.read(self.api_key_file)}

    def client(self, secrets: Mapping[str, str], settings: Settings) -> UnleashAnalytics:
        """A client."""
        from ..unleash.analytics.client import UnleashAnalytics

        return UnleashAnalytics(secrets["api_key"], **settings)

    def service(self) -> tuple[Service, Mapping[str, str]]:
        """The service, with its generated devices."""
        from ..testing import AnalyticsService

        service = AnalyticsService()
        return service, {"api_key": service.api_key}


def system() -> System:
    """What the commands are made of."""
    from ..operation import declared
    from ..unleash.analytics import client
    from .operations.system import System

    return System("unleash", declared([client]), client.UnleashAnalytics("unused"), UnleashWay, pull="rows")


app = group(system, help="Unleash live Analytics: devices, sessions, and the rows of many cameras.")
app.command("plot")(plot)
