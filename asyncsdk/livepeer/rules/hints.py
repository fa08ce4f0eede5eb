"""What an error of this service means where its own words mislead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import APIError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...errors import SDKError

_BY_STATUS: Mapping[int, str] = {
    402: "Stripe refuses the payment",
    403: "the service says 403 for missing, wrong or expired credentials as well as for a lack of permission: authentication or permission",
    406: "a webhook's URL must be an http or https one",
    410: "only a stream that is live can be terminated",
    413: "a body may have at most 100 kB",
    501: "this server has no ingest configured, without which it has no sessions",
}

_BY_WORDS = (
    ("unsupported authorization type Bearer", "API tokens are managed with a JWT only: users.login, then with_session"),
    ("unsupported authorization type", "the scheme must be Bearer, JWT or Basic, in this very case"),
    ("no user found for token", "the user of these credentials is gone"),
    ("not been verified", "the user must verify the e-mail address first: users.verify_email"),
    ("eq is not defined", "servers of this release cannot delete a region"),
    ("reading 'userId'", "there is no such webhook"),
    ("reading 'length'", "one of the ids is unknown"),
)


def hint(error: APIError) -> str | None:
    """What to add to an error's message; None where that says it all."""
    if error.status_code == 404 and "html" in error.headers.get("content-type", ""):
        return "this server has no such operation at this path: an older release, or a wrong base_url"
    for words, meaning in _BY_WORDS:
        if words in error.message:
            return meaning
    return _BY_STATUS.get(error.status_code)


def explain(error: SDKError) -> None:
    """Add to an error's message what the service does not say."""
    if isinstance(error, APIError) and (found := hint(error)) is not None and found not in error.message:
        error.args = (f"{error.message} ({found})", *error.args[1:])
