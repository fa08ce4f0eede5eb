"""What of this service's requests is secret though its name does not say so, and an error without it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ...errors import APIError, DecodeError
from ...http.redact import MASK, hide, redact_value

if TYPE_CHECKING:
    from ...errors import SDKError
    from ...operation import Operation

# An API token's id is the key itself.
_KEYS = "/api-token"
# What of the service's own words may hold such a key or URL, under no name that tells.
_TOLD = (_KEYS, "/object-store", "/push-target")
# URLs of these hold credentials, or a stream key as their last part.
_URLS = ("/object-store", "/push-target", "/stream")


def conceal(error: SDKError, operation: Operation, path: Iterable[object], body: bytes) -> None:
    """Take out of an error what a service may have echoed.

    Args:
        error: of a call.
        operation: what was called.
        path: the values of its path parameters.
        body: what was sent.
    """
    secrets = set(_secrets(operation, path, body))
    error.args = (hide(error.message, secrets), *error.args[1:])
    if isinstance(error, APIError):
        error.body = hide(error.body, secrets)
        error.detail = error.detail and hide(error.detail, secrets)
        error.value = redact_value(error.value, secrets)
        error.code = error.code and hide(error.code, secrets)
        error.request_id = error.request_id and hide(error.request_id, secrets)
        error.headers = {name: hide(value, secrets) for name, value in error.headers.items()}
    elif isinstance(error, DecodeError):
        error.snippet = MASK if operation.path.startswith(_TOLD) else hide(error.snippet, secrets)


def _secrets(operation: Operation, path: Iterable[object], body: bytes) -> Iterator[str]:
    if operation.path.startswith(_KEYS):
        yield from (str(each) for each in path)
    if body and operation.path.startswith(_URLS):
        for url in _urls(json.loads(body)):
            yield url
            rest = url.partition("://")[2]
            yield rest.rpartition("/")[2]
            if "@" in rest:
                yield from map(unquote, rest.rpartition("@")[0].split(":"))


def _urls(value: Any) -> Iterator[str]:
    """The URLs in a body, at any depth."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name == "url" and isinstance(each, str):
                yield each
            else:
                yield from _urls(each)
    elif isinstance(value, list):
        for each in value:
            yield from _urls(each)
