"""AWS Signature Version 4 as a service checks it, from AWS's own description ("Signature Version 4 for API requests").

Written from that description and not from this SDK's signer, nor from botocore, so that each holds the other to it.
"""

from __future__ import annotations

import re
from calendar import timegm
from hashlib import sha256
from hmac import compare_digest, digest
from time import strptime
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

from attrs import field, frozen

from ..gateway import MISSING_TOKEN
from ..kit import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW = 300.0
"""Seconds that a date may be off."""

MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and "
    "signing method. Consult the service documentation for details."
)
EXPIRED_TOKEN = "The security token included in the request is expired"  # noqa: S105 - the text of a message
INVALID_TOKEN = "The security token included in the request is invalid."  # noqa: S105 - likewise

_HEADER = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/,\s]+)/(?P<day>\d{8})/(?P<region>[^/,\s]+)/(?P<service>[^/,\s]+)/aws4_request,\s*"
    r"SignedHeaders=(?P<names>[a-z0-9;-]+),\s*Signature=(?P<signature>[0-9a-f]{64})",
    re.ASCII,
)
_DATE = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_SPACES = re.compile(r" {2,}")


@frozen
class Keys:
    """A key pair that requests may be signed with.

    Attributes:
        access_key: its id.
        secret_key: the secret.
        session_token: must come with it, where it is a temporary one.
    """

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@frozen
class Asked:
    """A request as its signature sees it.

    Attributes:
        method: in upper case.
        path: as on the wire.
        query: as on the wire, without its question mark.
        headers: names in lower case and values, in the order they came.
    """

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]

    def header(self, name: str) -> str | None:
        """The values of a header, joined; None where it did not come."""
        found = [_SPACES.sub(" ", value.strip()) for each, value in self.headers if each == name]
        return ",".join(found) if found else None


def signing_key(secret_key: str, day: str, region: str, service: str) -> bytes:
    """The key of one day, region and service."""
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, service, "aws4_request"):
        key = digest(key, part.encode(), "sha256")
    return key


def uri_encoded(text: str | bytes, keep: str = "") -> str:
    """Everything but letters, digits and ``-_.~`` as ``%XX`` in capitals."""
    return quote(text, safe=f"-_.~{keep}")


def canonical_query(query: str, without: Iterable[str] = ()) -> str:
    """Names and values decoded, encoded anew, and sorted."""
    pairs = []
    for each in filter(None, query.split("&")):
        name, _, value = each.partition("=")
        encoded = uri_encoded(unquote_to_bytes(name)), uri_encoded(unquote_to_bytes(value))
        if encoded[0] not in without:
            pairs.append(encoded)
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def signature(key: bytes, asked: Asked, path: str, query: str, names: Sequence[str], payload: str, scope: str) -> str:  # noqa: PLR0917
    """The signature of a request, in hexadecimal digits.

    Args:
        key: of `signing_key`.
        asked: the request.
        path: its canonical path.
        query: its canonical query.
        names: of the headers that are signed.
        payload: the hash of its body, or what stands for it.
        scope: day, region, service and ``aws4_request``; before them the date, after a newline.
    """
    headers = "".join(f"{name}:{asked.header(name) or ''}\n" for name in names)
    canonical = "\n".join((asked.method, path, query, headers, ";".join(names), payload))
    date, _, rest = scope.partition("\n")
    text = "\n".join((ALGORITHM, date, rest, sha256(canonical.encode()).hexdigest()))
    return digest(key, text.encode(), "sha256").hex()


def check(asked: Asked, body: bytes, keys: Mapping[str, Keys], *, region: str, now: float) -> Keys:
    """Let a request to API Gateway pass.

    Args:
        asked: the request.
        body: as it came over the wire.
        keys: those that there are, by their id.
        region: where the service is.
        now: seconds since the epoch.

    Returns:
        What it was signed with.

    Raises:
        RefusedError: 403, in the words of AWS.
    """
    header = asked.header("authorization")
    if header is None:
        raise RefusedError(403, MISSING_TOKEN)
    parts = _HEADER.fullmatch(header)
    if parts is None:
        raise RefusedError(
            403, "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters."
        )
    date = asked.header("x-amz-date") or ""
    if not _DATE.fullmatch(date):
        raise RefusedError(403, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if parts["service"] != "execute-api" or parts["region"] != region or parts["day"] != date[:8]:
        raise RefusedError(
            403, f"Credential should be scoped to a valid region, 'execute-api' and the date, not '{parts['region']}'"
        )
    known = keys.get(parts["key"])
    token = asked.header("x-amz-security-token")
    if known is None or token != known.session_token:
        raise RefusedError(403, INVALID_TOKEN)
    names = parts["names"].split(";")
    left_out = {name for name, _ in asked.headers if name == "host" or name.startswith("x-amz-")} - set(names)
    if left_out or names != sorted(names):
        raise RefusedError(403, f"'{', '.join(sorted(left_out))}' must be a 'SignedHeader' in the AWS Authorization.")
    payload = sha256(body).hexdigest()
    if asked.header("x-amz-content-sha256") not in (None, payload):
        raise RefusedError(403, "The provided 'x-amz-content-sha256' header does not match what was computed.")
    key = signing_key(known.secret_key, parts["day"], region, "execute-api")
    # API Gateway decodes nothing: what is encoded on the wire is encoded once more
    path = "/".join(uri_encoded(each) for each in asked.path.split("/"))
    scope = f"{date}\n{parts['day']}/{region}/execute-api/aws4_request"
    if not compare_digest(
        parts["signature"], signature(key, asked, path, canonical_query(asked.query), names, payload, scope)
    ):
        raise RefusedError(403, MISMATCH)
    off = timegm(strptime(date, "%Y%m%dT%H%M%SZ")) - now
    if off < -SKEW:
        raise RefusedError(
            403, f"Signature expired: {date} is now earlier than the least date that is accepted (5 min.)"
        )
    if off > SKEW:
        raise RefusedError(
            403, f"Signature not yet current: {date} is still later than the last date that is accepted (5 min.)"
        )
    return known
