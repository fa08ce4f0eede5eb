"""The time as a service sees it, for signatures that hold one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..http.dates import http_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .clock import Clock

# A Date header is a whole second, and an answer takes a while; the strictest service known allows five minutes.
_TOLERANCE = 10.0


class ServiceClock:
    """Our clock, set right by the ``Date`` of an answer that refused a signature.

    The refusal may have had another reason, and the ``Date`` may be wrong. So a correction holds for good once a signature by it was
    accepted (`recovered`), and is taken back where that was refused too.

    Args:
        clock: ours.

    Attributes:
        skew: seconds by which the service's clock is ahead of ours, as far as it has been learnt.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.skew = 0.0
        self._proven = 0.0

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
        there = service_time(headers, self._clock.time())
        if there is None or abs(there - signed_at) <= _TOLERANCE:
            return False
        if abs(there - self.time()) > _TOLERANCE:
            self.skew = there - self._clock.time()
        return True

    def recovered(self, *, accepted: bool) -> None:
        """Take what became of a request that was signed anew after `learn`.

        Args:
            accepted: whether the service took its signature: it answered neither 401 nor 403. Where no answer came, nothing is known,
                and there is nothing to tell.
        """
        if accepted:
            self._proven = self.skew
        else:
            self.skew = self._proven


def service_time(headers: Mapping[str, str], now: float) -> float | None:
    """When a service made an answer, by its own clock, in seconds since the epoch.

    None where it does not say, or where a cache has kept the answer (``Age``).

    Args:
        headers: of the answer.
        now: by our own clock, for a date whose year has two digits.
    """
    date = headers.get("date")
    if date is None or headers.get("age", "0") != "0":
        return None
    return http_date(date, now)
