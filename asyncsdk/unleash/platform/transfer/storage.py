"""What the storage (S3) says when it refuses: its own name for the error, and whether a fresh form or URL would mend it."""

from __future__ import annotations

import html
import re
from typing import TypeVar

from ....errors import APIError
from ....http.redact import redact

E = TypeVar("E", bound=APIError)

_ELEMENT = re.compile(r"<(Code|Message|RequestId)>([^<]{0,1000})</\1>")
_EXPIRED = re.compile(r"policy expired|request has expired|provided token has expired", re.IGNORECASE)
# the token that has signed it ended before the form's or URL's own time
_STALE = frozenset({"ExpiredToken", "TokenRefreshRequired", "RequestTimeout"})


def explained(error: E) -> E:
    """The error of an answer of S3's, with its ``Code`` and sentence, and without what it echoes of the request."""
    found = {name: html.unescape(text).strip() for name, text in _ELEMENT.findall(error.body)}
    if "Code" not in found:
        return error
    code, said = redact(found["Code"], most=100), redact(found.get("Message", ""), most=500)
    if code == "RequestTimeTooSkewed":
        said += " (the clock of whoever signed it is wrong, and a new form would not help)"
    error.code = code
    error.request_id = error.request_id or found.get("RequestId")
    error.args = (f"{error.operation}: {error.status_code}: {code}: {said}",)
    error.body = f"{code}: {said}"
    return error


def is_expired(error: APIError) -> bool:
    """Whether the form or URL has ended, so that a fresh one may do."""
    return error.code in _STALE or (error.code == "AccessDenied" and _EXPIRED.search(error.message) is not None)
