"""What this system's groups of operations share: bodies held to the document's rules, and lost answers that say what is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from ...errors import APIError, SDKError, TransportError
from ...resource import NO_BODY, Resource
from .rules import held_to_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...client import Decoder
    from ...codec import Model
    from ...http.url import Query
    from ...operation import Operation
    from ...paging import Pager

T = TypeVar("T")
M = TypeVar("M", bound="Model")

_WITHIN = ("Items", "items", "data")

_LATE = "; the outcome is unknown: the gateway waits 29 s, and the work may go on behind it"
_LOST = "; the outcome is unknown: the request was sent, and may have been carried out"


class PlatformResource(Resource):
    """A group of this system's operations."""

    async def _call(
        self, operation: Operation, *path: object, into: Decoder[T], body: Any = NO_BODY, query: Query | None = None
    ) -> T:
        if body is not NO_BODY:
            body = held_to_rules(operation, body)
        try:
            return await super()._call(operation, *path, into=into, body=body, query=query)
        except (APIError, TransportError) as error:
            if operation.retry == "unsent" and (said := _unknown(error)):
                error.args = (f"{error.message}{said}",)
            raise

    def _list(
        self,
        operation: Operation,
        *path: object,
        of: type[M],
        query: Query | None = None,
        within: Sequence[str] = _WITHIN,
        single: bool = False,
    ) -> Pager[M]:
        return super()._list(operation, *path, of=of, query=query, within=within, single=single)


def _unknown(error: SDKError) -> str:
    """What is to be said of a call that must not be repeated, where nobody knows whether it was carried out."""
    if isinstance(error, APIError):
        if error.status_code != 504:
            return ""
        return f"{_LATE} (request id {error.request_id})" if error.request_id else _LATE
    return _LOST if isinstance(error, TransportError) and error.sent else ""
