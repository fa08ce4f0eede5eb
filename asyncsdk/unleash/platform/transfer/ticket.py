"""What a presigned form or URL allows, read before anything is sent. Pure."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ....errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 5 * 1024**3
"""Bytes that the storage takes in one request."""

# the digests of no bytes at all, which a signer that was given no body puts into a URL
_OF_NOTHING = {
    "x-amz-checksum-crc32": "AAAAAA==",
    "x-amz-checksum-crc32c": "AAAAAA==",
    "x-amz-checksum-crc64nvme": "AAAAAAAAAAA=",
    "x-amz-checksum-sha1": "2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
    "x-amz-checksum-sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
}
_FRAMING = frozenset({"host", "content-length"})


def policy_of(fields: Mapping[str, str]) -> Mapping[str, Any]:
    """The policy in a form's fields; nothing where there is none that can be read."""
    text = next((value for name, value in fields.items() if name.lower() == "policy"), "")
    try:
        found = json.loads(b64decode(text, validate=True))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def size_range(fields: Mapping[str, str]) -> tuple[int, int] | None:
    """The least and the most bytes that a form's policy allows; None where it does not say."""
    conditions = policy_of(fields).get("conditions")
    for each in conditions if isinstance(conditions, list) else ():
        if isinstance(each, list) and len(each) == 3 and str(each[0]).lower() == "content-length-range":
            try:
                return int(each[1]), int(each[2])
            except (TypeError, ValueError):
                return None
    return None


def refuse_size(size: int, fields: Mapping[str, str] | None = None) -> None:
    """Refuse what the storage would refuse only after it has all of it.

    Raises:
        ValueError: too large or too small; says what is allowed.
    """
    if size > MOST:
        raise ValueError(f"the file has {size} bytes, and the storage takes at most 5 GB ({MOST}) in one request")
    allowed = size_range(fields or {})
    if allowed is not None and not allowed[0] <= size <= allowed[1]:
        raise ValueError(f"the file has {size} bytes, and the form allows {allowed[0]} to {allowed[1]}")


def ends_of(url: str, fields: Mapping[str, str] | None) -> float | None:
    """When a form or URL ends, by the clock of whoever signed it, in seconds since the epoch; None where it does not say."""
    try:
        if fields is not None:
            ends = datetime.fromisoformat(policy_of(fields)["expiration"])
            return (ends if ends.tzinfo else ends.replace(tzinfo=UTC)).timestamp()
        asked = _query_of(url)
        signed = datetime.strptime(asked["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return signed.timestamp() + int(asked["x-amz-expires"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def headers_of(url: str, content_type: str, size: int) -> dict[str, str]:
    """The headers that a presigned PUT must carry: those that are signed and no others.

    Args:
        url: as it was issued.
        content_type: of the file, where the URL has signed one.
        size: of the file, for a URL that carries the checksum of nothing.

    Raises:
        ConfigurationError: the URL cannot serve for this file, whatever is done.
    """
    asked = _query_of(url)
    for name, digest in _OF_NOTHING.items():
        if size and asked.get(name, "").replace(" ", "+") == digest:
            raise ConfigurationError(
                f"the presigned URL carries the checksum of an empty file ({name}), so that the storage would refuse this one: "
                "its signer must calculate checksums only where they are required"
            )
    headers = {}
    for name in asked.get("x-amz-signedheaders", "").lower().split(";"):
        if name == "content-type":
            headers["Content-Type"] = content_type
        elif name and name not in _FRAMING:
            if name not in asked:
                raise ConfigurationError(f"the presigned URL has signed the header {name}, whose value nobody has told")
            headers[name] = asked[name]
    return headers


def key_of(url: str, fields: Mapping[str, str] | None, filename: str) -> str:
    """The key under which the file is stored, as far as the form or the URL tells."""
    if fields is None:
        return unquote(urlsplit(url).path).lstrip("/")
    key = next((value for name, value in fields.items() if name.lower() == "key"), "")
    return key.replace("${filename}", filename)


def _query_of(url: str) -> dict[str, str]:
    return {name.lower(): value for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
