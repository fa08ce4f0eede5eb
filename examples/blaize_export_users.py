"""Write every user of a tenant as one JSON object a line, however many there are.

    BLAIZE_TENANT=demo BLAIZE_ACCESS_KEY=... BLAIZE_SECRET_KEY=... python blaize_export_users.py > users.ndjson

The rows are written while the export arrives, so memory stays the same. If it breaks off, the program says after how many rows and
ends with 1: an incomplete file never looks complete.
"""

from __future__ import annotations

import json
import sys

import anyio

from asyncsdk import SDKError, Timeout, to_dict
from asyncsdk.blaize import Blaize


async def main(blaize: Blaize) -> int:
    async with blaize, blaize.users.export(attributes=True) as users:
        try:
            async for row in users:
                print(json.dumps(to_dict(row)))
        except SDKError as error:
            print(f"{error} ({error.items_read} rows)", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    # The service may think for minutes before the first row.
    sys.exit(anyio.run(main, Blaize(timeout=Timeout(read=600))))
