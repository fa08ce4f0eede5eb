"""One file from here to the storage: ask for a form or URL, send the file as it says, ask anew where that has expired."""

from __future__ import annotations

import mimetypes
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from ....codec import to_dict
from ....errors import APIError, DecodeError, SDKError
from ....http.body import FormBody, FormFile
from ....http.service_clock import service_time
from ....operation import Operation
from ....timeout import Timeout
from .source import Watched, name_of, opened
from .storage import explained, is_expired
from .ticket import ends_of, headers_of, key_of, refuse_size

if TYPE_CHECKING:
    from ....client import Client
    from ....http.body import Body
    from ....http.clock import Clock
    from ....http.reply import Reply
    from ..model import Presigned
    from .source import Progress, Source

Ask = Callable[[str], Awaitable["Presigned"]]
"""From a file's name to where it may be sent."""

# Idle limits, and none for the whole: a healthy transfer takes as long as it takes, a stalled one ends.
_TIMEOUT = Timeout(connect=10, read=120, write=60)

_MOST_FORMS = 3
_LATE = "it had ended before it was issued: the clock of whoever signed it is wrong, and a new one would not help"
# a Date is a whole second, and an answer takes a while
_TOLERANCE = 10.0


@frozen
class UploadResult:
    """A file that was sent, or was to be.

    Attributes:
        filename: what it is called.
        size: bytes.
        key: its name in the storage, as far as the form told.
        etag: what the storage calls these bytes, without quotes; None where it did not say.
        source: its path, where it was one of many.
        error: why it was not sent, where failures are collected; None where it was.
    """

    filename: str
    size: int = 0
    key: str = ""
    etag: str | None = None
    source: str | None = field(default=None, kw_only=True)
    error: SDKError | OSError | ValueError | None = field(default=None, kw_only=True)


async def upload(
    client: Client,
    name: str,
    ask: Ask,
    file: Source,
    *,
    filename: str | None,
    size: int | None,
    progress: Progress | None,
) -> UploadResult:
    """Send a file.

    Args:
        client: over whose connections.
        name: the operation's id, for errors.
        ask: gets a form, or a URL to PUT to.
        file: what to send.
        filename: what it is to be called; by default as the file is.
        size: bytes of an async iterable, if known.
        progress: told after each piece.

    Raises:
        ValueError, OSError, SDKError: as `Library.upload` says.
    """
    called = filename if filename is not None else name_of(file)
    async with opened(file, size) as body:
        refuse_size(body.length or 0)
        watched = body if progress is None else Watched(body, progress)
        for left in reversed(range(_MOST_FORMS)):
            began = client.clock.monotonic()
            ticket = await ask(called)
            try:
                return await _send(client, name, ticket, watched, called)
            except APIError as error:
                if not is_expired(explained(error)):
                    raise
                if _was_late(error, ticket, client.clock, began):
                    error.args = (f"{error.message} ({_LATE})",)
                    raise
                if not left or body.spent:
                    raise
    raise AssertionError  # the last round returns or raises


def _was_late(error: APIError, ticket: Presigned, clock: Clock, began: float) -> bool:
    """Whether a form or URL had ended, by the clock of the storage, already when it was asked for."""
    ends = ends_of(ticket.url or "", _fields_of(ticket))
    there = service_time(error.headers, clock.time())
    return ends is not None and there is not None and there - (clock.monotonic() - began) > ends + _TOLERANCE


async def _send(client: Client, name: str, ticket: Presigned, body: Body, called: str) -> UploadResult:
    """Send a file as one form or URL says. Repeating it is safe: the same bytes come under the same key."""
    if not getattr(ticket, "url", None):
        raise DecodeError(f"{name}: the service told no URL to send the file to", operation=name)
    length = body.length or 0
    fields = _fields_of(ticket)
    sent: Body
    if fields is None:
        guessed = mimetypes.guess_type(called)[0] or "application/octet-stream"
        method, sent, headers = "PUT", body, headers_of(ticket.url, guessed, length)
    else:
        refuse_size(length, fields)
        form = FormBody(fields, [FormFile("file", body, called)])
        method, sent, headers = "POST", form, {"Content-Type": form.content_type}
    operation = Operation(name, method, "", "none", "safe", signed=False, timeout=_TIMEOUT)
    etag = await client.call_url(operation, ticket.url, into=_etag, headers=headers, body=sent)
    return UploadResult(called, length, key_of(ticket.url, fields, called), etag)


def _fields_of(ticket: Presigned) -> dict[str, str] | None:
    """The fields of a form, as they came; None for a URL to PUT to."""
    if ticket.fields is None:
        return None
    fields: Mapping[str, object] = to_dict(ticket)["fields"]
    return {name: value if isinstance(value, str) else str(value) for name, value in fields.items()}


def _etag(reply: Reply) -> str | None:
    found = reply.headers.get("etag")
    return found.strip('"') if found else None
