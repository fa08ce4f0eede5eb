"""The tenant itself: its settings, its certificate, its cache."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ....blaize import cache, certs, configuration as operations
from ...kit import RefusedError, answer, said
from ..samples import CERT, CONFIGURATION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ....operation import Operation
    from ...kit import Call, Handler, Record
    from ..shared import BlaizeShared


class Settings:
    """The tenant itself: its settings, its certificate, its cache.

    Args:
        shared: what all parts share.
    """

    def __init__(self, shared: BlaizeShared) -> None:
        self._configuration = dict(CONFIGURATION) if shared.examples else {}
        self._cert: Record | None = CERT if shared.examples else None

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
