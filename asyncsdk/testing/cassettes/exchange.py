"""One request and its answer, as a cassette holds them: JSON as JSON, text as text. Pure.

::

    {"request": {"method": "GET", "path": "/v3/users?page=2", "body": {...}},
     "response": {"status": 200, "headers": [["Content-Type", "application/json"]], "body": {...}}}

A request's body that is no JSON is ``{"__raw__": "text"}``, or ``{"__sha256__": "..."}`` where it is no text or long. An answer has ``body``
(JSON), ``lines`` (JSON, one value a line), ``text`` or ``base64``.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from attrs import field, frozen

from ...http.redact import sent_secrets
from .veil import Veil

_LONGEST = 1 << 16
_BOUNDARY = re.compile(r'boundary="?([^";]+)')
# Made anew for each signature that stands in a query.
_OF_A_SIGNATURE = "x-amz-"
_SHOWN = frozenset(
    (
        *("content-type", "content-disposition", "content-range", "accept-ranges", "etag", "last-modified", "link"),
        *("location", "retry-after", "x-total-count", "x-amzn-errortype", "x-amzn-requestid", "x-request-id"),
    )
)
_ABSENT = object()


@frozen
class Raw:
    """An exchange as it was.

    Attributes:
        method: upper case.
        path: with its query, as sent.
        sent_headers: of the request.
        sent: its body.
        status: of the answer.
        headers: of the answer.
        body: of the answer, decompressed.
    """

    method: str
    path: str
    sent_headers: list[tuple[bytes, bytes]] = field(repr=False)
    sent: bytes = field(repr=False)
    status: int
    headers: list[tuple[str, str]] = field(repr=False)
    body: bytes = field(repr=False)

    def teach(self, veil: Veil) -> None:
        """Let a veil know the secrets in it."""
        for secret in sent_secrets(self.sent_headers):
            veil.note(secret, answered=False)
        veil.learn(dict(parse_qsl(self.path.partition("?")[2])), answered=False)
        veil.learn(_value(self.sent), answered=False)
        for each in (_value(self.body), *_values(self.body)):
            veil.learn(each, answered=True)

    def wire(self, veil: Veil) -> dict[str, Any]:
        """What a cassette holds of it."""
        request: dict[str, Any] = {"method": self.method, "path": veiled_path(self.path, veil)}
        if self.sent:
            request["body"] = veiled_body(self.sent, content_type(self.sent_headers), veil)
        shown = [[name, veil.text(value)] for name, value in self.headers if name.lower() in _SHOWN]
        return {"request": request, "response": {"status": self.status, "headers": shown, **_answer(self.body, veil)}}


def content_type(headers: list[tuple[bytes, bytes]]) -> str:
    """Of a request."""
    return next((value.decode("latin-1") for name, value in headers if name.lower() == b"content-type"), "")


def veiled_path(path: str, veil: Veil) -> str:
    """A path and its query without secrets, and without what a signature adds."""
    bare, _, query = path.partition("?")
    pairs = [
        (name, veil.parameter(name, value))
        for name, value in parse_qsl(query, keep_blank_values=True)
        if not name.lower().startswith(_OF_A_SIGNATURE)
    ]
    return veil.text(bare) + (f"?{urlencode(pairs, safe='*,:/')}" if pairs else "")


def veiled_body(body: bytes, kind: str, veil: Veil) -> Any:
    """A request's body without secrets."""
    value = _value(body)
    if value is not _ABSENT:
        return veil.json(value)
    if found := _BOUNDARY.search(kind):
        body = body.replace(found[1].encode("latin-1"), b"boundary")
    if len(body) <= _LONGEST:
        try:
            return {"__raw__": veil.text(body.decode())}
        except UnicodeDecodeError:
            pass
    return {"__sha256__": sha256(body).hexdigest(), "bytes": len(body)}


def key(request: dict[str, Any]) -> tuple[str, str, tuple[tuple[str, str], ...], str]:
    """What requests are told apart by: method, path, query in any order, body."""
    path, _, query = request["path"].partition("?")
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    body = json.dumps(request.get("body"), sort_keys=True)
    return request["method"], path, tuple(pairs), body


def played(response: dict[str, Any]) -> bytes:
    """The bytes of a recorded answer's body."""
    if "body" in response:
        return _compact(response["body"])
    if "lines" in response:
        return b"".join(_compact(each) + b"\n" for each in response["lines"])
    if "base64" in response:
        return b64decode(response["base64"])
    return str(response.get("text", "")).encode()


def _answer(body: bytes, veil: Veil) -> dict[str, Any]:
    if not body:
        return {}
    value = _value(body)
    if value is not _ABSENT and _exact(body, value):
        return {"body": veil.json(value)}
    if lines := _values(body):
        return {"lines": [veil.json(each) for each in lines]}
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(body).decode()}
    return {"text": veil.text(text)}


def _values(body: bytes) -> list[Any]:
    """The values of NDJSON that can be written again as it was; none for anything else."""
    if not body.endswith(b"\n"):
        return []
    found = [(_value(line), line) for line in body[:-1].split(b"\n")]
    whole = all(isinstance(value, dict | list) and _exact(line, value) for value, line in found)
    return [value for value, _ in found] if whole else []


def _value(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return _ABSENT


def _exact(body: bytes, value: Any) -> bool:
    """Whether JSON can be written again with every token as it was, but for the white space between them."""
    return msgspec.json.format(body, indent=-1) == _compact(value)


def _compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
