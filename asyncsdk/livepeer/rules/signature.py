"""The signature of what this service sends: HMAC-SHA256 over the body, as `Livepeer-Signature` brings it."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable

from ...errors import WebhookError

_TIME = re.compile(r"[0-9]{1,16}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII | re.IGNORECASE)

# Milliseconds of any year from 1973 on are more than this, and seconds of any year to come are less.
_LEAST_MILLISECONDS = 100_000_000_000


def not_genuine(why: str) -> WebhookError:
    """The error for a request that this service has not sent, or that was sent long ago."""
    return WebhookError(f"this request is not from Livepeer: {why}")


def no_event(why: str) -> WebhookError:
    """The error for a request that this service has signed, and that tells of nothing."""
    return WebhookError(f"this request is no event of Livepeer's: {why}", unreadable=True)


def raw(body: object) -> bytes:
    """The bytes of a body.

    Raises:
        TypeError: a body that somebody has parsed already, whose bytes are lost.
        WebhookError: a text that has no bytes.
    """
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body)
    if isinstance(body, str):
        try:
            return body.encode()
        except UnicodeEncodeError:
            raise not_genuine("the signature does not fit") from None
    raise TypeError(
        f"the signature is over the raw body: give the bytes of the request, not {type(body).__name__}; "
        "a body that was parsed and dumped again has others"
    )


def keys(secret: object) -> list[bytes]:
    """The shared secrets.

    Raises:
        TypeError: no text.
        ValueError: none, or an empty one, with which anybody could sign.
    """
    given: list[object] = (
        list(secret) if isinstance(secret, Iterable) and not isinstance(secret, str | bytes) else [secret]
    )
    found = [each.encode() if isinstance(each, str) else each for each in given if isinstance(each, str | bytes)]
    if len(found) != len(given):
        raise TypeError("secret must be the webhook's shared secret, or a list of them")
    if not found or not all(found):
        raise ValueError("secret must not be empty: anybody could sign with it")
    return found


def check(body: bytes, header: str | None, secrets: Iterable[bytes]) -> int:
    """Hold a body against its signature, in constant time.

    Args:
        body: as it came.
        header: the value of ``Livepeer-Signature``.
        secrets: any of which may have signed.

    Returns:
        The header's ``t``, which no signature covers.

    Raises:
        WebhookError: no signature, or none that fits.
    """
    times, digests = _parts(header)
    if len(times) != 1 or _TIME.fullmatch(times[0]) is None or not digests:
        raise not_genuine("it has no signature that can be read")
    fits = False
    for secret in secrets:
        expected = hmac.new(secret, body, "sha256").hexdigest().encode()
        for digest in digests:
            fits |= hmac.compare_digest(expected, digest)
    if not fits:
        raise not_genuine("the signature does not fit")
    return int(times[0])


def _parts(header: str | None) -> tuple[list[str], list[bytes]]:
    """Each ``t`` and each ``v1`` of a signature; other versions may stand beside them."""
    pairs = [part.strip().partition("=") for part in header.split(",")] if isinstance(header, str) else []
    times = [value for name, _, value in pairs if name == "t"]
    # those of another form could not be compared: they are no digests
    digests = [value.lower().encode() for name, _, value in pairs if name == "v1" and _DIGEST.fullmatch(value)]
    return times, digests


def seconds(value: object) -> float | None:
    """A time in seconds or, as its size tells, in milliseconds, as seconds since the epoch; None where it is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value / 1000 if abs(value) >= _LEAST_MILLISECONDS else float(value)
