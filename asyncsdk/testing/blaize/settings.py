"""The tenant itself: its settings, its certificate, its cache."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...blaize import cache, certs, configuration as operations
from . import samples
from .call import RefusedError, answer, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ...operation import Operation
    from .call import Call, Handler
    from .store import Record


class Settings:
    """The tenant itself: its settings, its certificate, its cache.

    Args:
        examples: whether the document's settings and certificate are there at first.
    """

    def __init__(self, *, examples: bool) -> None:
        self._configuration = dict(samples.CONFIGURATION) if examples else {}
        self._cert: Record | None = samples.CERT if examples else None

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        return {
            operations.SAVE: self._save,
            operations.GET: lambda _: answer(self._configuration),
            operations.INITIALIZE: lambda _: said("Tenant installed successfully"),
            certs.CREATE: self._create_cert,
            certs.DELETE: self._delete_cert,
            cache.EVICT_ORIGIN: _evict,
        }

    def _save(self, call: Call) -> Response:
        self._configuration.update(call.json())
        return said("Configuration saved successfully")

    def _create_cert(self, call: Call) -> Response:
        self._cert = call.json()
        return said("Cert created successfully", 201)

    def _delete_cert(self, _: Call) -> Response:
        if self._cert is None:
            raise RefusedError(404, "Cert not found")
        self._cert = None
        return said("Cert deleted successfully")


def _evict(call: Call) -> Response:
    pattern = call.text()
    if len(pattern.splitlines()) != 1:
        raise RefusedError(400, "The body must be one line, and not empty")
    try:
        re.compile(pattern)
    except re.error as error:
        # Java's expressions have escapes that Python's have not, such as \p{L}
        if not error.msg.startswith("bad escape"):
            raise RefusedError(400, f"The body is no regular expression: {error.msg}") from None
    return said("Evicted")
