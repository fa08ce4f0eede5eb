"""For as long as the chain still talks in extensions: they become arguments here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import httpx

from ..engines.quiet import inside
from ..engines.time_limit import limited

if TYPE_CHECKING:
    from ..engines.lazy import Connections

_MOST = 1 << 62


class Carried(httpx.AsyncBaseTransport):
    """An engine as the chain knows it.

    Args:
        connections: what carries.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    @property
    def closed(self) -> bool:
        """Whether it has been closed."""
        return self._connections.closed

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, within its total limit of time, and whole if it says so."""
        self._connections.home.enter()
        engine = self._connections.opened()
        most = _MOST if request.extensions.get("whole") else None
        total = request.extensions.get("timeout", {}).get("total")
        token = inside.set(True)
        try:
            if total is None:
                return await engine.carry(request, most=most)
            ends = anyio.current_time() + total
            with anyio.move_on_after(total):
                return limited(await engine.carry(request, most=most), ends, request)
            raise httpx.ReadTimeout(f"the attempt took longer than {total:g} s", request=request)
        finally:
            inside.reset(token)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._connections.aclose()
