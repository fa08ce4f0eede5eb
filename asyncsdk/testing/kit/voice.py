"""How a system says what became of a request: a system of other ways overrides what it says differently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen
from starlette.responses import Response

from ..documents import Answer
from .call import RefusedError, answer, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .call import Call, Record

Deed = Literal["created", "updated", "deleted", "added", "removed"]


@frozen
class Done:
    """What a call has done.

    Attributes:
        call: which.
        deed: what it was; ``added`` and ``removed`` are a relation's.
        name: what a thing of this kind is called, in words.
        record: the thing as it is told now, or None where it is gone.
        uri: where it is, if it can be got.
        new: whether it was not there before.
    """

    call: Call
    deed: Deed
    name: str
    record: Record | None = None
    uri: str | None = None
    new: bool = False

    @property
    def documented(self) -> Answer:
        """The answer that the document has for this: 201 or 200 where it has nothing."""
        document = self.call.document
        return Answer(201 if self.new else 200) if document is None else document.success(new=self.new)


class Voice:
    """What most systems say. The statuses are the document's; what is made or changed comes back where the operation gives an
    object, else nothing does; what is refused is told in a message; unknown paths are a 404, unknown methods a 405.
    """

    def done(self, done: Done) -> Response:
        """Say what a call has done."""
        status = done.documented.status
        return Response(status_code=status) if done.call.operation.kind == "none" else answer(done.record, status)

    def listed(self, call: Call, records: Iterable[Record]) -> Response:
        """Give a list."""
        found = list(records)
        return answer({"results": found} if call.operation.kind == "results" else found)

    def refused(self, refusal: RefusedError) -> Response:
        """Say why a request is refused."""
        return said(str(refusal), refusal.status)

    def no_route(self, allowed: Sequence[str], /) -> Response:
        """Say that there is no such operation.

        Args:
            allowed: the methods that the path has; empty for a path that has none.
        """
        if not allowed:
            return self.refused(RefusedError(404, "There is nothing at this path"))
        response = self.refused(RefusedError(405, "This path has no such method"))
        response.headers["allow"] = ", ".join(allowed)
        return response

    def headers(self) -> Mapping[str, str]:
        """What stands on every answer, whatever it says."""
        return {}
