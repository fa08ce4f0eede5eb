"""From an error answer to one clear exception. Pure: status, headers and bytes in, an `APIError` out."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any

import httpx

from .. import errors
from .dates import http_date
from .redact import hide, redact, redact_value

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
# What an answer that is no error may be asked for beside these.
_SHOWN_OF_ANY = frozenset(
    {
        "age",
        "cache-control",
        "content-length",
        "content-range",
        "etag",
        "expires",
        "last-modified",
        "link",
        "vary",
        "x-total-count",
    }
)
_LIMITS = ("ratelimit", "x-ratelimit-", "x-rate-limit-")
_REQUEST_IDS = ("x-amzn-requestid", "x-amz-request-id", "x-request-id", "x-amz-apigw-id", "request-id", "cf-ray")
_MESSAGE_KEYS = ("message", "Message", "error_description", "error", "errors", "detail", "title", "description")
_CODE_KEYS = ("code", "name", "type", "errorType", "__type", "keyword")
_MOST_MESSAGE = 500
_MOST_HEADER = 200
_DEEPEST = 6
_NO_JSON = object()
_HTML = "an HTML page"

# API Gateway says it of an unknown route or method at least as often as of missing credentials
# (docs/services/unleash-analytics.md).
_MISSING_TOKEN = "Missing Authentication Token"  # noqa: S105
_THROTTLING = frozenset({"ThrottlingException", "TooManyRequestsException"})
# A trace of Node's stack: not a part of the sentence, and nobody's business.
_STACK = re.compile(r"\n\s*at .*", re.DOTALL)
_SPENT = re.compile(r"limit exceeded\.?", re.IGNORECASE)


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
    if not isinstance(headers, httpx.Headers):
        headers = httpx.Headers(headers, encoding="utf-8")
    secrets = tuple(secrets)
    text = body.decode("utf-8-sig", "replace")
    value = _json(text)  # as it came: with a mask for a number it would be none
    text = hide(text, secrets)
    said = _title(text) if value is _NO_JSON else hide(_said(value), secrets)
    said = " ".join(said.split())
    # that it came as a page is our own remark
    detail = redact(said, most=_MOST_MESSAGE).removesuffix(f" ({_HTML})").removeprefix(_HTML) or None
    if status == 403 and said == _MISSING_TOKEN:
        said += " (API Gateway says this of an unknown route or method too)"
    if 300 <= status < 400:
        said = said or _redirect(headers.get("location"))
    kind = errors.error_class(status)
    message = f"{operation}: {status}" + (f": {redact(said, most=_MOST_MESSAGE)}" if said else "")
    return kind(
        message,
        status_code=status,
        code=_code(value, headers, secrets),
        detail=detail,
        value=None if value is _NO_JSON else redact_value(value, secrets),
        request_id=request_id_of(headers, secrets),
        operation=operation,
        body=redact(text),
        headers={name: _header(headers[name], secrets) for name in _SHOWN_HEADERS if name in headers},
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
        moment = http_date(value, now)
        return None if moment is None else max(0.0, moment - now)
    return seconds if seconds >= 0 else None  # also refuses NaN


def is_spent_quota(status: int, body: bytes) -> bool:
    """Whether a 429 says that a usage plan is used up, as against "Too Many Requests".

    API Gateway tells by its text alone, "Limit Exceeded". "Rate limit exceeded" is what others say of a short wait.
    """
    if status != 429 or b"imit" not in body:
        return False
    text = body.decode("utf-8-sig", "replace")
    value = _json(text)
    said = text if value is _NO_JSON else _said(value)
    return _SPENT.fullmatch(said.strip()) is not None


def request_id_of(headers: httpx.Headers, secrets: Iterable[str] = ()) -> str | None:
    """What to quote to the vendor's support, where the answer has it."""
    return next((_header(headers[name], secrets) for name in _REQUEST_IDS if headers.get(name)), None)


def shown_headers(headers: httpx.Headers, secrets: Iterable[str] = ()) -> dict[str, str]:
    """The headers of any answer that help (an allow-list), lower-case names."""
    return {
        name: _header(value, secrets)
        for name, value in headers.items()
        if name in _SHOWN_OF_ANY or name in _SHOWN_HEADERS or name.startswith(_LIMITS)
    }


def _header(value: str, secrets: Iterable[str]) -> str:
    return redact(value, secrets, most=_MOST_HEADER)


def _redirect(location: str | None) -> str:
    """Where a redirect leads, without what may be secret in it."""
    try:
        url = httpx.URL(location or "")
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL("")
    # the host as it is sent: httpx cannot decode each one that it takes
    to = f" to {url.scheme}://{url.netloc.decode('ascii')}" if url.raw_host else ""
    return f"a redirect{to}, which is never followed"


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NO_JSON


def _said(value: Any, depth: int = 0) -> str:
    """The sentence in a JSON error body, wherever it stands."""
    if depth > _DEEPEST:
        return ""
    if isinstance(value, str):
        # Livepeer's 422: each entry is itself the JSON text of a validation error.
        inner = _json(value) if value[:1] == "{" else _NO_JSON
        return (_said(inner, depth + 1) or value) if isinstance(inner, dict) else _STACK.sub("", value)
    if isinstance(value, list):
        return "; ".join(filter(None, (_said(each, depth + 1) for each in value[:5])))
    if isinstance(value, dict):
        where = _where(value)
        for key in _MESSAGE_KEYS:
            if said := _said(value.get(key), depth + 1):
                return f"{where}: {said}" if where else said
    return ""


def _where(value: dict[str, Any]) -> str:
    """The path of the field that an error is about; of one that is missing or too many, the validator tells the name apart."""
    where = value.get("dataPath") or value.get("field") or value.get("path")
    params = value.get("params")
    names = [params.get(key) for key in ("missingProperty", "additionalProperty")] if isinstance(params, dict) else []
    return ".".join(each.lstrip(".") for each in (where, *names) if isinstance(each, str) and each.lstrip("."))


def _code(value: Any, headers: Mapping[str, str], secrets: Iterable[str]) -> str | None:
    """The service's own name for the error."""
    if isinstance(value, dict):
        for key in _CODE_KEYS:
            if isinstance(value.get(key), str) and value[key]:
                return redact(value[key], secrets, most=100)
    kind = headers.get("x-amzn-errortype")
    return redact(kind.partition(":")[0], secrets, most=100) if kind else None


def _title(text: str) -> str:
    """What an answer that is not JSON says: the title of a page of HTML, else its text."""
    text = text[:8192]
    if re.search(r"<(!doctype|html|head|body|title)\b", text[:2048], re.IGNORECASE):
        found = re.search(r"<(title|h1|pre)[^>]*>(.*?)</\1>", text, re.IGNORECASE | re.DOTALL)
        inner = re.sub(r"<[^<>]+>", " ", found[2]) if found else ""
        return f"{html.unescape(inner).strip()} ({_HTML})" if inner.strip() else _HTML
    return text


def is_throttling(code: str | None) -> bool:
    """Whether an error's name is one of those by which AWS says that it is asked too fast, whatever the status."""
    return code is not None and code.rpartition("#")[2] in _THROTTLING
