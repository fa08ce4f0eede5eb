"""What Amazon API Gateway, which stands in front of Unleash live, says by itself (docs/services/unleash-analytics.md)."""

from __future__ import annotations

from base64 import b64encode
from hashlib import blake2b
from itertools import count
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from starlette.responses import Response

from .kit.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .kit.call import RefusedError

FORBIDDEN = "Forbidden"
MISSING_TOKEN = "Missing Authentication Token"  # noqa: S105 - the text of a message

_ERROR_TYPES = {
    FORBIDDEN: "ForbiddenException",
    MISSING_TOKEN: "MissingAuthenticationTokenException",
    "Too Many Requests": "TooManyRequestsException",
    "Limit Exceeded": "LimitExceededException",
    "Service Unavailable": "ServiceUnavailableException",
    "Internal server error": "InternalServerErrorException",
    "Endpoint request timed out": "InternalServerErrorException",
}


def request_ids(seed: int = 0) -> Iterator[dict[str, str]]:
    """The headers that name a request, one pair after the other: made up, and the same in each run."""
    for number in count():
        digest = blake2b(f"{seed}/{number}".encode(), digest_size=26).digest()
        yield {
            "x-amzn-RequestId": str(UUID(bytes=digest[:16], version=4)),
            "x-amz-apigw-id": b64encode(digest[16:], altchars=b"-_").decode(),
        }


def message(status: int, text: str, **headers: str) -> Response:
    """An error as the gateway words it: ``{"message": ...}``, with its kind in a header where the gateway made it."""
    if text in _ERROR_TYPES:
        headers["x-amzn-ErrorType"] = _ERROR_TYPES[text]
    return Response(msgspec.json.encode({"message": text}), status, headers, "application/json")


class Gateway(Voice):
    """The voice of a system behind the gateway: to it, a path or method that does not exist is one without credentials.

    Args:
        seed: any number; another one gives other request ids.
    """

    def __init__(self, seed: int = 0) -> None:
        self._ids = request_ids(seed)

    def refused(self, refusal: RefusedError) -> Response:
        """Say why a request is refused."""
        return message(refusal.status, str(refusal))

    def no_route(self, _: Sequence[str], /) -> Response:
        """Say that there is no such operation."""
        return message(403, MISSING_TOKEN)

    def headers(self) -> Mapping[str, str]:
        """The request's ids."""
        return next(self._ids)
