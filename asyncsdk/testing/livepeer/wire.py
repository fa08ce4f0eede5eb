"""How the server reads requests and writes answers: express, its body parser, its ways with errors."""

from __future__ import annotations

import hashlib
import json
import zlib
from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote_to_bytes

import msgspec
from attrs import field, frozen
from starlette.responses import Response

from ..kit import RefusedError

if TYPE_CHECKING:
    from starlette.requests import Request

_MOST = 100 * 1024
_GZIP = 31
_METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})

User = Mapping[str, Any]


@frozen
class Asked:
    """A request that was let in.

    Attributes:
        path: the decoded values of the path's slots.
        body: its JSON; an empty object where it has none.
        query: the first value of each name.
        pairs: all of them.
        url: of the request, as it came, without scheme and host.
        host: as the client names it.
        user: who asks; nothing for what everybody may ask.
        token: the API token by which they do, if it is one.
        by_session: whether they do so by a JWT.
    """

    path: tuple[str, ...]
    body: Any
    query: Mapping[str, str]
    pairs: tuple[tuple[str, str], ...]
    url: str
    host: str
    user: User = field(factory=dict)
    token: Mapping[str, Any] | None = None
    by_session: bool = False

    @property
    def is_admin(self) -> bool:
        """Whether an administrator asks."""
        return bool(self.user.get("admin"))

    @property
    def sees_all(self) -> bool:
        """Whether an administrator asks by a JWT, before whom nothing is hidden."""
        return self.is_admin and self.by_session


def crash(text: str) -> RefusedError:
    """A 500 as the server has it: with a trace of its stack."""
    return RefusedError(500, f"{text}\n    at <stack trace>")


def missing() -> RefusedError:
    """A 404, which tells nothing."""
    return RefusedError(404, "not found")


def body_of(request: Request, content: bytes) -> Any:
    """The JSON of a request, read as the body parser does.

    Raises:
        RefusedError: 400, 413, 415: it cannot be read.
    """
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    if kind.strip().lower() != "application/json" or request.method not in _METHODS_WITH_BODY:
        return {}
    charset = parameters.partition("charset=")[2].strip().strip('"').lower() or "utf-8"
    if not charset.startswith("utf-"):
        raise RefusedError(415, f'unsupported charset "{charset.upper()}"')
    if request.headers.get("content-encoding") == "gzip":
        content = zlib.decompress(content, _GZIP)
    if len(content) > _MOST:
        raise RefusedError(413, "request entity too large")
    text = content.decode(charset, "replace").strip()
    if not text:
        return {}
    if text[0] not in "{[":
        raise RefusedError(400, f"Unexpected token '{text[0]}', \"#\" is not valid JSON")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if error.pos >= len(text):
            raise RefusedError(400, "Unexpected end of JSON input") from None
        raise RefusedError(400, f"Unexpected token '{text[error.pos]}' in JSON at position {error.pos}") from None
    except RecursionError:
        raise RefusedError(400, "the body is nested too deeply") from None


def decoded(part: str) -> str:
    """The value of a path's slot.

    Raises:
        RefusedError: 400: its escapes are broken.
    """
    try:
        text = unquote_to_bytes(part).decode()
    except UnicodeDecodeError:
        text = "%"
    pieces = part.split("%")[1:]
    if text == "%" or not all(
        len(each) >= 2 and all(c in "0123456789abcdefABCDEF" for c in each[:2]) for each in pieces
    ):
        raise RefusedError(400, f"Failed to decode param '{part}'")
    if "\0" in text:
        raise crash('error: invalid byte sequence for encoding "UTF8": 0x00')
    return text


def pairs_of(request: Request) -> tuple[tuple[str, str], ...]:
    """The decoded query."""
    return tuple(parse_qsl(request.scope["query_string"].decode("ascii", "replace"), keep_blank_values=True))


def sent(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in JSON, with the tag that express makes of it."""
    content = msgspec.json.encode(value)
    digest = b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()[:27]
    return Response(
        content,
        status,
        {
            **(headers or {}),
            "etag": f'W/"{len(content):x}-{digest}"',
            "content-type": "application/json; charset=utf-8",
        },
    )


def done() -> Response:
    """An answer without a word."""
    return Response(status_code=204)


def refused(refusal: RefusedError) -> Response:
    """An error as the server says it: a list of texts."""
    return sent({"errors": [str(refusal)]}, refusal.status)


def no_route(method: str, path: str) -> Response:
    """What express says of a path or method that it does not know."""
    page = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n<body>\n'
        f"<pre>Cannot {method} {path.replace('<', '&lt;')}</pre>\n</body>\n</html>\n"
    )
    return Response(page, 404, {"content-type": "text/html; charset=utf-8"})
