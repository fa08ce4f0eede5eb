"""Who may come in: signatures over the bytes that were received (docs/services/blaize.md).

Written from the vendor's description and not from this SDK's signer, so that the one holds the other to it.
"""

from __future__ import annotations

import re
from collections import deque
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING

from ...kit import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ....http.clock import Clock

_HEADER = re.compile(r"(ZEPHR|BLAIZE)-HMAC-SHA256 ([^: ]+):([0-9]{1,15}):([^: ]+):([0-9a-f]{64})", re.ASCII)

REMEMBERED = 1 << 17
"""How many nonces are kept; of more within the tolerance, the oldest are forgotten."""


def signature(*parts: bytes) -> str:
    """The plain SHA-256 of all parts, with nothing between them, in lower-case hexadecimal digits."""
    return sha256(b"".join(parts)).hexdigest()


class Signatures:
    """Checks the ``Authorization`` header of requests, and remembers the nonces.

    Args:
        secret_of: from an access key to its secret; None for an unknown one.
        clock: the service's.
        tolerance: seconds that a timestamp may be off.
    """

    def __init__(self, secret_of: Callable[[str], str | None], clock: Clock, tolerance: float) -> None:
        self._secret_of = secret_of
        self._clock = clock
        self._tolerance = tolerance
        self._seen: set[bytes] = set()
        self._order: deque[tuple[float, bytes]] = deque()

    def check(self, header: str, method: str, path: bytes, query: bytes, body: bytes) -> None:
        """Let a request pass, once.

        Args:
            header: the value of ``Authorization``.
            method: in upper case.
            path: as it came over the wire.
            query: as it came over the wire, without its question mark.
            body: as it came over the wire.

        Raises:
            RefusedError: 401; says why.
        """
        parts = _HEADER.fullmatch(header)
        if parts is None:
            raise RefusedError(401, "Authorization is not 'ZEPHR-HMAC-SHA256 access_key:timestamp:nonce:hash'")
        scheme, access_key, timestamp, nonce, given = parts.groups()
        secret = self._secret_of(access_key)
        if secret is None:
            raise RefusedError(401, "The access key is unknown")
        # the legacy scheme leaves the query out
        signed_query = query if scheme == "ZEPHR" else b""
        parts_signed = (secret.encode(), body, path, signed_query, f"{method}{timestamp}{nonce}".encode())
        if not compare_digest(given, signature(*parts_signed)):
            raise RefusedError(401, "The hash does not match the request")
        now = self._clock.time()
        if abs(int(timestamp) / 1000 - now) > self._tolerance:
            raise RefusedError(401, f"The timestamp is more than {self._tolerance:g} seconds off the service's clock")
        self._use(f"{access_key}:{nonce}", now)

    def _use(self, nonce: str, now: float) -> None:
        while self._order and self._order[0][0] < now:
            self._forget()
        digest = sha256(nonce.encode()).digest()
        if digest in self._seen:
            raise RefusedError(401, "The nonce has been used before")
        if len(self._order) >= REMEMBERED:
            self._forget()
        self._seen.add(digest)
        # a timestamp may be ahead by the tolerance, and is good until it is behind by as much
        self._order.append((now + 2 * self._tolerance, digest))

    def _forget(self) -> None:
        self._seen.discard(self._order.popleft()[1])
