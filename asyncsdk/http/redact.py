"""What may be shown. Pure functions over text; used wherever a message, a repr or a log line is made."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    import httpx

MASK = "***"

# A value shorter than this would blot out half the text and is guessed faster than it is read.
_SHORTEST = 4

_SENSITIVE_NAME = re.compile(
    r"pass(word|wd|phrase)|secret|token|signature|credential|cookie|session|authori[sz]ation|private.?key|stream.?key"
    r"|api.?key|access.?key|(^|[-_.])(key|jwt|hash|salt|otp|pin)$|^x-amz-(signature|credential|security)",
    re.IGNORECASE,
)

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, flags), replacement)
    for pattern, flags, replacement in (
        (r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL, MASK),
        (r"\b((?:ZEPHR|BLAIZE)-HMAC-SHA-?256|AWS4-HMAC-SHA256)\s+[^\"'<>\r\n]+", 0, rf"\1 {MASK}"),
        # The word after "Basic" may be "authentication": a credential holds a digit, or is long.
        (r"\b(bearer|jwt|basic|apikey:\w+)\s+(?=[^\s\"'<>,;]*\d|[^\s\"'<>,;]{16})[^\s\"'<>,;]+", re.IGNORECASE, rf"\1 {MASK}"),
        (r"\beyJ[\w-]{8,}(?:\.[\w-]*)*", 0, MASK),
        (r"\b(?:orgkey-|ul_pat_)[\w.-]+", 0, MASK),
        # name=value in a query, a form, a cookie or a file name
        (
            (
                r"(\b[\w.-]*(?:token|secret|password|passwd|signature|session|api_?key|access_?key|credential|jwt|x-amz-[\w-]+)"
                r"[\w.-]*=)[^&;,\s\"'<>\\]+"
            ),
            re.IGNORECASE,
            rf"\1{MASK}",
        ),
        (r"([?&;](?:key|sig|auth|code|hash)=)[^&;,\s\"'<>\\]+", re.IGNORECASE, rf"\1{MASK}"),
        # "name": "value" in JSON, also where it is escaped inside a JSON string
        (
            (
                r"(\\*\"[\w.-]*(?:token|secret|password|passwd|signature|session|api_?key|access_?key|stream_?key|cookie|credential"
                r"|jwt|authorization|private_?key|salt|otp)[\w.-]*\\*\"\s*:\s*\\*\")(?:[^\"\\]|\\[^\"])*"
            ),
            re.IGNORECASE,
            rf"\1{MASK}",
        ),
        # user:password@host
        (r"(://)[^/\s:@]+:[^/\s@]+@", 0, rf"\1{MASK}@"),
    )
)


def redact(text: str, secrets: Iterable[str] = (), *, most: int = 2048) -> str:
    """The text without what looks like a secret, and without these known ones, whatever way they are written; cut.

    Args:
        text: what is about to be shown.
        secrets: values known to be secret; those under four characters are left to the patterns.
        most: how many characters are shown; a cut text ends in an ellipsis.
    """
    # Known secrets go before any cut, since half a secret is one too. The patterns know a cut secret by its beginning.
    for secret in sorted(_spellings(secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
    shown = text[: 4 * most]
    for pattern, replacement in _PATTERNS:
        shown = pattern.sub(replacement, shown)
    return shown if len(text) <= 4 * most and len(shown) <= most else shown[: most - 1] + "…"


def _spellings(secrets: Iterable[str]) -> set[str]:
    """A secret as it is, percent-encoded, decoded, and as JSON writes it."""
    found = set[str]()
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            escaped = json.dumps(secret)[1:-1]
            found |= {secret, quote(secret), quote(secret, safe=""), unquote(secret), escaped}
    return {each for each in found if len(each) >= _SHORTEST}


def is_sensitive(name: str) -> bool:
    """Whether a header, parameter or field of this name holds a secret."""
    return _SENSITIVE_NAME.search(name) is not None


def secrets_of(request: httpx.Request, body: bytes = b"") -> set[str]:
    """What of a request must not be shown, should the service echo it: for the error path, where its cost is no matter.

    Values of headers, query parameters and JSON body fields whose names say so, at any depth.
    """
    found = set[str]()
    for name, value in request.headers.items():
        if is_sensitive(name):
            found.add(value)
            # The key of "Bearer <key>", and the parts of a signature; the scheme before them is no secret.
            found.update(re.split(r"[\s:=,;]+", value.partition(" ")[2]))
    found.update(value for name, value in request.url.params.multi_items() if is_sensitive(name))
    if body:
        with suppress(ValueError):  # not JSON, or not text: only the patterns can help
            found.update(sensitive_values(json.loads(body)))
    return found


def sensitive_values(value: Any, *, inside: bool = False) -> Iterator[str]:
    """The strings of a JSON value that stand under a sensitive name."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from sensitive_values(each, inside=inside or is_sensitive(str(name)))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from sensitive_values(each, inside=inside)
    elif inside and isinstance(value, str):
        yield value
