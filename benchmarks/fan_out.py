"""Rows per second of a whole fan-out, beside what others would write, in one interleaved run.

    python benchmarks/fan_out.py [--quick] [--rounds 7] [--docs]

Every contestant walks the same pages from nginx on loopback: it opens its connections, asks for the first page of each device and
then for the pages that this one promised. nginx runs on core 0, the client on core 1. Ratios are medians of the rounds' ratios.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from _chart import bars
from _measure import contestants, cpu, interleaved, rate, ratio, versions
from _origin import origin
from _report import DOCS, Report, options

OURS_ROWS, OURS_ARROW = "asyncsdk to attrs rows", "asyncsdk to Arrow"
EXPERT, TO_ATTRS, TO_ARROW = "expert: aiohttp, orjson", "expert to attrs", "expert to Arrow"
HTTPX, DLT = "gather over httpx, json", "dlt"
CONTESTANTS = {
    OURS_ROWS: "_ours:to_rows",
    OURS_ARROW: "_ours:to_batches",
    EXPERT: "_expert:expert",
    TO_ATTRS: "_expert:expert_to_attrs",
    "expert to frozen attrs": "_expert:expert_to_frozen_attrs",
    TO_ARROW: "_expert:expert_to_arrow",
    HTTPX: "_peers:gather_over_httpx",
    "the document's example": "_peers:document_example",
    "requests, 32 threads": "_peers:requests_in_threads",
    DLT: "_dlt:one_by_one",
    "dlt, 32 threads": "_dlt:in_threads",
}
FAST = (OURS_ROWS, OURS_ARROW, EXPERT, TO_ATTRS, TO_ARROW)
DEVICES = [f"W{number:015x}" for number in range(32)]
AT_ONCE = 32
SIZES = ((20, 100, False), (1000, 10, True), (10_000, 4, False))
LATENCY_ROWS, LATENCY_PAGES = 20, 100
PACKAGES = ("aiohttp", "uvloop", "httpx", "orjson", "msgspec", "pyarrow", "dlt", "requests", "urllib3")


class FanOuts:
    """One run over all forms.

    Args:
        report: where it tells.
        chosen: name to contestant.
        served: the origin.
        rounds: of each form.
        quick: leave most forms out.
    """

    def __init__(self, report, chosen, served, rounds, *, quick):
        self.report = report
        self.chosen = chosen
        self.served = served
        self.rounds = rounds
        self.quick = quick

    def main(self):
        """All contestants on pages of 1,000 rows; gives the timings."""
        base = self.served.base(1000, 10)
        devices = DEVICES[:8] if self.quick else DEVICES
        found = interleaved(self.chosen, (base, devices, AT_ONCE), self.rounds, told=self.report.doing)
        self.table(f"Pages of 1,000 rows, {AT_ONCE} at once", found)
        return found

    def duel(self):
        """Those whose ratios are the goals, on the same pages, three times as often; gives the timings."""
        pairs = {name: self.chosen[name] for name in (OURS_ROWS, TO_ATTRS, OURS_ARROW, TO_ARROW)}
        arguments = (self.served.base(1000, 10), DEVICES, AT_ONCE)
        return interleaved(pairs, arguments, 3 * self.rounds, told=self.report.doing)

    def sizes(self):
        """Other sizes of pages, and compressed ones."""
        fast = {name: self.chosen[name] for name in FAST}
        for rows, pages, packed in SIZES[2:] if self.quick else SIZES:
            base = self.served.base(rows, pages, packed=packed)
            found = interleaved(fast, (base, DEVICES, AT_ONCE), self.rounds, told=self.report.doing)
            self.table(f"Pages of {rows:,} rows{', gzip' if packed else ''}, {AT_ONCE} at once", found)

    def latency(self):
        """Pages of 20 rows after 20 ms, at growing concurrency; gives the timings at 128 at once, of which there are more."""
        base = self.served.base(LATENCY_ROWS, LATENCY_PAGES, slow=True)
        four = {name: self.chosen[name] for name in FAST[:4]}
        rows, at_128 = [], {}
        for at_once in (1, 128) if self.quick else (1, 8, 32, 64, 128, 256):
            devices = DEVICES[: max(1, min(at_once // 4, 16 if self.quick else 32))]
            rounds = 1 if at_once <= 8 else self.rounds
            found = interleaved(four, (base, devices, at_once), rounds, told=self.report.doing)
            if at_once == 128:
                pair = {name: four[name] for name in (OURS_ROWS, EXPERT)}
                at_128 = interleaved(pair, (base, devices, at_once), 3 * rounds, told=self.report.doing)
            cells = (f"{rate(found[name]) / LATENCY_ROWS:,.0f}" for name in four)
            ratios = (f"{ratio(found[OURS_ROWS], found[peer]):.2f}x" for peer in (EXPERT, TO_ATTRS))
            rows.append((str(at_once), *cells, *ratios))
        title = f"Pages of {LATENCY_ROWS} rows after 20 ms: requests per second"
        self.report.table(title, ("at once", *four, "rows / expert", "rows / expert to attrs"), rows)
        return at_128

    def table(self, title, found):
        """Rows per second, and CPU, best first."""
        rows = [
            (
                name,
                f"{rate(timings):,.0f}",
                f"{ratio(timings, found[EXPERT]):.2f}x",
                f"{cpu(timings) * 1e6:.2f}",
                f"{1 / ratio(timings, found[EXPERT], cpu):.2f}x",
            )
            for name, timings in sorted(found.items(), key=lambda each: -rate(each[1]))
        ]
        self.report.table(title, ("", "rows/s", "against the expert", "client CPU, µs/row", "by CPU"), rows)


def main():
    given = options(__doc__).parse_args()
    rounds = given.rounds or (3 if given.quick else 7)
    report = Report("fan_out", write=given.docs)
    with origin((1000, 10), (20, 100), (10_000, 4)) as served, contestants(CONTESTANTS) as chosen:
        stamp = versions(*PACKAGES)
        report.note(f"{stamp}. Origin: {served.name}. Medians over {rounds} interleaved rounds.")
        fan_outs = FanOuts(report, chosen, served, rounds, quick=given.quick)
        found = fan_outs.main()
        dueled = fan_outs.duel()
        fan_outs.sizes()
        at_128 = fan_outs.latency()
    report.goals(
        {
            "rows against expert": ratio(dueled[OURS_ROWS], dueled[TO_ATTRS]),
            "arrow against expert": ratio(dueled[OURS_ARROW], dueled[TO_ARROW]),
            "rows against dlt": ratio(found[OURS_ROWS], found[DLT]),
            "rows against httpx": ratio(found[OURS_ROWS], found[HTTPX]),
            "latency": ratio(at_128[OURS_ROWS], at_128[EXPERT]),
        }
    )
    report.close()
    if given.docs:
        chart(found, stamp, served)


def chart(found, stamp, served):
    """The main table as bars, for the documentation."""
    values = [
        (name, rate(timings), f"{rate(timings) / 1e6:.2f} million rows/s", name in (OURS_ROWS, OURS_ARROW))
        for name, timings in sorted(found.items(), key=lambda each: -rate(each[1]))
    ]
    folder = DOCS / "_static"
    folder.mkdir(exist_ok=True)
    title = f"A whole fan-out: pages of 1,000 rows, {AT_ONCE} at once"
    bars(folder / "fan_out.svg", title, [f"{stamp}.", f"Origin: {served.name}, the client on another."], values)


if __name__ == "__main__":
    main()
