"""One request to the service, as its handlers see it, and the shapes of what they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl

import msgspec
from attrs import field, frozen
from starlette.responses import Response

from ...body import body_bytes

if TYPE_CHECKING:
    from starlette.requests import Request

    from ...operation import Operation


class RefusedError(Exception):
    """A request that the service refuses, with the status and the message of its answer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@frozen
class Call:
    """One request that has been let in.

    Attributes:
        operation: which it is; the first of those that share a method and a path.
        path: the decoded values of the path's slots.
        query: the decoded query; the last of a name that is repeated.
        content: the bytes of its body.
        content_type: what it says that they are.
        origin: scheme, host and port, as the client knows the service.
        session: the id of the administrator's session that it came in with, if it did.
    """

    operation: Operation
    path: tuple[str, ...]
    query: Mapping[str, str]
    content: bytes = field(repr=False)
    content_type: str
    origin: str
    session: str | None = field(repr=False)

    def json(self, operation: Operation | None = None) -> Any:
        """The body, held against what an operation takes.

        Args:
            operation: another than the call's own, where several share a path.

        Raises:
            RefusedError: 400: no JSON, or a field that is missing or of the wrong type; says which.
        """
        meant = operation or self.operation
        if not self.content.strip():
            raise RefusedError(400, "The request needs a body")
        try:
            value = msgspec.json.decode(self.content)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise RefusedError(400, "The body is not JSON") from None
        try:
            body_bytes(meant, value)
        except (TypeError, ValueError) as error:
            raise RefusedError(400, str(error).removeprefix(f"{meant.id}: ")) from None
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
        """Where something is, as the service says it."""
        return self.origin + operation.url_path(*path)


Handler = Callable[[Call], Response]


class Part(Protocol):
    """A part of the service."""

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        ...


def call_of(request: Request, operation: Operation, path: tuple[str, ...], body: bytes, session: str | None) -> Call:
    """What a handler is given."""
    query: str = request.scope["query_string"].decode("ascii", "replace")
    return Call(
        operation,
        path,
        dict(parse_qsl(query, keep_blank_values=True)),
        body,
        request.headers.get("content-type", "").partition(";")[0].strip().lower(),
        f"{request.url.scheme}://{request.url.netloc}",
        session,
    )


def answer(value: Any, status: int = 200) -> Response:
    """An answer in JSON."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def said(text: str, status: int = 200, **more: Any) -> Response:
    """An answer in words, as the document's are: ``{"message": ...}``, with more members after it."""
    return answer({"message": text, **more}, status)
