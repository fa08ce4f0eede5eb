from __future__ import annotations

from loops import asyncio_alone

# what is asked does not depend on the loop; a life of every system on each is in tests/contract
anyio_backend = asyncio_alone
