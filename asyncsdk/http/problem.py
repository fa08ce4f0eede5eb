"""From an error answer to one clear exception. Pure: status, headers and bytes in, an `APIError` out."""

from __future__ import annotations

import html
import json
import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from .. import errors
from .redact import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SHOWN_HEADERS = (
    "content-type",
    "date",
    "retry-after",
    "x-amzn-requestid",
    "x-amz-apigw-id",
    "x-amzn-errortype",
    "x-request-id",
    "cf-ray",
    "server",
    "allow",
)
_REQUEST_IDS = ("x-amzn-requestid", "x-amz-request-id", "x-request-id", "x-amz-apigw-id", "request-id", "cf-ray")
_MESSAGE_KEYS = ("message", "Message", "error_description", "error", "errors", "detail", "title", "description")
_MOST_MESSAGE = 500

# API Gateway, 2.2 of the facts: said of an unknown route or method at least as often as of missing credentials.
_MISSING_TOKEN = "Missing Authentication Token"  # noqa: S105


def api_error(
    *,
    operation: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Iterable[str] = (),
    now: float = 0.0,
) -> errors.APIError:
    """The exception for an answer that is no success.

    Args:
        operation: the operation's id.
        status: the HTTP status.
        headers: of the answer; only an allow-list is kept.
        body: decompressed.
        secrets: values that must not be shown though the service may echo them.
        now: seconds since the epoch, for a ``Retry-After`` that is a date.
    """
    secrets = tuple(secrets)
    text = body.decode("utf-8", "replace")
    value = _json(text)
    said = " ".join((_said(value) if value is not None else _title(text)).split())
    if status == 403 and said == _MISSING_TOKEN:
        said += " (API Gateway says this of an unknown route or method too)"
    if 300 <= status < 400:
        said = said or "a redirect, which is never followed"
    kind = errors.error_class(status)
    message = f"{operation}: {status}" + (f": {redact(said, secrets, most=_MOST_MESSAGE)}" if said else "")
    return kind(
        message,
        status_code=status,
        code=_code(value, headers, secrets),
        request_id=next((headers[name] for name in _REQUEST_IDS if name in headers), None),
        operation=operation,
        body=redact(text, secrets),
        headers={name: redact(headers[name], secrets) for name in _SHOWN_HEADERS if name in headers},
        retry_after=retry_after(headers.get("retry-after"), now),
    )


def retry_after(value: str | None, now: float) -> float | None:
    """A ``Retry-After`` header in seconds from now; None where it is absent or makes no sense.

    Args:
        value: delta-seconds or an HTTP date (RFC 9110, 10.2.3); fractions are understood too.
        now: seconds since the epoch.
    """
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - now
        except (ValueError, OverflowError, TypeError):
            return None
        return max(0.0, seconds)
    return seconds if seconds >= 0 else None  # also refuses NaN


def is_spent_quota(status: int, body: bytes) -> bool:
    """Whether a 429 says that a usage plan is used up, as against "Too Many Requests": API Gateway tells by text alone."""
    return status == 429 and b"limit exceeded" in body[:4096].lower()


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _said(value: Any) -> str:
    """The sentence in a JSON error body, wherever it stands."""
    if isinstance(value, str):
        # Livepeer's 422: each entry is itself the JSON text of a validation error.
        inner = _json(value) if value[:1] == "{" else None
        return _said(inner) if isinstance(inner, dict) else value
    if isinstance(value, list):
        return "; ".join(filter(None, map(_said, value[:5])))
    if isinstance(value, dict):
        where = value.get("dataPath") or value.get("field") or value.get("path")
        for key in _MESSAGE_KEYS:
            if said := _said(value.get(key)):
                return f"{where.lstrip('.')}: {said}" if isinstance(where, str) and where.lstrip(".") else said
    return ""


def _code(value: Any, headers: Mapping[str, str], secrets: Iterable[str]) -> str | None:
    """The service's own name for the error."""
    if isinstance(value, dict):
        for key in ("code", "name", "type", "errorType", "__type", "keyword"):
            if isinstance(value.get(key), str) and value[key]:
                return redact(value[key], secrets, most=100)
    kind = headers.get("x-amzn-errortype")
    return kind.partition(":")[0] if kind else None


def _title(text: str) -> str:
    """What an answer that is not JSON says: the title of a page of HTML, else its text."""
    if re.search(r"<(!doctype|html|head|body|title)\b", text[:2048], re.IGNORECASE):
        found = re.search(r"<(title|h1|pre)[^>]*>(.*?)</\1>", text, re.IGNORECASE | re.DOTALL)
        inner = re.sub(r"<[^>]+>", " ", found[2]) if found else ""
        return f"{html.unescape(inner).strip()} (an HTML page)" if inner.strip() else "an HTML page"
    return text
