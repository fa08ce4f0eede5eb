"""How long to wait before asking again. Pure functions."""

from __future__ import annotations

from ...errors import APIError, TransportError

_DOUBLINGS = 3
_PASSING = {408, 425, 429}


def pause(interval: float, in_vain: int) -> float:
    """Seconds from one time of asking to the next: the interval, and up to eight times as long where nothing comes.

    Args:
        interval: seconds.
        in_vain: how often nothing has come in a row.
    """
    return interval * float(1 << min(in_vain, _DOUBLINGS))


def passing(error: Exception) -> bool:
    """Whether an error is one that ends by itself: no connection, a service that is down or busy."""
    if isinstance(error, APIError):
        return error.status_code in _PASSING or error.status_code >= 500
    return isinstance(error, TransportError)


def after_error(error: Exception, interval: float, in_vain: int) -> float:
    """Seconds to wait after such an error: no less than the service says."""
    said = error.retry_after if isinstance(error, APIError) else None
    return max(pause(interval, in_vain), said or 0.0)
