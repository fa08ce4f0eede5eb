"""The three standard streams, made fit for use before anything else happens, and what it means when one of ours fails."""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TextIO, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class ReaderGone(Exception):  # noqa: N818  # no error
    """Whoever read our stdout has had enough, as ``head`` does.

    No other broken pipe is this one: that of a sink or a socket is a failure.
    """


@contextmanager
def standard_streams() -> Iterator[None]:
    """Within the block: no stream is closed, no character is a reason to fail, and a failure of our output is told from all others.

    A stdout whose reader has gone raises `ReaderGone`, one that fails otherwise its own `OSError`; what cannot be said on stderr
    is left unsaid, since it changes nothing of what was done.
    """
    _prepare()
    before = sys.stdout, sys.stderr
    ours = _Stream(sys.stdout, stdout_failed), _Stream(sys.stderr, lambda _: None)
    # The interpreter's own types of these two leave no room for another class.
    sys.stdout, sys.stderr = cast("tuple[TextIO, TextIO]", ours)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        for each in ours:
            each.give_up()


def stdout_failed(error: OSError) -> NoReturn:
    """What it means that our stdout cannot be written to.

    Raises:
        ReaderGone: its reader has gone.
        OSError: anything else, such as a disk that is full.
    """
    if isinstance(error, BrokenPipeError):
        raise ReaderGone from None
    raise error


class _Stream:
    """A stream of ours: what its failures mean is decided here, before any library takes them for something else.

    Args:
        stream: text or binary.
        failed: called with the error.
    """

    def __init__(self, stream: Any, failed: Callable[[OSError], object]) -> None:
        self._stream = stream
        self._failed = failed

    def write(self, content: Any) -> int:
        with self._writing():
            self._stream.write(content)
        return len(content)

    def writelines(self, lines: Iterable[Any]) -> None:
        with self._writing():
            self._stream.writelines(lines)

    def flush(self) -> None:
        with self._writing():
            self._stream.flush()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._failed(error)

    @property
    def buffer(self) -> _Stream:
        return _Stream(self._stream.buffer, self._failed)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def give_up(self) -> None:
        """Drop what cannot be written any more: the interpreter would fail on it when it ends."""
        try:
            self._stream.flush()
        except OSError:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self._stream.fileno())
            os.close(null)


def _prepare() -> None:
    """Put the null device in place of streams that are closed, and let no character be a reason to fail.

    The number of a closed stream would go to the next file or socket that is opened, and our output into that.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
