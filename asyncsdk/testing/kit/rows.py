"""Smaller rows of a system's table: a member that is set by an operation of its own, and an answer that is the document's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen
from starlette.responses import Response

from .call import UnfitError, answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...operation import Operation
    from .call import Call, Handler
    from .shared import Shared
    from .store import Known
    from .things import Things


@frozen(eq=False)
class Member:
    """A member of a thing that has an operation of its own to set it.

    Attributes:
        things: whose member it is.
        path: the attribute path of the operation.
        name: the wire name of the member, in the body as in the thing.
    """

    things: Things
    path: str
    name: str

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        return {self.things.shared.operation(self.path): self._set}

    def _set(self, call: Call) -> Response:
        body = call.json()
        if not isinstance(body, dict) or self.name not in body:
            raise UnfitError(f"body.{self.name} is required")
        before = self.things.seen(call, *call.path)
        return self.things.change(call, {**before, self.name: body[self.name]}, *call.path)


@frozen(eq=False)
class Canned:
    """What is answered as the document shows it, since nothing is kept: the body must fit, and the owner be there.

    Attributes:
        shared: what all parts share.
        path: the attribute path of the operation.
        of: whose ids the path holds.
    """

    shared: Shared
    path: str
    of: Known | None = None

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        return {self.shared.operation(self.path): self._answer}

    def _answer(self, call: Call) -> Response:
        document = self.shared.documents[call.operation.id]
        if self.of is not None:
            self.of.require(*call.path)
        if document.request is not None:
            call.body()
        shown = document.success()
        if shown.text is not None:
            return Response(shown.text, shown.status, media_type="text/plain")
        return Response(status_code=shown.status) if shown.example is None else answer(shown.example, shown.status)
