"""The Unleash live Analytics API: five read-only endpoints behind an API key."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from typing import Self, Unpack

from ...auth.keys import HeaderSigner, bearer
from ...client import Client, Where
from ...datasets.plan import Keys, Plan
from ...datasets.protocol import Sink
from ...datasets.report import Report
from ...datasets.stream import RowStream
from ...datasets.tail.client import Tails
from ...datasets.windows import Instant, When, span
from ...fanout.progress import Progress
from ...fanout.run import OnError
from ...http.reply import Reply
from ...operation import Operation
from ...options import ClientOptions, CopyOptions, base_url, credential
from ...paging import Pager
from .datasets import AnalyticsDataSets
from .pages import read_page
from .queries import DEVICES, ROWS, device_id as _device_id, ids, walk
from .rows import AnalyticsRow

__all__ = ["BASE_URL", "DEVICES", "ROWS", "SESSIONS", "TABLEAU", "VERSION", "UnleashAnalytics", "read_version"]

BASE_URL = "https://api.unleashlive.com/v1"

VERSION = Operation("unleash_analytics.version", "GET", "/analytics/version", "scalar")
SESSIONS = Operation("unleash_analytics.sessions", "GET", "/analytics/sessions", "array")
TABLEAU = Operation("unleash_analytics.tableau", "GET", "/analytics/tableau/{device_id}/{start}/{end}/{page}", "pages")

_LOOSE_VERSION = re.compile(r'\{\s*"([^"\\]*)"\s*\}')


def _signer(key: str) -> HeaderSigner:
    # A personal access token is what the service's current documentation asks for (docs/services/unleash-analytics.md).
    if key.startswith("ul_pat_"):
        return bearer(key)
    return HeaderSigner("x-api-key", key, key)


def read_version(reply: Reply) -> str:
    """The version, from the JSON string that the service sends or the ``{"1.0.1"}`` that the document prints.

    Raises:
        DecodeError: neither.
    """
    if loose := _LOOSE_VERSION.fullmatch(reply.body.removeprefix(BOM_UTF8).strip().decode("utf-8", "replace")):
        return loose[1]
    value = reply.json()
    if not isinstance(value, str):
        raise reply.unreadable(f"a version was promised, not {type(value).__name__}")
    return value


class AnalyticsChanges(CopyOptions, total=False):
    """What a copy of `UnleashAnalytics` may change."""

    api_key: str | None


class UnleashAnalytics(Client, Tails):
    """A client of the Unleash live Analytics API.

    ::

        async with UnleashAnalytics() as analytics:
            async for device in analytics.devices():
                ...

    Args:
        api_key: sent as ``x-api-key``; a personal access token (``ul_pat_...``) goes as Bearer. Default: the environment
            variable ``UNLEASH_API_KEY``.
        options: what every client takes: `ClientOptions`. ``base_url`` may come from ``UNLEASH_BASE_URL``.

    Raises:
        ConfigurationError: no key, or an argument that cannot work.
    """

    system = "unleash_analytics"

    def __init__(self, api_key: str | None = None, **options: Unpack[ClientOptions]) -> None:
        self._set_up({"api_key": credential(api_key, "api_key", "UNLEASH_API_KEY")}, options)

    def _where(self) -> Mapping[str, Where]:
        given = self._arguments
        url = base_url(given["base_url"], "UNLEASH_BASE_URL", BASE_URL)
        return {"": (url, lambda _: _signer(credential(given["api_key"], "api_key", "UNLEASH_API_KEY")))}

    def _load_columns(self) -> None:
        super()._load_columns()
        with suppress(ImportError):  # the extra is not installed
            import_module("asyncsdk.unleash.analytics.plain")

    def with_options(self, **changes: Unpack[AnalyticsChanges]) -> Self:
        """A copy with some arguments changed, on the same connections, throttle and retry budget.

        Args:
            changes: ``api_key``, and any of `CopyOptions`. What belongs to the connections a copy cannot change.

        Raises:
            TypeError: an argument that there is not, or that a copy cannot change.
            ConfigurationError: a value that cannot work.
        """
        return self._with(changes)

    @property
    def datasets(self) -> AnalyticsDataSets:
        """What can be pulled by many devices and long ranges of time."""
        return AnalyticsDataSets(self)

    async def version(self) -> str:
        """The API's version, e.g. ``"1.0.1"``; a way to check a key.

        ``GET /analytics/version``. The document prints ``{"1.0.1"}``, which is no JSON; the service sends ``"1.0.1"``.

        Raises:
            PermissionDeniedError: the key is wrong.
        """
        return await self.call(VERSION, into=read_version)

    def devices(self) -> Pager[str]:
        """The ids of the account's devices.

        ``GET /analytics/devices``.

        Raises:
            PermissionDeniedError: the key is wrong; raised by the iteration, as all errors of a pager.
        """
        return ids(self, DEVICES)

    def sessions(self) -> Pager[str]:
        """The ids of the account's sessions: milliseconds since the epoch, as strings.

        ``GET /analytics/sessions``.

        Raises:
            PermissionDeniedError: the key is wrong; raised by the iteration.
        """
        return ids(self, SESSIONS)

    def rows(self, device_id: str, start: Instant, end: Instant) -> Pager[AnalyticsRow]:
        """The raw results of one device between two points in time, as the server gives them.

        ``GET /analytics/{deviceId}/{unixUTCTimeStampFrom}/{unixUTCTimeStampTo}/{pageNumber}``, pages from 1. Whether rows at
        the very end belong to the range the document does not say; `fan_out` cuts at its shards' edges.

        Args:
            device_id: a device.
            start: an aware datetime, or int milliseconds since the epoch. (The document's text says nanoseconds, its
                example and the service mean milliseconds.)
            end: likewise.

        Raises:
            TypeError, ValueError: at the call, for an id or time that cannot be meant.
            SDKError: from the iteration, with ``.cursor``, from which ``pages(start=cursor)`` goes on.
        """
        return walk(self, ROWS, _device_id(device_id), span(start, end), read_page, of=AnalyticsRow)

    def tableau(self, device_id: str, start: Instant, end: Instant) -> Pager[AnalyticsRow]:
        """The same as `rows`, from the endpoint that spells out every row as an object, for tools such as Tableau.

        ``GET /analytics/tableau/{deviceId}/{unixUTCTimeStampFrom}/{unixUTCTimeStampTo}/{pageNumber}``. Larger on the wire
        and slower to read than `rows`.

        Args:
            device_id: a device.
            start: an aware datetime, or int milliseconds since the epoch.
            end: likewise.

        Raises:
            TypeError, ValueError, SDKError: as `rows` does.
        """
        return walk(self, TABLEAU, _device_id(device_id), span(start, end), read_page, of=AnalyticsRow)

    def plan(self, devices: Keys, start: When, end: When, *, window: timedelta = timedelta(hours=1)) -> Plan:
        """Devices by windows, lazily, as a value that `fan_out` and `backfill` take.

        Args:
            devices: ids: one, an iterable, an async iterable, or ``"all"``.
            start: an aware datetime, int milliseconds, or a day in UTC.
            end: likewise; the range is ``[start, end)``, and a day as its end belongs to it as a whole.
            window: the width of a shard. Edges lie on a grid aligned to the epoch and are cut at UTC midnight.

        Raises:
            TypeError, ValueError: what cannot be meant.
        """
        return self.datasets.rows.plan(devices, start, end, window=window)

    def fan_out(
        self,
        devices: Keys | Plan,
        start: When | None = None,
        end: When | None = None,
        *,
        window: timedelta = timedelta(hours=1),
        concurrency: int = 16,
        ordered: bool = False,
        on_error: OnError = "raise",
    ) -> RowStream[AnalyticsRow]:
        """The rows of many devices over a range of time, many pages at once, with bounded memory.

        ::

            async with analytics.fan_out("all", start, end, concurrency=32) as stream:
                async for row in stream:
                    ...

        Args:
            devices: as in `plan`; or a `Plan`, such as ``Plan.of(stream.failures)``, and then neither times nor window.
            start: as in `plan`.
            end: as in `plan`.
            window: as in `plan`.
            concurrency: how many pages are asked for at once; the service's own limits may keep it lower.
            ordered: devices in the order given, each in order of time; otherwise pages as they arrive.
            on_error: ``"raise"`` raises the first error, unwrapped, with ``.shard`` on it; ``"collect"`` goes on and lists the
                shards that failed in ``stream.failures``, some of whose rows may have been given already.

        Returns:
            An async context manager: iterate it for rows, or its `RowStream.batches` for Arrow record batches. Leaving its
            block, at any point, stops everything at once.

        Raises:
            TypeError, ValueError: what cannot be meant.
        """
        return self.datasets.rows.fan_out(
            devices, start, end, window=window, concurrency=concurrency, ordered=ordered, on_error=on_error
        )

    async def backfill(
        self,
        plan: Plan,
        sink: Sink,
        *,
        concurrency: int = 16,
        settle: timedelta = timedelta(0),
        refresh: bool = False,
        on_error: OnError = "raise",
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Report:
        """Write a plan into a sink exactly once, across crashes: run it again, and it goes on where it stopped.

        ::

            plan = analytics.plan("all", start, end)
            report = await analytics.backfill(plan, ParquetSink("detections"), settle=timedelta(minutes=10))

        What the sink says is done is not asked for again; of a shard that is done in part, the rest is. Each shard is committed
        as a whole, an empty one too, its rows in the server's order.

        Args:
            plan: what to fetch (`plan`).
            sink: where to (`asyncsdk.sinks`), or an object of your own with ``done()`` and ``open(shard)``.
            concurrency: how many pages are fetched at once, and how many shards are under way.
            settle: a shard that ended less than this ago is written, but not marked as done: late rows may still come.
            refresh: whether to fetch again what is done, each shard of which then takes the place of what was there, as a whole.
            on_error: ``"raise"`` stops at the first shard that fails; what was committed stays. ``"collect"`` goes on and lists
                it in the report. A sink that fails always raises.
            on_progress: called after every page and commit with the run's counters.

        Raises:
            SDKError: what the first failed shard met, with ``.shard``.
            OSError: what the sink met.
        """
        return await self.datasets.rows.backfill(
            plan,
            sink,
            concurrency=concurrency,
            settle=settle,
            refresh=refresh,
            on_error=on_error,
            on_progress=on_progress,
        )
