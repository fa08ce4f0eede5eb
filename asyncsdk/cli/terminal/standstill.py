"""Why a command stands still: what the logger ``asyncsdk`` says of retries, for the line on stderr, and with ``-v`` all that it says."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Self

from .text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from ...chain.attempts import Retry

_LOGGER = logging.getLogger("asyncsdk")
_LONGEST = 120


class Retries(logging.Handler):
    """Hears of retries as long as its ``with`` block lasts.

    Args:
        clock: seconds, for tests.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        super().__init__(logging.INFO)
        self._clock = clock
        self._last: Retry | None = None
        self._at = 0.0

    def __enter__(self) -> Self:
        _add(self, logging.INFO)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _LOGGER.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the last one."""
        retry: Retry | None = getattr(record, "retry", None)
        if retry is not None:
            self._last, self._at = retry, self._clock()

    def since(self, moment: float) -> str:
        """What is being tried again since a moment of the clock: ``retrying: ..., attempt 3 of 5``; nothing where nothing is."""
        retry = self._last
        if retry is None or self._at < moment:
            return ""
        why = one_line(retry.why)
        why = why if len(why) <= _LONGEST else f"{why[: _LONGEST - 1]}…"
        of = "" if retry.of is None else f" of {retry.of}"
        return f"retrying: {why}, attempt {retry.number + 1}{of}"


class _ToStderr(logging.Handler):
    """Whatever stderr is when something is said: a live line moves down for it."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(f"{one_line(record.getMessage())}\n")
        sys.stderr.flush()


@contextmanager
def attempts_on_stderr() -> Iterator[None]:
    """Within the block, everything that the logger ``asyncsdk`` says stands on stderr."""
    handler, level = _ToStderr(), _LOGGER.level
    _add(handler, logging.DEBUG)
    try:
        yield
    finally:
        _LOGGER.removeHandler(handler)
        _LOGGER.setLevel(level)


def _add(handler: logging.Handler, level: int) -> None:
    _LOGGER.addHandler(handler)
    if not _LOGGER.isEnabledFor(level):
        _LOGGER.setLevel(level)
