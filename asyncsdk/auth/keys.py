"""Signers of one fixed header: API keys, tokens, passwords."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from attrs import field, frozen

from ..chain.signing import Signer

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpx

    from ..chain.signing import Header


@frozen
class HeaderSigner(Signer):
    """One fixed header: an API key, a Bearer token, an organization key.

    Args:
        name: the header, lower case.
        value: its whole value.
        key: the secret inside the value.
    """

    name: str
    value: str = field(repr=False)
    key: str = field(repr=False)

    def headers(self, request: httpx.Request, body: bytes) -> tuple[Header, ...]:  # noqa: ARG002
        """The one header."""
        return ((self.name.encode(), self.value.encode()),)

    def secrets(self) -> Iterable[str]:
        """The key, the header's value, and what of that comes after its scheme."""
        return (self.key, self.value, self.value.rpartition(" ")[2])


def bearer(key: str) -> HeaderSigner:
    """``Authorization: Bearer {key}``."""
    return HeaderSigner("authorization", f"Bearer {key}", key)


def jwt(token: str) -> HeaderSigner:
    """``Authorization: JWT {token}``, Livepeer's own scheme."""
    return HeaderSigner("authorization", f"JWT {token}", token)


def basic(user: str, key: str) -> HeaderSigner:
    """``Authorization: Basic``, the base64 form of ``{user}:{key}``."""
    return HeaderSigner("authorization", f"Basic {base64.b64encode(f'{user}:{key}'.encode()).decode()}", key)


def organization_key(key: str) -> HeaderSigner:
    """Cognitive3D's key: ``APIKEY:ORGANIZATION {key}``.

    Keys made since May 2025 start ``orgkey-`` and go as they are, as does one that brings its ``APIKEY:`` .
    """
    value = key if key.startswith(("orgkey-", "APIKEY:")) else f"APIKEY:ORGANIZATION {key}"
    return HeaderSigner("authorization", value, key.rpartition(" ")[2])


def developer_key(key: str) -> HeaderSigner:
    """Cognitive3D's key for uploads: ``APIKEY:DEVELOPER {key}``; one that brings its ``APIKEY:`` goes as it is."""
    value = key if key.startswith("APIKEY:") else f"APIKEY:DEVELOPER {key}"
    return HeaderSigner("authorization", value, key.rpartition(" ")[2])
