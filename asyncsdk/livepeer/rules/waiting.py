"""When what is waited for is there: a stream that is live, a recording that can be watched. Decisions over what was read.

The service's own words are behind at times: ``isActive`` stays what it was, both ways, and a recording is called ready before it has a
URL, or never (docs/services/livepeer.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ...errors import JobFailedError

if TYPE_CHECKING:
    from ..stream import Stream

# Milliseconds since it was last seen, after which a stream that is called active may be a thing of the past.
_RECENT = 300_000


class _Recorded(Protocol):
    """A session, as either of the service's lists has it."""

    @property
    def id(self) -> str | None: ...

    @property
    def record(self) -> bool | None: ...

    @property
    def recording_status(self) -> str | None: ...

    @property
    def recording_url(self) -> str | None: ...

    @property
    def mp4_url(self) -> str | None: ...


class Liveness:
    """Whether a stream is live, judged from one read to the next.

    It is where it was seen again since the first read, whatever `is_active` says; or where it is called active and was seen in the
    last five minutes.
    """

    def __init__(self) -> None:
        self._seen: int | None = None

    def holds(self, stream: Stream, now: float) -> bool:
        """Whether it is live.

        Args:
            stream: as it was read just now.
            now: seconds since the epoch.
        """
        seen = stream.last_seen or 0
        first, self._seen = self._seen is None, seen if self._seen is None else self._seen
        return (not first and seen > self._seen) or (bool(stream.is_active) and now * 1000 - seen < _RECENT)


def is_recorded(session: _Recorded | None, *, operation: str) -> bool:
    """Whether a session's recording can be watched: it is called ready, and there is a URL.

    Args:
        session: as it was read; None where there is none yet.
        operation: for the error.

    Raises:
        JobFailedError: the session is not recorded, so that there will be nothing.
    """
    if session is None:
        return False
    if session.record is False:
        raise JobFailedError(f"the session {session.id} is not recorded: nothing to wait for", operation=operation)
    return session.recording_status == "ready" and bool(session.recording_url or session.mp4_url)
