from __future__ import annotations

from loops import asyncio_alone

anyio_backend = asyncio_alone  # a sandbox's handlers wait for nothing
