"""How Cognitive3D says no: in words, in JSON, or with a page of HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from ..kit import Voice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..kit import RefusedError


class CognitiveVoice(Voice):
    """400 and 401 are text, what a gateway says is a page, all else is JSON."""

    def refused(self, refusal: RefusedError) -> Response:
        """Say why a request is refused."""
        if refusal.status in (400, 401):
            return PlainTextResponse(str(refusal), refusal.status)
        if refusal.status >= 500:
            page = f"<html><head><title>{refusal.status} {refusal}</title></head><body>nginx</body></html>"
            return HTMLResponse(page, refusal.status)
        return super().refused(refusal)


class DataVoice(CognitiveVoice):
    """The data host's, whose every answer has a header by which it is known from a captive portal's."""

    def headers(self) -> Mapping[str, str]:
        """What stands on every answer."""
        return {"cvr-request-time": "4"}
