"""How fast, and how politely, clients get through to a service that refuses what is too much for it: a model without sockets.

Services bear so many requests at once, so many a second, or bursts; they heal, fall over, and share their limit among clients. Each
way to throttle goes through all of them on a clock of the model's own, so a run of minutes takes seconds and is the same each time.
"""

from __future__ import annotations

import heapq
import itertools
import random

import attrs
from _chart import bars
from _report import DOCS, Report, options

from asyncsdk.chain.limit import Limit

TOOK = 0.020
REQUESTS = 3072
BASE, MOST_DELAY = 0.5, 30.0


# ---- services


@attrs.define
class AtOnce:
    """Bears so many requests at a time."""

    name: str
    most: int
    refuses_in: float = 0.001
    retry_after: float | None = None
    changes: tuple = ()  # (when, most) from then on

    in_work: int = 0

    def arrive(self, now):
        """Seconds until the answer, and whether it is one; then `leave`."""
        for when, most in self.changes:
            if now >= when:
                self.most = most
        if self.in_work >= self.most:
            return self.refuses_in, False
        self.in_work += 1
        return TOOK * random.uniform(0.8, 1.2), True

    def leave(self):
        self.in_work -= 1

    def best(self, requests, asked):
        """The least time for so many requests, if all were known."""
        done, now, steps = 0.0, 0.0, [(when, min(asked, most)) for when, most in self.changes]
        most = min(asked, self.most)
        while True:
            until = steps[0][0] if steps else float("inf")
            rate = most / TOOK
            if rate and done + rate * (until - now) >= requests:
                return now + (requests - done) / rate
            done += rate * (until - now)
            now, most = until, steps.pop(0)[1]


@attrs.define
class ASecond:
    """Bears so many requests a second, and bursts of some."""

    name: str
    rate: float
    burst: float
    refuses_in: float = 0.001
    retry_after: float | None = None

    tokens: float = attrs.field(default=attrs.Factory(lambda self: self.burst, takes_self=True))
    seen: float = 0.0

    def arrive(self, now):
        self.tokens = min(self.burst, self.tokens + (now - self.seen) * self.rate)
        self.seen = now
        if self.tokens < 1:
            return self.refuses_in, False
        self.tokens -= 1
        return TOOK * random.uniform(0.8, 1.2), True

    def leave(self):
        pass

    def best(self, requests, asked):
        return max(TOOK, (requests - self.burst) / self.rate)


@attrs.define
class OneIn:
    """Fails one request in so many, whatever is asked of it."""

    name: str
    fails: int
    refuses_in: float = 0.001
    retry_after: float | None = None

    def arrive(self, now):
        if random.randrange(self.fails) == 0:
            return self.refuses_in, False
        return TOOK * random.uniform(0.8, 1.2), True

    def leave(self):
        pass

    def best(self, requests, asked):
        return requests * TOOK / min(asked, 64)


# ---- ways to throttle: `room(now, air)` gives 0 to start, seconds to wait, or None to wait for an answer


class Ours:
    """A refusal takes its place away (`asyncsdk.chain.limit`)."""

    def __init__(self, most):
        self.limit = Limit(most)
        self.pause = self.next = 0.0

    def room(self, now, air):
        if air >= self.limit.at_once:
            return None
        return max(0.0, self.pause - now, self.next - now)

    def started(self, now):
        self.next = now + self.limit.gap

    def succeeded(self, now, took, air):
        self.limit.succeeded(now, took, busy=air + 1 >= self.limit.at_once)

    def refused(self, now, air, asked):
        self.limit.refused(now, air)
        if asked:
            self.limit.paused(now, asked)
            self.pause = max(self.pause, now + asked)


class Halving:
    """What was here before: cut the limit in half, at most once a second; a refusal pauses everybody for its own back-off."""

    def __init__(self, most):
        self.most = self.places = most
        self.successes = 0
        self.cooled = -10.0
        self.pause = 0.0

    def room(self, now, air):
        return None if air >= self.places else max(0.0, self.pause - now)

    def started(self, now):
        pass

    def succeeded(self, now, took, air):
        self.successes += 1
        if self.successes >= self.places:
            self.successes = 0
            self.places = min(self.most, self.places + 1)

    def refused(self, now, air, asked):
        if now - self.cooled >= 1:
            self.cooled, self.successes = now, 0
            self.places = max(1, self.places // 2)
        self.pause = max(self.pause, now + max(asked or 0.0, random.random() * BASE))


class AIMD(Halving):
    """Additive increase, and 0.7 of what was in the air at a refusal, once a round."""

    def refused(self, now, air, asked):
        if now - self.cooled >= TOOK:
            self.cooled, self.successes = now, 0
            self.places = max(1, int(0.7 * (air + 1)))
        if asked:
            self.pause = max(self.pause, now + asked)


class Cubic(AIMD):
    """As TCP CUBIC: back towards the last refusal quickly, around it slowly, beyond it quickly again."""

    def __init__(self, most):
        super().__init__(most)
        self.places, self.top, self.began = min(16, most), float(most), 0.0

    def succeeded(self, now, took, air):
        if self.began == 0.0:
            self.places = min(self.most, self.places + 1)
            return
        back = (self.top * 0.3 / 4) ** (1 / 3)
        rounds = (now - self.began) / TOOK / 8
        self.places = max(1, min(self.most, int(4 * (rounds / 4 - back) ** 3 + self.top)))

    def refused(self, now, air, asked):
        if now - self.cooled >= TOOK:
            self.cooled = self.began = now
            self.top = air + 1.0
            self.places = max(1, int(0.7 * (air + 1)))
        if asked:
            self.pause = max(self.pause, now + asked)


class Gradient(AIMD):
    """As Netflix's concurrency-limits: by how answers get slower; a refusal cuts as in AIMD."""

    def __init__(self, most):
        super().__init__(most)
        self.places = min(16, most)
        self.long = 0.0

    def succeeded(self, now, took, air):
        self.long = took if not self.long else 0.99 * self.long + 0.01 * took
        gradient = max(0.5, min(1.0, 1.5 * self.long / took))
        wanted = self.places * gradient + max(1.0, self.places**0.5) / self.places
        self.places = max(1.0, min(self.most, wanted))


class TokenBucket:
    """As botocore's adaptive mode: a bucket of tokens whose rate follows CUBIC, from the first refusal on."""

    def __init__(self, most):
        self.most = most
        self.rate = float("inf")
        self.top, self.began = 0.0, 0.0
        self.sent = []
        self.next = 0.0

    def room(self, now, air):
        return None if air >= self.most else max(0.0, self.next - now)

    def started(self, now):
        self.sent = [each for each in self.sent if each > now - 1] + [now]
        if self.rate != float("inf"):
            self.next = max(self.next, now) + 1 / self.rate

    def succeeded(self, now, took, air):
        if self.rate != float("inf"):
            back = (self.top * 0.3 / 0.4) ** (1 / 3)
            self.rate = max(0.5, min(2 * len(self.sent) + 1, 0.4 * (now - self.began - back) ** 3 + self.top))

    def refused(self, now, air, asked):
        measured = min(self.rate, float(len(self.sent)))
        self.top, self.began = measured, now
        self.rate = max(0.5, 0.7 * measured)


WAYS = {
    "a refusal takes its place away (ours)": Ours,
    "halving, and a pause for all (before)": Halving,
    "AIMD from what is in the air": AIMD,
    "CUBIC towards the last refusal": Cubic,
    "gradient of latency": Gradient,
    "token bucket (botocore's adaptive)": TokenBucket,
}


# ---- the model


def run(
    service,
    make,
    *,
    asked,
    clients=1,
    requests=REQUESTS,
    seed=1,
):
    """Seconds until the last client is through, and the share of requests that were refused."""
    random.seed(seed)
    ways = [make(64) for _ in range(clients)]
    todo = [requests // clients] * clients
    air, idle = [0] * clients, [asked] * clients
    events, order = [], itertools.count()
    sent = refused = 0
    ends = [0.0] * clients
    wake = [None] * clients

    def push(when, kind, *what):
        heapq.heappush(events, (when, next(order), kind, what))

    def start(now, client):
        """Let workers of a client start, as many as there is room for."""
        nonlocal sent
        while idle[client] and (todo[client] or ready[client]):
            room = ways[client].room(now, air[client])
            if room is None:
                return
            if room > 0:
                if wake[client] is None or wake[client] > now + room:
                    wake[client] = now + room
                    push(now + room, "wake", client)
                return
            attempt = ready[client].pop(0) if ready[client] else 1
            if attempt == 1:
                todo[client] -= 1
            idle[client] -= 1
            air[client] += 1
            sent += 1
            ways[client].started(now)
            took, good = service.arrive(now)
            push(now + took, "answer", client, took, good, attempt)

    def answered(now, client, took, good, attempt):
        """An answer came, or a refusal, whose request is sent again after its own back-off."""
        nonlocal refused
        air[client] -= 1
        if good:
            service.leave()
            idle[client] += 1
            ends[client] = now
            ways[client].succeeded(now, took, air[client])
            return
        refused += 1
        ways[client].refused(now, air[client], service.retry_after)
        delay = random.random() * min(MOST_DELAY, BASE * 2 ** min(attempt - 1, 8))
        push(now + max(delay, service.retry_after or 0.0), "again", client, attempt + 1)

    ready = [[] for _ in range(clients)]
    for client in range(clients):
        push(0.0, "wake", client)
    while events:
        now, _, kind, what = heapq.heappop(events)
        if now > 3600:
            return float("inf"), refused / sent
        client = what[0]
        if kind == "wake":
            wake[client] = None
        elif kind == "again":
            idle[client] += 1
            ready[client].append(what[1])
        else:
            answered(now, *what)
        start(now, client)
    return max(ends), refused / sent


SERVICES = [
    *(lambda n=n: AtOnce(f"{n} at once", n) for n in (1, 4, 12, 40)),
    lambda: AtOnce("12 at once, slow to refuse", 12, refuses_in=TOOK),
    lambda: AtOnce("12 at once, Retry-After: 0", 12, retry_after=0.0),
    lambda: AtOnce("12 at once, Retry-After: 1", 12, retry_after=1.0),
    lambda: ASecond("100 a second", 100, 1),
    lambda: ASecond("100 a second, bursts of 50", 100, 50),
    lambda: ASecond("500 a second, bursts of 50", 500, 50),
    lambda: ASecond("20 a second, bursts of 5", 20, 5),
    lambda: AtOnce("4 at once, heals to 40", 4, changes=((0.5, 40),)),
    lambda: AtOnce("40 at once, then 4", 40, changes=((0.2, 4),)),
    lambda: OneIn("fails one in four", 4),
    lambda: OneIn("fails one in twenty", 20),
    lambda: AtOnce("12 at once, down for a second", 12, changes=((0.4, 0), (1.4, 12))),
]


def main():
    given = options(__doc__).parse_args()
    report = Report("throttle", write=given.docs)
    asked = (16, 64) if given.quick else (16, 32, 64, 128)
    seeds = range(1, 4 if given.quick else 9)
    rows, worst = [], dict.fromkeys(WAYS, 0.0)
    for make_service in SERVICES:
        cells = [make_service().name]
        for name, way in WAYS.items():
            found = [
                (time / make_service().best(REQUESTS, many), part)
                for many in asked
                for time, part in (run(make_service(), way, asked=many, seed=seed) for seed in seeds)
            ]
            times = sorted(time for time, _ in found)
            share = sorted(part for _, part in found)
            middle, part = times[len(times) // 2], share[len(share) // 2]
            worst[name] = max(worst[name], middle)
            cells.append(f"{middle:.2f}x {part:.1%}")
        rows.append(cells)
    for clients in (2, 8):
        cells = [f"12 at once, {clients} clients"]
        for way in WAYS.values():
            found = sorted(
                run(AtOnce("", 12), way, asked=64, clients=clients, requests=REQUESTS * clients, seed=seed)
                for seed in seeds
            )
            best = AtOnce("", 12).best(REQUESTS * clients, 12)
            middle = found[len(found) // 2]
            cells.append(f"{middle[0] / best:.2f}x {middle[1]:.1%}")
        rows.append(cells)
    report.table(
        f"{REQUESTS:,} requests of 20 ms: time over the best there is, and the share that was refused (medians)",
        ["service", *WAYS],
        rows,
    )
    if given.docs:
        picture(worst, DOCS / "_static" / "throttle.svg")
    report.close()


def picture(worst, path):
    bars(
        path,
        "Time over the best possible, for the service that suits each way least",
        ["a model: 14 services, asked for 16 to 128 at once; lower is better"],
        [(name, min(value, 20.0), f"{value:.2f}x", name.endswith("(ours)")) for name, value in worst.items()],
    )


if __name__ == "__main__":
    main()
