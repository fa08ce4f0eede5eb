"""The time as a service sees it, for signatures that hold one."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .clock import Clock

# A Date header is a whole second, and an answer takes a while; the strictest service known allows five minutes.
_TOLERANCE = 10.0


class ServiceClock:
    """Our clock, set right by the ``Date`` of an answer that refused a signature.

    Args:
        clock: ours.

    Attributes:
        skew: seconds by which the service's clock is ahead of ours, as far as it has been learnt.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.skew = 0.0

    def time(self) -> float:
        """Seconds since the epoch."""
        return self._clock.time() + self.skew

    def learn(self, headers: Mapping[str, str], signed_at: float) -> bool:
        """Take the time from a refusal, if that shows that the signature's was wrong.

        Args:
            headers: of the answer.
            signed_at: the time in the signature that was refused, in seconds since the epoch. Where another request has
                set the clock right since, signing anew is all there is to do.

        Returns:
            Whether a signature made now would hold another time, and the service's own.
        """
        there = service_time(headers)
        if there is None or abs(there - signed_at) <= _TOLERANCE:
            return False
        if abs(there - self.time()) > _TOLERANCE:
            self.skew = there - self._clock.time()
        return True


def service_time(headers: Mapping[str, str]) -> float | None:
    """When a service made an answer, by its own clock, in seconds since the epoch.

    None where it does not say, or where a cache has kept the answer (``Age``).
    """
    date = headers.get("date")
    if date is None or headers.get("age", "0") != "0":
        return None
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None
