"""The live line on stderr while a pull runs: shards, rows, rows per second, retries, time left; and why it stands still.

A clock of its own refreshes it from the counters of the run, whatever the event loop does.
"""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, Self

from rich.console import Console, Group
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from ...fanout.progress import Progress
from .standstill import Retries
from .text import elapsed
from .transient import transient

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from rich.console import RenderableType

_MEAN_OVER = 3.0
_STILL = 3.0


class Pace:
    """How fast a counter grows: the mean over the last few seconds.

    Args:
        over: seconds.
    """

    def __init__(self, over: float = _MEAN_OVER) -> None:
        self._over = over
        self._seen: deque[tuple[float, int]] = deque()

    def at(self, now: float, count: int) -> float:
        """Units a second, after one more look at the counter.

        Args:
            now: seconds of a monotonic clock.
            count: the counter's value.
        """
        self._seen.append((now, count))
        while len(self._seen) > 2 and self._seen[1][0] <= now - self._over:
            self._seen.popleft()
        began, before = self._seen[0]
        return (count - before) / (now - began) if now > began else 0.0


def remaining(done: int, skipped: int, total: int, seconds: float) -> float | None:
    """Seconds a run still takes, as its own shards went so far; None while there is nothing to tell it from.

    Args:
        done: shards fetched.
        skipped: shards that were there already, which took no time.
        total: shards in all.
        seconds: since the beginning.
    """
    return None if done <= 0 else seconds / done * max(0, total - skipped - done)


class LiveProgress:
    """A line that follows the counters of a run, as long as its ``with`` block lasts; nothing where stderr is no terminal.

    Args:
        total: how many shards the plan has.
        wanted: False for no line at all.
        console: where; by default stderr.
        clock: seconds, for tests.
    """

    def __init__(
        self,
        total: int,
        *,
        wanted: bool = True,
        console: Console | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._total = total
        self._clock = clock
        self._began = clock()
        self._pace = Pace()
        self._counters: Progress = Progress()
        self._seen = (0, 0, 0)
        self._moved = self._began
        self._retries = Retries(clock)
        self._spinner = Spinner("dots", style="cyan")
        self._bar = ProgressBar(total=max(1, total))
        self._console = console or Console(stderr=True)
        self._live = transient(self._console, self.line) if wanted and self._console.is_terminal else None

    def __enter__(self) -> Self:
        if self._live is not None:
            self._retries.__enter__()
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._retries.__exit__(None, None, None)

    def follow(self, counters: Progress) -> None:
        """Show these counters from now on, as they change: cheap enough to be called after every page."""
        self._counters = counters

    def _standstill(self, now: float) -> str:
        """Why nothing comes, where nothing has come since the last retry or for some seconds."""
        counters = self._counters
        seen = (counters.pages, counters.shards, counters.skipped)
        if seen != self._seen:
            self._seen, self._moved = seen, now
        if retrying := self._retries.since(self._moved):
            return retrying
        still = now - self._moved
        return "" if still < _STILL or self._finished() else f"no answer for {elapsed(still)}"

    def _finished(self) -> bool:
        return self._counters.shards + self._counters.skipped >= self._total

    def line(self) -> RenderableType:
        """The line as it is now."""
        counters, now = self._counters, self._clock()
        reached = min(self._total, counters.shards + counters.skipped)
        self._bar.update(reached)
        figures = Text.assemble(
            (f"{reached:,}/{self._total:,} shards", "bold"),
            f"  {counters.rows:,} rows  ",
            (f"{self._pace.at(now, counters.rows):,.0f}/s", "green"),
            (f"  {counters.retries:,} retries", "yellow" if counters.retries else "dim"),
        )
        if counters.failures:
            figures.append(f"  {counters.failures:,} failed", "bold red")
        left = remaining(counters.shards, counters.skipped, self._total, now - self._began)
        figures.append(f"  {elapsed(left)} left" if left is not None else "", "dim")
        # The terminal's own echo of ^C must fit behind it: on a line of its own it would keep the last state from being wiped out.
        line = Table.grid(padding=(0, 1), expand=True)
        line.width = max(20, self._console.width - 4)
        line.add_column()
        line.add_column(ratio=1, min_width=8)
        line.add_column(no_wrap=True)
        line.add_row(self._spinner, self._bar, figures)
        if not (why := self._standstill(now)):
            return line
        told = Text(f"  {why}", "yellow", no_wrap=True, overflow="ellipsis")
        told.truncate(line.width, overflow="ellipsis")
        return Group(told, line)
