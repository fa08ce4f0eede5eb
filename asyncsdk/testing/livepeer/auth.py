"""Who asks: API tokens, JWTs and Basic, as the server checks them. It says 403, or 500, and never 401."""

from __future__ import annotations

import binascii
import hmac
import json
import re
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import field, frozen

from ..kit import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.responses import Response

    from .tables import Record, Tables
    from .wire import Asked

Need = Literal["nobody", "user", "unverified", "admin", "any_admin", "session"]
"""Who may call: ``unverified`` is any user, ``admin`` one with a JWT, ``any_admin`` one with any credentials, ``session`` a JWT."""

Row: TypeAlias = "tuple[Need, Callable[[Asked], Response]]"
"""Who may call an operation, and what answers it."""

_SECRET = b"sandbox"
_AUDIENCE = "livepeer"


@frozen
class Who:
    """Who asks.

    Attributes:
        user: the user; nothing for nobody.
        token: the API token, if it is one.
        by_session: whether by a JWT.
    """

    user: Mapping[str, Any] = field(factory=dict)
    token: Mapping[str, Any] | None = None
    by_session: bool = False


def jwt_of(claims: Mapping[str, Any]) -> str:
    """A JWT, signed by the sandbox.

    Args:
        claims: ``sub`` is the user; ``aud`` and ``exp`` (seconds since the epoch) as one likes.
    """
    parts = ({"alg": "HS256", "typ": "JWT"}, {"aud": _AUDIENCE, **claims})
    text = ".".join(_base64(json.dumps(each, separators=(",", ":")).encode()) for each in parts)
    return f"{text}.{_base64(hmac.digest(_SECRET, text.encode(), 'sha256'))}"


def _base64(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _denied(text: str, status: int = 403) -> RefusedError:
    return RefusedError(status, text)


def admitted(tables: Tables, header: str | None, need: Need, method: str, path: str) -> Who:
    """Who asks, once it is known that they may.

    Args:
        tables: users and tokens.
        header: the value of ``Authorization``.
        need: who may.
        method: of the request.
        path: of the request, below the base URL.

    Raises:
        RefusedError: 403, 500: they may not.
    """
    if need == "nobody":
        return Who()
    if header is None:
        raise _denied("no authorization header provided")
    who = _known(tables, header, need)
    user = who.user
    if user.get("suspended"):
        raise _denied("user is suspended")
    if need != "unverified" and not user.get("emailValid") and not user.get("admin"):
        raise _denied(
            f"useremail {user.get('email')} has not been verified. Please check your inbox for verification email."
        )
    if need in ("admin", "any_admin") and not (user.get("admin") and (who.by_session or need == "any_admin")):
        raise _denied("user does not have admin priviledges")
    if who.token is not None and not tables.old and not _allows(who.token, method, path):
        raise _denied("credential has insufficent privileges")
    _note(tables, who)
    return who


def _known(tables: Tables, header: str, need: Need) -> Who:
    scheme, _, value = header.partition(" ")
    by_key = {"Bearer"} if tables.old else {"Bearer", "Basic"}
    if scheme == "JWT":
        return Who(_user_of(tables, value, header), by_session=True)
    if scheme not in by_key or (need == "session" and not tables.old):
        if tables.old:
            raise _denied(f"no user found for token {header}", 500)
        raise _denied(f"unsupported authorization type {scheme}")
    owner, key = _basic(value) if scheme == "Basic" else (None, value)
    token = tables.tokens.get(key)
    if token is None or token.get("deleted") or (owner is not None and token["userId"] != owner):
        raise _denied(f"no token object {header} found" if tables.old else f"no token {key} found")
    user = tables.users.get(token["userId"])
    if user is None:
        raise _denied(f"no user found for token {header}", 500)
    return Who(user, token)


def _basic(value: str) -> tuple[str, str]:
    try:
        owner, _, key = b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        owner = key = ""
    return owner, key


def _user_of(tables: Tables, token: str, header: str) -> Mapping[str, Any]:
    text, _, signature = token.rpartition(".")
    if token.count(".") != 2:
        raise _denied("jwt malformed")
    if not hmac.compare_digest(_base64(hmac.digest(_SECRET, text.encode(), "sha256")).encode(), signature.encode()):
        raise _denied("invalid signature")
    part = text.partition(".")[2]
    claims = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    if "exp" in claims and claims["exp"] < tables.clock.time():
        raise _denied("jwt expired")
    if claims.get("aud") != _AUDIENCE:
        raise _denied(f"jwt audience invalid. expected: {_AUDIENCE}")
    user = tables.users.get(claims.get("sub", ""))
    if user is None:
        raise _denied(f"no user found for token {header}", 500)
    return user


def _allows(token: Mapping[str, Any], method: str, path: str) -> bool:
    """Whether the rules of a token let a request through; without rules all do."""
    access = token.get("access")
    if not access or access.get("rules") is None:
        return True
    return any(
        any(_matches(each, path) for each in rule.get("resources", ()))
        and (rule.get("methods") is None or method.lower() in rule["methods"])
        for rule in access["rules"]
    )


def _matches(resource: str, path: str) -> bool:
    pattern = "/".join("[^/]+" if part == "*" else re.escape(part) for part in resource.strip("/").split("/"))
    return re.fullmatch(pattern, path.strip("/")) is not None


def _note(tables: Tables, who: Who) -> None:
    """Note when credentials were last used."""
    now = tables.now()
    seen: list[Record] = [tables.users[who.user["id"]]]
    if who.token is not None:
        seen.append(tables.tokens[who.token["id"]])
    for each in seen:
        each["lastSeen"] = now
