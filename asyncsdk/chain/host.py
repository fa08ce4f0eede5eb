"""Where a call goes: a host, and what a client knows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from ..http.service_clock import ServiceClock
from ..http.url import BaseURL, origin
from .retry import RetryBudget
from .throttle import Throttle

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from ..http.clock import Clock
    from ..http.url import Origin
    from .signing import Header, Signer

_MOST_STRANGERS = 64


class HostState:
    """What is learnt of a host by asking it, and shared by all copies of a client.

    Attributes:
        throttle: how many requests are on their way to it; the pause that it asked for.
        budget: what its retries are paid from.
        clock: its time, for signatures.
    """

    __slots__ = ("budget", "clock", "throttle")

    def __init__(self, most: int, clock: Clock) -> None:
        self.throttle = Throttle(most, clock)
        self.budget = RetryBudget()
        self.clock = ServiceClock(clock)


@frozen(eq=False)
class Host:
    """One host of a client.

    Attributes:
        base: what the paths of its operations are below.
        signer: what proves to it who is asking; None where nobody has to.
        headers: what every request to it carries besides.
        state: what was learnt of it.
        own: whether it is one of the client's, and not somebody else's.
    """

    base: BaseURL
    signer: Signer | None
    state: HostState = field(repr=False)
    headers: tuple[Header, ...] = ()
    own: bool = True

    def unsigned(self) -> Host:
        """The same host, asked without credentials."""
        return self if self.signer is None else evolve(self, signer=None)


class Hosts:
    """The hosts of a client by name, and those of strangers.

    A URL of somebody else (a presigned one, a link in an answer) leads to a host without signer or headers, whose overload,
    pause and retries are no matter of ours.

    Args:
        named: the client's own; ``""`` is the one that operations mean where they name none.
        fresh: makes the state of a host that nothing is known of.
        strangers: those that copies of the client know already.
    """

    def __init__(
        self,
        named: Mapping[str, Host],
        fresh: Callable[[], HostState],
        strangers: dict[Origin, Host] | None = None,
    ) -> None:
        self.named = dict(named)
        self.fresh = fresh
        self.strangers: dict[Origin, Host] = {} if strangers is None else strangers

    @property
    def main(self) -> Host:
        """The one that operations mean where they name none."""
        return self.named[""]

    def of(self, url: httpx.URL) -> Host:
        """The host that a URL leads to: the client's own if it is one of theirs, by the longest base that fits; else a stranger."""
        to = origin(url)
        own = [each for each in self.named.values() if each.base.origin == to]
        if own:
            below = [each for each in own if each.base.holds(url)]
            return max(below, key=lambda each: len(each.base.text)) if below else own[0]
        return self._stranger(url, to)

    def stranger(self, url: httpx.URL) -> Host:
        """The host that a URL leads to, as somebody else's, whoever it belongs to."""
        return self._stranger(url, origin(url))

    def _stranger(self, url: httpx.URL, to: Origin) -> Host:
        host = self.strangers.get(to)
        if host is None:
            if len(self.strangers) >= _MOST_STRANGERS:
                for each, known in list(self.strangers.items()):
                    if not known.state.throttle.active and not known.state.throttle.waiting:
                        del self.strangers[each]
            host = self.strangers[to] = Host(BaseURL.of_origin(url), None, self.fresh(), own=False)
        return host
