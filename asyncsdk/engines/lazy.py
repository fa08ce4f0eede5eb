"""interim"""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import httpx

from ..errors import ConfigurationError
from ..http.home import HomeLoop
from ..http.reply import read_whole
from ..http.whole import Whole
from .common import Engine
from .native import was_connected
from .quiet import hush

if TYPE_CHECKING:
    from collections.abc import Callable

_CLOSE_WITHIN = 5.0


class Adapted(Engine):
    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        super().__init__()
        self.inner = inner

    async def carry(self, request: httpx.Request, *, most: int | None) -> httpx.Response:
        own = type(self.inner).__module__.startswith("asyncsdk.engines")
        if own and most is not None:
            request.extensions["whole"] = True
        try:
            response = await self.inner.handle_async_request(request)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            if not was_connected(error):
                raise
            raise httpx.ReadError("the connection broke", request=request) from None
        if most is not None and not isinstance(response.stream, Whole):
            response.stream = Whole(await read_whole(response))
        return response

    async def aclose(self) -> None:
        await self.inner.aclose()


class Connections:
    def __init__(self, make: Callable[[], httpx.AsyncBaseTransport]) -> None:
        self._make = make
        self._inner: Engine | None = None
        self.home = HomeLoop()
        self.closed = False
        hush()

    def opened(self) -> Engine:
        if self.closed:
            raise ConfigurationError("this client is closed; make a new one")
        if self._inner is None:
            made = self._make()
            self._inner = made if isinstance(made, Engine) else Adapted(made)
        return self._inner

    async def aclose(self) -> None:
        if not self.closed:
            self.closed = True
            if self._inner is not None:
                try:
                    with anyio.move_on_after(_CLOSE_WITHIN, shield=True):
                        await self._inner.aclose()
                except ConfigurationError:
                    self.closed = False
                    raise
