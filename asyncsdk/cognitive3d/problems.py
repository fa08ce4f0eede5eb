"""What the service's refusals may mean: it says little, and its roles and keys are of several kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import APIError, AuthenticationError, PermissionDeniedError

if TYPE_CHECKING:
    from ..operation import Operation

# By what an operation's path below the client begins with: the smallest scope that covers it ("Authorization" in the API overview).
_SCOPES = (
    ("scenes.", "scene"),
    ("session_files.", "scene"),
    ("media.", "scene"),
    ("", "project"),
)


def explained(error: APIError, operation: Operation) -> None:
    """Say in the message of a 401 or 403 what may be wrong with the key.

    Args:
        error: as it was raised; changed in place.
        operation: what was called.
    """
    if isinstance(error, AuthenticationError):
        if "expired" in f"{error.message} {error.body}".casefold():
            hint = "the key has expired: create another one (Organization Settings, Manage API Keys)"
        else:
            key = "developer_key" if operation.host else "api_key"
            hint = f"{key} is not known to this host; organization keys and developer keys are different ones"
    elif isinstance(error, PermissionDeniedError):
        scope = next(scope for start, scope in _SCOPES if operation.python.startswith(start))
        hint = f"the key may lack the scope {scope}"
        if operation.host:
            hint += ", or may only read: uploads want a developer key"
    else:
        return
    error.args = (f"{error.message} ({hint})", *error.args[1:])
