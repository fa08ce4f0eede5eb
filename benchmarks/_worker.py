"""One contestant in a process of its own, so that nobody pays for what another one imports or leaves on the heap.

It is told a module and a function, takes one JSON list of arguments a line, and answers with units, seconds and CPU seconds: as
the function gives them, if it times itself, or timed here, if it gives a number of units.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from _measure import pin


def main():
    pin(1)
    module, _, name = sys.argv[1].partition(":")
    work = getattr(importlib.import_module(module), name)
    for line in sys.stdin:
        arguments = json.loads(line)
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        found = work(*arguments)
        if isinstance(found, int):
            found = found, time.perf_counter() - wall, time.process_time() - cpu
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
