"""``asyncsdk unleash``: the Analytics API of Unleash live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from attrs import frozen

from ..datasets.plan import device_id
from .operations.group import group
from .pull.pull import pull
from .pull.rows import Format, Lines
from .pull.source import Source
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

    return System("unleash", declared([client]), client.UnleashAnalytics("unused"), UnleashWay)


def _lines(chosen: Format) -> Lines:
    from ..sinks.lines import csv_header, csv_lines, ndjson_lines

    return Lines(encode=ndjson_lines) if chosen is Format.NDJSON else Lines(header=csv_header(), encode=csv_lines)


ROWS = Source["UnleashAnalytics"](
    help="""Pull the rows of many devices over a range of time.

    Into a directory each piece (one device, one window) becomes one whole file, in a tree like
    `device_id=W0a1/date=2026-11-01/`; a pull that was stopped leaves whole files only, and **the same command goes on where it
    stopped**. With relative times (`--from -24h`) the range is widened to whole windows, so that it can run every hour.

    Without `--out` the rows go to stdout, one JSON object a line, for `jq`, `head` and their like.

    **Examples**:

    Yesterday, all devices, as Parquet:

        asyncsdk unleash pull --all --from yesterday --to today --out detections

    Two devices, down a pipe:

        asyncsdk unleash pull -d W0a1 -d W0b2 --from -2h | jq .class_name

    Without an account:

        asyncsdk unleash pull --sandbox --all --from 2026-11-01 --to 2026-11-02 --out rows --format csv
    """,
    way=UnleashWay,
    key="device",
    letter="d",
    checked=device_id,
    keys=lambda analytics: analytics.devices(),
    pullable=lambda analytics: analytics,
    lines=_lines,
)

app = group(system, help="Unleash live Analytics: devices, sessions, and the rows of many cameras.")
app.command("pull", help=ROWS.help)(pull(ROWS))
