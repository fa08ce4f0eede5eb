"""What stderr shows while files are sent: a bar for each that is under way and one for all; a line for each where it is no terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ..terminal.progress import Pace
from ..terminal.text import elapsed, printable, size
from ..terminal.transient import transient

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from .summary import Outcome


class Bars:
    """Follows files on their way, as long as its ``with`` block lasts.

    Args:
        files: how many are to be looked after.
        total: bytes of those that are to be sent.
        wanted: False for nothing at all.
        console: where; by default stderr.
        clock: seconds, for tests.
    """

    def __init__(
        self,
        files: int,
        total: int,
        *,
        wanted: bool = True,
        console: Console | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._files = files
        self._total = total
        self._clock = clock
        self._pace = Pace()
        self._through = 0
        self._failed = 0
        self._bytes = 0
        self._under_way: dict[str, tuple[int, int]] = {}
        self._console = console or Console(stderr=True)
        self._plain = wanted and not self._console.is_terminal
        self._live = transient(self._console, self.table) if wanted and self._console.is_terminal else None

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def begun(self, path: str, size: int) -> Callable[[int, int], None]:
        """Show a file's bar; what it gives is told how far the file is, from the beginning with each attempt."""
        self._under_way[path] = (0, size)

        def follow(sent: int, total: int) -> None:
            self._under_way[path] = (sent, total)

        return follow

    def ended(self, outcome: Outcome) -> None:
        """Take a file's bar away, or write its line."""
        self._under_way.pop(outcome.path, None)
        self._through += 1
        if outcome.status == "sent":
            self._bytes += outcome.size
        elif outcome.status == "failed":
            self._failed += 1
            self._total -= outcome.size
        if self._plain:
            sys.stderr.write(f"{outcome.line()}\n")
            sys.stderr.flush()

    def table(self) -> Table:
        """The bars as they are now: as many files as there is room for, and all of them on the last line."""
        # The terminal's own echo of ^C must fit behind it: on a line of its own it would keep the last state from being wiped out.
        lines = Table.grid(padding=(0, 1), expand=True)
        lines.width = max(20, self._console.width - 4)
        lines.add_column(max_width=max(8, self._console.width // 3), no_wrap=True, overflow="ellipsis")
        lines.add_column(ratio=1, min_width=8)
        lines.add_column(no_wrap=True, justify="right")
        under_way = list(self._under_way.items())
        for path, (sent, total) in under_way[: max(1, self._console.height - 2)]:
            bar = ProgressBar(total=max(1, total), completed=sent)
            lines.add_row(Text(printable(Path(path).name)), bar, Text(f"{size(sent)} / {size(total)}", "dim"))
        sent = self._bytes + sum(each for _, (each, _) in under_way)
        lines.add_row(*self._all(sent))
        return lines

    def _all(self, sent: int) -> tuple[Text, ProgressBar, Text]:
        pace = self._pace.at(self._clock(), sent)
        figures = Text.assemble(f"{size(sent)} / {size(self._total)}  ", (f"{size(max(0.0, pace))}/s", "green"))
        if self._failed:
            figures.append(f"  {self._failed:,} failed", "bold red")
        if pace > 0:
            figures.append(f"  {elapsed(max(0, self._total - sent) / pace)} left", "dim")
        count = Text(f"{self._through:,}/{self._files:,} files", "bold")
        return count, ProgressBar(total=max(1, self._total), completed=sent), figures
