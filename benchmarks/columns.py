"""What it costs to make columns of the items of any model, and rows of them again.

    python benchmarks/columns.py [--quick] [--rounds 15]

100,000 items. Rounds are interleaved, and only the ratios of one run mean something: times drift. Figures are against
`pa.Table.from_pylist`, which gets the schema where it can use it and looks for types where it cannot; it keeps neither unknown fields nor
what is of another type.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _measure import versions

from asyncsdk.blaize import Grant, User
from asyncsdk.codec import from_dict
from asyncsdk.columns import model_schema, to_batch, to_wire

COUNT = 100_000


def grant(at):
    return {"grantId": f"grant-{at}", "entitlement_type": "entitlement", "entitlement_id": f"entitlement-{at % 50}"}


def live_grant(at):
    """As the live service has it, with fields that the model does not know."""
    return grant(at) | {"grant_id": f"grant-{at}", "start_time": "2020-08-17 12:00:00", "end_time": None}


def user(at):
    return {
        "user_id": f"user-{at}",
        "identifiers": {"email_address": f"user-{at}@example.com"},
        "attributes": {"first-name": "Joe", "visits": at},
        "email_verified": True,
    }


KINDS = {"grants": (Grant, grant), "grants with unknown fields": (Grant, live_grant), "users": (User, user)}


def contestants(model, rows):
    items = [from_dict(model, row) for row in rows]
    batch = to_batch(model, rows)
    assert to_wire(batch, model) == rows
    schema = model_schema(model) if model is Grant else None
    return {
        "pa.Table.from_pylist": lambda: pa.Table.from_pylist(rows, schema),
        "to_batch of JSON objects": lambda: to_batch(model, rows),
        "to_batch of models": lambda: to_batch(model, items),
        "to_wire": lambda: to_wire(batch, model),
    }


def medians(made, rounds):
    """Rows a second of CPU, by contestant."""
    found = {name: [] for name in made}
    for number in range(rounds + 1):
        for name, make in made.items():
            started = time.process_time()
            make()
            if number:
                found[name].append(COUNT / (time.process_time() - started))
    return {name: statistics.median(values) for name, values in found.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds, rougher figures")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    rounds = 3 if options.quick else options.rounds
    print(
        f"{versions('msgspec', 'pyarrow')}; CPU, medians of {rounds} rounds of {COUNT:,}, ratios to pa.Table.from_pylist"
    )
    for kind, (model, row) in KINDS.items():
        found = medians(contestants(model, [row(at) for at in range(COUNT)]), rounds)
        first = next(iter(found.values()))
        for name, speed in found.items():
            print(f"{kind:<28}{name:<28}{speed:>12,.0f} rows/s {speed / first:>6.2f}x")


if __name__ == "__main__":
    main()
