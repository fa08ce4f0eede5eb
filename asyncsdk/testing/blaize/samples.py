"""What the document prints and no row of the table holds, as the tenant that a new service begins with.

The document's examples do not fit together (the user of one is unknown to the next), so Joe Blow stands for all its users.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..documents import Body, Document, documents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..kit import Record

_DOCUMENTS = documents("blaize")


def _of(path: str) -> Document:
    return _DOCUMENTS[f"blaize.{path}"]


def _sent(path: str) -> Any:
    """The body that the document sends to an operation."""
    request = _of(path).request
    assert isinstance(request, Body)
    return request.example


USER: Record = _of("users.get").example
USER_ID: str = USER["user_id"]
PASSWORD: str = _sent("users.create")["validators"]["password"]
SESSION_ID: str = _of("sessions.create").example["session_id"]

ACCOUNT_ID = _of("accounts.get").path_params["id"]

ADMINISTRATORS: Mapping[str, str] = {
    _of("admin.users.create").example["user_id"]: _sent("admin.users.create")["identifiers"]["email_address"],
    _of("admin.sessions.get").example["user_id"]: _of("admin.roles.get").example["email"],
}
"""Their addresses, by id."""

OAUTH_CODE: str = _sent("oauth2.exchange_code")["code"]
REFRESH_TOKEN: str = _sent("oauth2.refresh")["refresh_token"]
SCOPE: str = _of("oauth2.refresh").example["scope"]

PROMO_CODE: Record = _of("promo_codes.list").example["data"]["listBraintreePromoCodes"][0]
CERT: Record = _sent("certs.create")
CONFIGURATION: Record = _of("configuration.get").example
FEATURE_RULE: Record = _of("feature_rules.versions.get").example
LOGIN: Record = _of("decision_engine.decide").example
"""Whoever is not known is sent to sign in."""
