"""One call that somebody watches. Where nobody does, a call costs one look at whether somebody does."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ..attempts import name_of
from .facts import AttemptStart, CallEnd, CallStart

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    import httpx

    from ...operation import Operation
    from ..attempts import Attempt
    from ..host import Host
    from ..options import Options

T = TypeVar("T")


def is_watched(options: Options) -> bool:
    """Whether anybody wants to be told of calls while they go on."""
    watchers = (options.telemetry, options.on_attempt_start, options.on_call_end)
    return any(each is not None for each in watchers)


class Watched:
    """One call that somebody watches.

    Args:
        operation: what is called.
        url: where to.
        host: whose it is.
        options: who watches.
    """

    __slots__ = ("_began", "_last", "_operation", "_options", "_to", "_watch")

    def __init__(self, operation: Operation, url: httpx.URL, host: Host, options: Options) -> None:
        self._operation = operation
        self._to = url.raw_host.decode("ascii")
        self._options = options
        self._began = options.clock.monotonic()
        self._last: Attempt | None = None
        self._watch = None
        if options.telemetry is not None:
            start = CallStart(
                operation.id,
                operation.method,
                url.scheme,
                url.raw_host.decode("ascii"),
                url.port or (443 if url.scheme == "https" else 80),
                operation.path,
                host.own,
                host.state.throttle,
            )
            self._watch = options.telemetry.call_starts(start)

    async def over(self, attempts: Awaitable[T], discard: Callable[[T], Awaitable[None]]) -> T:
        """Make the attempts of the call, and tell of its end.

        Args:
            attempts: the call's; they give an error as a value.
            discard: given what they gave, if a hook raises.
        """
        try:
            result = await attempts
        except BaseException as error:
            self._ends(name_of(error))
            raise
        try:
            self._ends(type(result).__name__ if isinstance(result, Exception) else None)
        except BaseException:  # the hook's own
            await discard(result)
            raise
        return result

    def attempt_starts(self, number: int, headers: MutableMapping[str, str]) -> None:
        """Tell that an attempt begins.

        Args:
            number: 1 for the first.
            headers: of its request, before it is signed.
        """
        start = AttemptStart(self._operation.id, self._operation.method, self._to, self._operation.path, number)
        if self._options.on_attempt_start is not None:
            self._options.on_attempt_start(start)
        if self._watch is not None:
            self._watch.attempt_starts(start, headers)

    def attempt_ends(self, attempt: Attempt) -> None:
        """Tell what became of it."""
        self._last = attempt
        if self._watch is not None:
            self._watch.attempt_ends(attempt)

    def _ends(self, error: str | None) -> None:
        last = self._last
        end = CallEnd(
            self._operation.id,
            self._operation.method,
            self._to,
            self._operation.path,
            attempts=0 if last is None else last.number,
            status=None if last is None else last.status,
            error=error,
            seconds=self._options.clock.monotonic() - self._began,
        )
        if self._watch is not None:
            self._watch.call_ends(end)
        if self._options.on_call_end is not None:
            self._options.on_call_end(end)
