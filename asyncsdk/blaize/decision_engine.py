"""The decision engine (section "Decision Engine"): what a request to the site would be answered."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import md5
from typing import Any

from attrs import frozen

from ..codec import Model, wire
from ..operation import Operation
from ..resource import Resource


@frozen(kw_only=True)
class DecisionRequest(Model):
    """A request to the site, as the engine is to judge it.

    Attributes:
        path: of the request; required.
        http_method: e.g. ``"GET"``.
        session: the visitor's session id; never shown in a repr.
        foreign_keys: system to id, another way to say who the visitor is.
        request_headers: of the visitor's request.
        content_metadata: what the rules may ask of the content, e.g. ``publishedDate``.
        jwt: a token of the visitor; never shown in a repr.
        btr: the trusted referrer, as `trusted_referrer` computes it; never shown in a repr.
    """

    path: str | None = None
    http_method: str | None = None
    session: str | None = wire("session", secret=True)
    foreign_keys: Mapping[str, Any] | None = None
    request_headers: Mapping[str, str] | None = None
    content_metadata: Mapping[str, Any] | None = None
    jwt: str | None = wire("jwt", secret=True)
    btr: str | None = wire("btr", secret=True)


@frozen(kw_only=True)
class DecisionResponse(Model):
    """The answer that the visitor is to get.

    Attributes:
        status: the HTTP status as the service writes it, a text: ``"301"``; `status_code` is the number.
        body: of the answer.
        headers: of the answer, e.g. ``Location``.
    """

    status: str | None = None
    body: str | None = None
    headers: Mapping[str, str] | None = None

    @property
    def status_code(self) -> int | None:
        """The status as a number; None where the service sent none."""
        try:
            return None if self.status is None else int(self.status)
        except (TypeError, ValueError):
            return None


DECIDE = Operation(
    "blaize.decision_engine.decide",
    "POST",
    "/v3/decision-engine",
    "object",
    "unsent",
    body=DecisionRequest,
    required=("path",),
)


def trusted_referrer(path: str, secret: str) -> str:
    """The ``btr`` of a decision request: it proves that a trusted site sent the visitor.

    Args:
        path: as in `DecisionRequest.path`.
        secret: the tenant's trusted referrer secret.

    Returns:
        The hexadecimal MD5 of the path, a bar and the secret (section "Decision Engine").
    """
    # MD5 is what the service compares with; it guards nothing else
    return md5(f"{path}|{secret}".encode(), usedforsecurity=False).hexdigest()


class DecisionEngine(Resource):
    """The decision engine."""

    async def decide(self, request: DecisionRequest | Mapping[str, Any]) -> DecisionResponse:
        """Ask what a request to the site is to be answered.

        ``POST /v3/decision-engine``, section "Decision Engine". It counts as a use: meters and credits go down, so it is
        never sent twice by itself.

        Args:
            request: ``path`` is required.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
            ConflictError: the service cannot decide.
        """
        return await self._get(DECIDE, of=DecisionResponse, body=request)
