"""One request to a system, as its handlers see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl

import msgspec
from attrs import field, frozen
from starlette.responses import Response

from ...body import body_bytes

if TYPE_CHECKING:
    from starlette.requests import Request

    from ...operation import Operation
    from ..documents import Document

Record = Mapping[str, Any]
"""Plain JSON; never changed in place, so it can be handed out."""


class RefusedError(Exception):
    """A request that the system refuses, with the status and the message of its answer; its voice has the last word."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class MissingError(RefusedError):
    """Something that is not there: a 404, which tells its kind but not its id, since some are secret."""

    def __init__(self, name: str) -> None:
        super().__init__(404, f"{name} not found")


class UnfitError(RefusedError):
    """A body that is not what the operation takes: a field that is missing or of the wrong type; says which."""

    def __init__(self, text: str) -> None:
        super().__init__(400, text)


@frozen
class Call:
    """One request that has been let in.

    Attributes:
        operation: which it is; the first of those that share a method and a path.
        document: what is documented of it, if anything is.
        path: the decoded values of the path's slots.
        raw_path: the path below the base URL, as it came over the wire.
        content: the bytes of its body.
        request: as it came.
        prefix: the path of the system's base URL.
        who: what the check of the system found out about whoever asks.
    """

    operation: Operation
    document: Document | None = field(repr=False)
    path: tuple[str, ...]
    raw_path: str
    content: bytes = field(repr=False)
    request: Request = field(repr=False)
    prefix: str
    who: Record = field(repr=False)

    @cached_property
    def raw_query(self) -> str:
        """The query as it came over the wire, without its question mark."""
        query: bytes = self.request.scope["query_string"]
        return query.decode("ascii", "replace")

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The decoded query; the last of a name that is repeated."""
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))

    @property
    def content_type(self) -> str:
        """What the body is, as the request says."""
        return self.request.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def base_url(self) -> str:
        """The base URL of the system, as the client knows it."""
        return f"{self.request.url.scheme}://{self.request.url.netloc}{self.prefix}"

    def body(self) -> Any:
        """The body, as the operation takes it: raw text where that is meant, else JSON.

        Raises:
            RefusedError: as `json` and `text`.
        """
        return self.text() if self.operation.body is str else self.json()

    def json(self, operation: Operation | None = None) -> Any:
        """The body, held against what an operation takes.

        Args:
            operation: another than the call's own, where several share a path.

        Raises:
            RefusedError: 400: no JSON.
            UnfitError: 400: a field that is missing or of the wrong type.
        """
        meant = operation or self.operation
        if not self.content.strip():
            raise UnfitError("The request needs a body")
        try:
            value = msgspec.json.decode(self.content)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise RefusedError(400, "The body is not JSON") from None
        try:
            body_bytes(meant, value)
        except (TypeError, ValueError) as error:
            raise UnfitError(str(error).removeprefix(f"{meant.id}: ")) from None
        except RecursionError:
            raise RefusedError(400, "The body is nested too deeply") from None
        return value

    def text(self) -> str:
        """The body as raw text.

        Raises:
            RefusedError: 400: not UTF-8.
        """
        try:
            return self.content.decode()
        except UnicodeDecodeError:
            raise RefusedError(400, "The body is not UTF-8") from None

    def uri(self, operation: Operation, *path: str) -> str:
        """Where something is, as the system says it."""
        return self.base_url + operation.url_path(*path)


Handler = Callable[[Call], Response]


class Part(Protocol):
    """A part of a system: a row of its table, or one that is written by hand."""

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        ...


def table(*parts: Part) -> Mapping[Operation, Handler]:
    """What answers which operation of a system; a later part may have its own way with an operation of an earlier one."""
    return {operation: handler for part in parts for operation, handler in part.handlers().items()}


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in JSON."""
    return Response(msgspec.json.encode(value), status, headers, media_type="application/json")


def said(text: str, status: int = 200, **more: Any) -> Response:
    """An answer in words: ``{"message": ...}``, with more members after it."""
    return answer({"message": text, **more}, status)
