"""``asyncsdk demo``: the main job on a small scale, with nothing needed but this package."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from attrs import frozen

from .pull.request import PullRequest
from .pull.rows import Format
from .pull.to_files import say_how_to_go_on, to_files
from .terminal.loop import run
from .terminal.problems import usage
from .terminal.text import counted, size, sparkline
from .unleash import UnleashWay

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.table import Table
    from rich.text import Text

    from ..testing.sandbox import Service
    from .pull.busiest import Activity
    from .pull.summary import Summary

# The day of the document's own samples. It never changes, and so neither do the rows.
_DAY = datetime(2020, 8, 17, tzinfo=UTC)

_SHOWN = 10
_PERIODS = 24
_WIDTH = 100
_CLASSES_WIDTH = 42


@frozen(kw_only=True)
class _DemoWay(UnleashWay):
    """To a sandbox of so many devices."""

    devices: int = 0

    def service(self) -> tuple[Service, Mapping[str, str]]:
        """The service."""
        from ..testing import AnalyticsService

        service = AnalyticsService(devices=self.devices)
        return service, {"api_key": service.api_key}


def demo(
    *,
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="The directory for the files.")] = "demo-output",
    devices: Annotated[int, typer.Option(min=1, max=10_000, help="How many devices.")] = 30,
    hours: Annotated[int, typer.Option(min=1, max=24 * 31, help="How many hours, from 2020-08-17 on.")] = 24,
) -> None:
    """Pull 30 devices x 24 hours from the embedded sandbox into Parquet files, and show what is in them.

    No account and no network are needed. The rows are always the same. Run it again, and it finds its files; stop it in the middle, and
    it goes on where it stopped.

    **Example**:

        asyncsdk demo --devices 100 --out /tmp/demo
    """
    from ..testing import Fleet
    from ..unleash.analytics.datasets import ROWS_OF_DEVICES
    from .pull.source import Source

    if "://" in out:
        raise usage("--out", "the demo writes to a directory of this machine; for URLs there is asyncsdk unleash pull")
    request = PullRequest(
        keys=Fleet(size=devices).device_ids,
        start=_DAY,
        end=_DAY + timedelta(hours=hours),
        window=timedelta(hours=1),
        out=out,
        format=Format.PARQUET,
    )
    connection = _DemoWay(sandbox=True, devices=devices).connect()
    summary = run(
        lambda: to_files(Source(ROWS_OF_DEVICES, UnleashWay), connection, request),
        on_stop=lambda: say_how_to_go_on(out),
    )
    _show(summary, out, hours)


def _show(summary: Summary, out: str, hours: int) -> None:
    """What is in the files, read back from them."""
    from pyarrow.dataset import dataset
    from rich.console import Console
    from rich.text import Text

    from ..sinks.parquet import partitioning
    from ..unleash.analytics.datasets import ROWS_OF_DEVICES
    from .pull.busiest import busiest

    per = -(-hours // _PERIODS)
    plan = summary.plan
    assert isinstance(plan.keys, tuple)
    assert plan.start is not None
    assert plan.end is not None
    paths = sorted(Path(out).rglob("*.parquet"))
    rows = dataset(
        [str(each) for each in paths],
        format="parquet",
        schema=ROWS_OF_DEVICES.schema(),
        partitioning=partitioning(ROWS_OF_DEVICES),
        partition_base_dir=out,
    )
    found = busiest(rows, plan.keys, plan.start, plan.end, per * 3_600_000)
    console = Console()
    console = Console(width=_WIDTH) if not console.is_terminal else console
    console.print()
    console.print(_table(found, hours, per))
    space = size(sum(each.stat().st_size for each in paths))
    files = f": {counted(len(paths), 'Parquet file')}, {space}, {counted(rows.count_rows(), 'row')}"
    for line in (
        *map(Text, summary.lines()),
        Text.assemble((out, "bold"), files),
        Text(f"read them with pyarrow.parquet.read_table({out!r})", "dim"),
    ):
        console.print(line, soft_wrap=True)


def _table(found: Sequence[Activity], hours: int, per: int) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    every = "hour" if per == 1 else f"{per} hours"
    by_period = [sum(each) for each in zip(*(each.periods for each in found), strict=True)]
    total = f"{sum(by_period):,}"
    table = Table(
        title=f"The busiest {min(_SHOWN, len(found))} of {counted(len(found), 'device')}, {_DAY:%d %B %Y}, {counted(hours, 'hour')}",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_footer=True,
        expand=True,
    )
    # Only the last column gives way where the terminal is narrow.
    table.add_column(
        "device", "all devices", style="cyan", no_wrap=True, min_width=max(len(each.device) for each in found)
    )
    table.add_column("counted", total, justify="right", no_wrap=True, min_width=len(total))
    bars = Text(sparkline(by_period), "bold green")
    table.add_column(f"by {every}, UTC", bars, style="green", no_wrap=True, min_width=len(by_period))
    table.add_column("most of all", _classes(_together(found)), ratio=1, no_wrap=True, overflow="ellipsis")
    for each in found[:_SHOWN]:
        table.add_row(each.device, f"{each.total:,}", sparkline(each.periods), _classes(each.classes))
    return table


def _classes(classes: Sequence[tuple[str, int]]) -> Text:
    """As many classes, the most first, as fit."""
    from rich.text import Text

    shown = Text()
    for name, count in classes:
        one = Text.assemble(", " if shown else "", name, " ", (f"{count:,}", "bold"))
        if not count or (shown and len(shown) + len(one) > _CLASSES_WIDTH):
            break
        shown.append_text(one)
    return shown


def _together(found: Sequence[Activity]) -> list[tuple[str, int]]:
    sums = Counter[str]()
    for each in found:
        sums.update(dict(each.classes))
    return sums.most_common()
