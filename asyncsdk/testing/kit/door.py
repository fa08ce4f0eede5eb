"""The way of every request to a system: it finds its operation, is admitted, answered or refused, and dated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import TYPE_CHECKING

from attrs import Factory, field, frozen
from starlette.requests import ClientDisconnect, Request

from ...operation import Operation
from .call import Call, Handler, Record, RefusedError
from .routes import Routes

if TYPE_CHECKING:
    from starlette.responses import Response

    from .shared import Shared

Admit = Callable[[Operation, Request, bytes], Record]
"""A system's check of keys or signatures: given the operation, the request and its body, what it found out about whoever asks
(`Call.who`). It raises `RefusedError` where nobody is let in."""

# As ids they would lead elsewhere in every URL that names them.
_DOTS = frozenset({".", ".."})

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@frozen(eq=False)
class Door:
    """The way of every request to a system; itself a system for `asyncsdk.testing.Sandbox`.

    Attributes:
        shared: what all parts of the system share.
        handlers: what answers which operation (`asyncsdk.testing.kit.table`).
        admit: the system's check.
        prefix: the path of its base URL, such as ``/v1``; empty for one that has none.
    """

    shared: Shared
    handlers: Mapping[Operation, Handler] = field(repr=False)
    admit: Admit
    prefix: str = ""
    routes: Routes[Handler] = field(
        init=False, repr=False, default=Factory(lambda self: Routes(self.handlers), takes_self=True)
    )

    async def respond(self, request: Request, path: str) -> Response:
        """Answer a request; `path` is its raw path below the prefix."""
        voice = self.shared.voice
        try:
            response = self._respond(request, path, await request.body())
        except RefusedError as refusal:
            response = voice.refused(refusal)
        except ClientDisconnect:
            response = voice.refused(RefusedError(400, "The request broke off"))
        response.headers.update(voice.headers())
        # by this a client learns that its clock is wrong
        response.headers["date"] = formatdate(self.shared.clock.time(), usegmt=True)
        return response

    def _respond(self, request: Request, path: str, body: bytes) -> Response:
        route = self.routes.match(request.method, path)
        if route is None:
            return self.shared.voice.no_route([each for each in _METHODS if self.routes.match(each, path)])
        operation, handler, values = route
        if not _DOTS.isdisjoint(values):
            return self.shared.voice.no_route(())
        who = self.admit(operation, request, body)
        return handler(
            Call(
                operation=operation,
                document=self.shared.documents.get(operation.id),
                path=values,
                raw_path=path,
                content=body,
                request=request,
                prefix=self.prefix,
                who=who,
            )
        )
