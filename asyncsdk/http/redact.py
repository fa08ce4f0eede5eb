"""What may be shown. Pure functions over text; used wherever a message, a repr or a log line is made."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from .json_text import LONE_SURROGATE
from .spellings import SHORTEST, covered

if TYPE_CHECKING:
    import httpx

MASK = "***"
_DEEPEST = 32

_LONGEST_TEXT = 256
_LONGEST_FORM = 1 << 16
_MOST_FIELDS = 1000
_PART = re.compile(r'\bname="(?P<name>[^"\r\n]{1,200})"[^\r\n]*\r\n(?:[^\r\n]+\r\n){0,8}\r\n(?P<value>[^\r\n]*)')

_KEY_OR_DIGEST = re.compile(r"[0-9A-Za-z+/_.~-]{16,}")
# Zephr's: access key, time, nonce and hash
_SIGNED = re.compile(r"([^:]*):\d{10,}:[^:]*:([^:]+)")
# AWS's: no secret, though some are long
_NAMES_OF_HEADERS = re.compile(r"\bSignedHeaders=[^,\s]*")

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
# An ellipsis alone is what a sentence has in the place of a value: "give credentials=..., or set ..."
_VALUE = r"(?!\.{3}(?![^&;,\s\"'<>\\]))[^&;,\s\"'<>\\]+"

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
        (rf"(\b{_AROUND}(?:{_NAMES}|x-amz-){_AROUND}=){_VALUE}", re.IGNORECASE, rf"\1{MASK}"),
        (rf"([?&;](?:key|sig|auth|code|hash)=){_VALUE}", re.IGNORECASE, rf"\1{MASK}"),
        # "name": "value" in JSON or a Python dict; inside a string its quotes have backslashes, as many at its end as before
        (
            rf"((\\{{0,8}})\"{_AROUND}{_NAMES}{_AROUND}\2\"\s{{0,8}}:\s{{0,8}}\2\")(?:(?!(?<!\\)\2\").)*",
            re.IGNORECASE | re.DOTALL,
            rf"\1{MASK}",
        ),
        (rf"('{_AROUND}{_NAMES}{_AROUND}'\s{{0,8}}:\s{{0,8}}')(?:[^'\\]|\\.)*", re.IGNORECASE, rf"\1{MASK}"),
        # a number, under a name that says no more than this
        (rf"(\"{_AROUND}{_NAMES}\"\s{{0,8}}:\s{{0,8}})-?\d[\d.eE+-]{{3,}}", re.IGNORECASE, rf"\1{MASK}"),
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
    shown = LONE_SURROGATE.sub("\ufffd", shown)  # which no stream could print
    return shown if len(text) <= 4 * most and len(shown) <= most else shown[: most - 1] + "…"


def hide(text: str, secrets: Iterable[str]) -> str:
    """The whole text without these secrets, whatever way they are written."""
    return covered(text, secrets, MASK)


def redact_value(value: Any, secrets: Iterable[str] = (), depth: int = 0) -> Any:
    """A JSON value without what looks like a secret, and without these known ones: a new one, of the same shape.

    What is nested deeper than anything that is meant is left out.
    """
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {
            redact(name, secrets): MASK if is_sensitive(name) and each else redact_value(each, secrets, depth + 1)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [redact_value(each, secrets, depth + 1) for each in value]
    if isinstance(value, int | float) and hide(str(value), secrets) != str(value):
        return MASK
    return redact(value, secrets) if isinstance(value, str) else value


def is_sensitive(name: str) -> bool:
    """Whether a header, parameter or field of this name holds a secret."""
    return _SENSITIVE_NAME.search(name) is not None


def secrets_of(url: httpx.URL, body: bytes = b"") -> set[str]:
    """What of a request must not be shown, should the service echo it: for the error path, where its cost is no matter.

    Values of query parameters, of JSON body fields and of form fields whose names say so, at any depth, also numbers; a short text
    or number that is sent alone, which may be a password.

    Args:
        url: of the request.
        body: its bytes.
    """
    found = {value for name, value in url.params.multi_items() if is_sensitive(name)}
    if url.password:
        found.add(url.password)
    if body:
        try:
            value = json.loads(body)
            alone = not isinstance(value, dict | list) and len(body) <= _LONGEST_TEXT
            found.update(sensitive_values(value, inside=alone))
        except (ValueError, RecursionError):
            found.update(_values_of_a_form(body[:_LONGEST_FORM]))
            if len(body) <= _LONGEST_TEXT:
                found.add(body.decode("utf-8", "replace"))
    return found


def sensitive_values(value: Any, *, inside: bool = False) -> Iterator[str]:
    """The strings and numbers of a JSON value that stand under a sensitive name, numbers as they may be written."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from sensitive_values(each, inside=inside or is_sensitive(str(name)))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from sensitive_values(each, inside=inside)
    elif inside and isinstance(value, str):
        yield value
    elif inside and isinstance(value, int | float) and len(str(value)) >= SHORTEST and not isinstance(value, bool):
        yield str(value)
        if isinstance(value, float) and value.is_integer():
            yield str(int(value))


def _values_of_a_form(body: bytes) -> Iterator[str]:
    text = body.decode("utf-8", "replace")
    with suppress(ValueError):  # more fields than a form has
        fields = parse_qsl(text, max_num_fields=_MOST_FIELDS)
        yield from (value for name, value in fields if is_sensitive(name))
    yield from (part["value"] for part in _PART.finditer(text) if is_sensitive(part["name"]))


def sent_secrets(headers: Iterable[tuple[bytes, bytes]]) -> set[str]:
    """What of a request's headers must not be shown, should the service echo it: also signatures made for it alone.

    Of a header whose name says so: its value; what follows the scheme; the parts of that which are a key, a digest or a hash, but not
    the time and the nonce in a signature, which help to find out what was wrong; what Basic credentials hold; each cookie's value.

    Args:
        headers: as they were sent, such as ``request.headers.raw``.
    """
    found = set[str]()
    for raw, value in headers:
        name, text = raw.decode("latin-1").lower(), value.decode("latin-1").strip()
        if name == "cookie":
            found.update(each.partition("=")[2].strip(' "') for each in text.split(";"))
        if is_sensitive(name):
            scheme, space, rest = text.partition(" ")
            found |= {text, rest, *_parts(scheme.lower(), rest if space else text)}
    return found - {""}


def _parts(scheme: str, credentials: str) -> Iterator[str]:
    """The secrets in what follows a scheme."""
    if scheme == "basic":
        with suppress(ValueError):
            user_and_password = b64decode(credentials, validate=True).decode("utf-8", "replace")
            yield user_and_password
            yield user_and_password.partition(":")[2]
    elif signed := _SIGNED.fullmatch(credentials):
        yield from signed.groups()
    else:
        named = _NAMES_OF_HEADERS.sub("", credentials)
        for text in (named, named.replace("/", " ")):  # which base64 has, and which stands behind AWS's access key
            yield from _KEY_OR_DIGEST.findall(text)
