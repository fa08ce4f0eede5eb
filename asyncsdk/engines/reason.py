"""Why there is no connection, in a few words. To where stands elsewhere in the message, once."""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_NAME = {getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA") if hasattr(socket, name)}
_ERRNO = re.compile(r"\[Errno (\d+)\]")
_NUMBERLESS: dict[type[OSError], int] = {
    ConnectionResetError: errno.ECONNRESET,
    ConnectionRefusedError: errno.ECONNREFUSED,
}


def reason(error: BaseException) -> str:
    """What is at the bottom of an error of connecting; its own text where nothing better is known."""
    for each in _chain(error):
        if found := _said(each):
            return found
    return str(error)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and those it came from, outermost first; also where a library hides them, as httpcore2 does."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _said(error: BaseException) -> str:
    """What an exception says of the reason; nothing where it only passes on."""
    if isinstance(error, BaseExceptionGroup):
        return _joined(map(reason, error.exceptions))
    if isinstance(error, ssl.SSLCertVerificationError):
        why = getattr(error, "verify_message", "")
        return f"certificate verify failed: {why}" if why else ""
    if isinstance(error, ssl.SSLError):
        return (error.reason or "").replace("_", " ").lower()
    if isinstance(error, socket.gaierror):
        return "name not found" if error.errno in _NO_NAME else error.strerror or ""
    if not isinstance(error, OSError):
        return ""
    number = error.errno or _NUMBERLESS.get(type(error), 0)
    # several addresses were tried, and one text tells of all of them
    return _joined(map(os.strerror, [number] if number > 0 else map(int, _ERRNO.findall(str(error)))))


def _joined(texts: Iterator[str]) -> str:
    return ", ".join(dict.fromkeys(texts))
