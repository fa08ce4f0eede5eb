"""Show which users of a tenant hold an entitlement, many users at once.

BLAIZE_TENANT=demo BLAIZE_ACCESS_KEY=... BLAIZE_SECRET_KEY=... python blaize_grants.py ENTITLEMENT_ID
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import anyio

from asyncsdk import fan_out
from asyncsdk.blaize import Blaize

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


async def ids(blaize: Blaize) -> AsyncIterator[str]:
    async for user in blaize.users.list():
        yield user.user_id


async def main(blaize: Blaize, entitlement_id: str) -> None:
    async with blaize, fan_out(ids(blaize), blaize.users.grants.list, concurrency=32) as grants:
        async for user_id, grant in grants:
            if grant.entitlement_id == entitlement_id:
                until = f"until {grant.ends_at:%Y-%m-%d}" if grant.ends_at else "for good"
                print(user_id, until)


if __name__ == "__main__":
    anyio.run(main, Blaize(), sys.argv[1])
