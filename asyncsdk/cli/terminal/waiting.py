"""What a command without a bar says while it waits: a line on stderr, after a second, and only on a terminal."""

from __future__ import annotations

from threading import Lock, Timer
from time import monotonic
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from .standstill import Retries
from .text import elapsed
from .transient import transient

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from rich.console import RenderableType
    from rich.live import Live

AFTER = 1.0


class Waiting:
    """A line that says what is waited for, or why it is tried again, until its ``with`` block ends or something is written.

    Args:
        what: is waited for.
        wanted: False for no line at all.
        after: seconds until it appears.
        console: where; by default stderr.
        clock: seconds, for tests.
    """

    def __init__(
        self,
        what: str = "waiting for the service",
        *,
        wanted: bool = True,
        after: float = AFTER,
        console: Console | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._what = what
        self._clock = clock
        self._began = clock()
        self._retries = Retries(clock)
        self._spinner = Spinner("dots", style="cyan")
        self._console = console or Console(stderr=True)
        self._wanted = wanted and self._console.is_terminal
        self._live: Live | None = None
        self._lock = Lock()
        self._timer = Timer(after, self._show)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        if self._wanted:
            self._retries.__enter__()
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _show(self) -> None:
        with self._lock:
            if self._wanted:
                self._live = transient(self._console, self.line)
                self._live.start(refresh=True)

    def stop(self) -> None:
        """Wipe it out; it does not come again."""
        if not self._wanted:
            return
        self._wanted = False
        self._timer.cancel()
        self._retries.__exit__(None, None, None)
        with self._lock:
            if self._live is not None:
                self._live.stop()

    def line(self) -> RenderableType:
        """The line as it is now."""
        retrying = self._retries.since(self._began)
        said = Text(retrying or self._what, "yellow" if retrying else "", no_wrap=True, overflow="ellipsis")
        line = Table.grid(padding=(0, 1))
        # room for the terminal's own echo of ^C, which would keep the last state from being wiped out
        line.width = max(20, self._console.width - 4)
        line.add_column()
        line.add_column(no_wrap=True, overflow="ellipsis")
        line.add_column(no_wrap=True, ratio=1)
        line.add_row(self._spinner, said, Text(elapsed(self._clock() - self._began), "dim"))
        return line
