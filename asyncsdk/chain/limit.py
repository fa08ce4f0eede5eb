"""How much a service bears, as far as its answers tell: decisions without I/O and without a clock of its own."""

from __future__ import annotations

from math import ceil

_START = 8.0
"""Places at first: nobody knows what a service bears before it was asked."""

_FEW = 4.0
"""Below so many places they are filled one after the other, in equal steps, since a whole place is too coarse a step."""

_OUTAGE = 5
"""So many refusals without a success in between say that the service is down, and little about how much it bears."""

_MOST_PATIENCE = 32.0
_FEWEST_SUCCESSES = 40.0
_STEP = 0.25
_LESS = 0.8
_QUIET = 2.0
_LEAST = 0.004
_PROBE_AFTER_PAUSES = 20.0
_ENOUGH = 8
_FEWER = 0.7
_HOLD = 5.0
_ASSUMED = 0.02
"""Seconds that an answer takes, before the first has come."""


class Limit:
    """Places at a service: a refusal takes its place away, and rounds of successes bring more.

    At first every success opens a place, so that their number doubles with each round of answers. Once the service has refused,
    one more is tried after as many rounds of successes as the patience says, which doubles with each try that is refused: at its
    limit a service is asked for too much once in some hundred requests. A try that is borne shortens it to a quarter, so that a
    service that has healed is soon asked for all that it bears.

    What a refusal takes away is counted from what was in the air, since places that nobody used say nothing.

    Args:
        most: the highest number of places.

    Attributes:
        places: how many there are now; a part of one means so many starts within the time of an answer.
        untried: whether the service has never refused anything.
    """

    __slots__ = (
        "_answered",
        "_ceiling",
        "_held_until",
        "_kept",
        "_mark",
        "_marked",
        "_most",
        "_patience",
        "_quiet_until",
        "_rate",
        "_refusals",
        "_since",
        "_successes",
        "_took",
        "places",
        "untried",
    )

    def __init__(self, most: int) -> None:
        self._most = float(most)
        self.places = min(self._most, _START)
        self.untried = True
        self._patience = 0.0
        self._ceiling = 0.0
        self._kept = 0.0
        self._successes = 0
        self._refusals = 0
        self._took = 0.0
        self._since = 0.0
        self._quiet_until = 0.0
        self._mark = self.places
        self._marked = 0.0
        self._answered = 0
        self._rate = 0.0
        self._held_until = 0.0

    @property
    def at_once(self) -> int:
        """How many requests may be in the air."""
        return ceil(self.places)

    @property
    def gap(self) -> float:
        """Seconds from one start to the next."""
        if self.untried or self.places >= _FEW:
            return 0.0
        return (self._took or _ASSUMED) / self.places

    @property
    def open(self) -> bool:
        """Whether there is every place there can be, and nothing to learn from a success."""
        return self.places >= self._most and not self._refusals

    def open_one(self) -> None:
        """One more place, untried."""
        self.places = min(self._most, self.places + 1)

    def succeeded(self, now: float, took: float, *, busy: bool) -> None:
        """The service answered in good order.

        Args:
            now: by any clock that does not run backwards.
            took: seconds that the answer took.
            busy: whether every place was taken: else more of them are of no use.
        """
        self._took = 0.9 * self._took + 0.1 * took if self._took else took
        self._answered += 1
        if self._refusals >= _OUTAGE and self.places < 1:
            self._kept, self.places, self._patience, self._ceiling = self.places, 1.0, 0.0, 0.0
            self._successes = 0
        self._refusals = 0
        if self.places >= self._most or not busy or now < self._quiet_until:
            return
        self._successes += 1
        if self._successes < self._needed() and not self._long_quiet(now):
            return
        self._since = now
        self._successes = 0
        if self.places > self._ceiling:  # more is borne than was refused
            self._patience = self._patience / 4 if self._patience > 1 else 0.0
        coarse = self.untried or self.places >= _FEW or not self._patience
        self.places = min(self._most, self.places + (1.0 if coarse else _STEP))
        if self.places > 2 * self._mark:
            self._mark, self._marked, self._answered, self._rate = self.places, now, 0, 0.0

    def _needed(self) -> float:
        """Successes before one more place is tried."""
        if not self._patience:
            return 1
        return max(self._patience * self.places, min(_FEWEST_SUCCESSES, 2 * self._patience))

    def _long_quiet(self, now: float) -> bool:
        """Whether nothing was refused for so long that whoever has few places, and so few answers, may try too."""
        return self._successes >= 2 and now - self._since >= _QUIET

    def _compare(self, now: float) -> None:
        """Hold against each other what came back before the places were halved and after.

        A service that is asked for too much answers as many as before. One that answers fewer now does not refuse for the number of
        requests in the air: it fails one in so many, and is not to be asked more slowly for it.
        """
        rate = self._answered / (now - self._marked) if now > self._marked else 0.0
        enough = self._answered >= _ENOUGH
        if enough and self._rate and rate < _FEWER * self._rate:
            self.places, self._held_until = self._mark, now + _HOLD
            self._rate = 0.0
        else:
            self._rate = rate if enough else 0.0
        self._mark, self._marked, self._answered = self.places, now, 0

    def paused(self, now: float, seconds: float) -> None:
        """The service asked to be left alone; each try that brings that about again has to be worth it."""
        self._quiet_until = max(self._quiet_until, now + _PROBE_AFTER_PAUSES * seconds)

    def refused(self, now: float, air: int) -> None:
        """The service said that it is asked too much.

        Args:
            now: by the same clock.
            air: how many are still on their way, without the one that was refused.
        """
        self.untried = False
        self._refusals += 1
        if now < self._held_until:
            return
        if self._refusals == 1:
            self._patience = min(_MOST_PATIENCE, max(1.0, 2 * self._patience))
            self._ceiling = self.places
        if self._kept and self._successes < 2:
            self.places, self._kept = self._kept, 0.0
        self._successes = 0
        self._since = now
        fewer = max(float(air), _FEW * _LESS) if self.places >= _FEW else self.places * _LESS
        self.places = max(_LEAST, min(self.places, fewer))
        if self.places < self._mark / 2:
            self._compare(now)
