from __future__ import annotations

from loops import asyncio_alone

anyio_backend = asyncio_alone  # what a call is made of does not depend on the event loop
