"""What may be shown. Pure functions over text; used wherever a message, a repr or a log line is made."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, unquote

if TYPE_CHECKING:
    import httpx

MASK = "***"

# A value shorter than this would blot out half the text and is guessed faster than it is read.
_SHORTEST = 4
_LONGEST_TEXT = 256

_SENSITIVE_NAME = re.compile(
    r"pass(word|wd|phrase)|secret|token|signature|credential|cookie|session|authori[sz]ation|private.?key|stream.?key"
    r"|api.?key|access.?key|(^|[-_.])(key|jwt|hash|salt|otp|pin)$|^x-amz-(signature|credential|security)",
    re.IGNORECASE,
)

# Names of parameters and fields that hold a secret, as a part of a pattern. What stands before and after is bounded, or a
# long run of such words would take the pattern minutes.
_AROUND = r"[\w.-]{0,40}"
_NAMES = (
    r"(?:token|secret|password|passwd|passphrase|signature|session|api_?key|access_?key|stream_?key|private_?key|credential"
    r"|cookie|jwt|authorization|salt|otp)"
)

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, flags), replacement)
    for pattern, flags, replacement in (
        (r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)", re.DOTALL, MASK),
        (r"\b((?:ZEPHR|BLAIZE)-HMAC-SHA-?256|AWS4-HMAC-SHA256)\s+[^\"'<>\r\n]+", 0, rf"\1 {MASK}"),
        # The word after "Basic" may be "authentication": a credential holds a digit, or is long.
        (
            r"\b(bearer|jwt|basic|apikey:\w{1,40})\s+(?=[^\s\"'<>,;]{0,80}\d|[^\s\"'<>,;]{16})[^\s\"'<>,;]+",
            re.IGNORECASE,
            rf"\1 {MASK}",
        ),
        (r"\beyJ[\w-]{8,}(?:\.[\w-]*)*", 0, MASK),
        (r"\b(?:orgkey-|ul_pat_)[\w.-]+", 0, MASK),
        # name=value in a query, a form, a cookie or a file name
        (rf"(\b{_AROUND}(?:{_NAMES}|x-amz-){_AROUND}=)[^&;,\s\"'<>\\]+", re.IGNORECASE, rf"\1{MASK}"),
        (r"([?&;](?:key|sig|auth|code|hash)=)[^&;,\s\"'<>\\]+", re.IGNORECASE, rf"\1{MASK}"),
        # "name": "value" in JSON or a Python dict; inside a string its quotes have backslashes, as many at its end as before
        (
            rf"((\\{{0,8}})\"{_AROUND}{_NAMES}{_AROUND}\2\"\s{{0,8}}:\s{{0,8}}\2\")(?:(?!(?<!\\)\2\").)*",
            re.IGNORECASE | re.DOTALL,
            rf"\1{MASK}",
        ),
        (rf"('{_AROUND}{_NAMES}{_AROUND}'\s{{0,8}}:\s{{0,8}}')(?:[^'\\]|\\.)*", re.IGNORECASE, rf"\1{MASK}"),
        # a header, line by line or in one line
        (
            r"\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|x-amz-security-token)(\s{0,8}:\s{0,8})[^\s\"'<>\\]+[^\r\n\"'<>\\]*",
            re.IGNORECASE,
            rf"\1\2{MASK}",
        ),
        # user:password@host, or a token in their place
        (r"(://)[^/\s?#@]{1,400}@", 0, rf"\1{MASK}@"),
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
    text = hide(text, secrets)
    shown = text[: 4 * most]
    for pattern, replacement in _PATTERNS:
        shown = pattern.sub(replacement, shown)
    return shown if len(text) <= 4 * most and len(shown) <= most else shown[: most - 1] + "…"


def hide(text: str, secrets: Iterable[str]) -> str:
    """The whole text without these secrets, whatever way they are written."""
    for secret in sorted(_spellings(secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def _spellings(secrets: Iterable[str]) -> set[str]:
    """A secret as it is, percent-encoded, decoded, and as HTML and JSON write it, also JSON inside JSON."""
    found = set[str]()
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            found |= {
                secret,
                quote(secret, safe="/"),
                quote(secret, safe=""),
                quote_plus(secret),
                unquote(secret),
                escape(secret),
            }
            for as_ascii in (True, False):
                once = json.dumps(secret, ensure_ascii=as_ascii)[1:-1]
                found |= {once, json.dumps(once, ensure_ascii=as_ascii)[1:-1]}
    return {each for each in found if len(each) >= _SHORTEST}


def is_sensitive(name: str) -> bool:
    """Whether a header, parameter or field of this name holds a secret."""
    return _SENSITIVE_NAME.search(name) is not None


def secrets_of(url: httpx.URL, body: bytes = b"") -> set[str]:
    """What of a request must not be shown, should the service echo it: for the error path, where its cost is no matter.

    Values of query parameters and of JSON body fields whose names say so, at any depth; a short body that is no JSON, since a
    text sent alone may be a password.

    Args:
        url: of the request.
        body: its bytes.
    """
    found = {value for name, value in url.params.multi_items() if is_sensitive(name)}
    if body:
        try:
            found.update(sensitive_values(json.loads(body)))
        except (ValueError, RecursionError):
            if len(body) <= _LONGEST_TEXT:
                found.add(body.decode("utf-8", "replace"))
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


def sent_secrets(headers: Iterable[tuple[bytes, bytes]]) -> set[str]:
    """Interim"""
    return set()
