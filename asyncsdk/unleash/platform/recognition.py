"""Recognition (section "Unleash Recognition"): an add-on run over files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ...codec import Model, Receipt, wire
from ...operation import Operation
from .model import SessionFile
from .resource import PlatformResource
from .rules import items_with, ruled


@frozen(kw_only=True)
class RecognitionOptions(Model):
    """What to run.

    Attributes:
        addon_id: the add-on.
        clip_length: seconds of the clips that it makes.
    """

    addon_id: str | None = wire("addonId")
    clip_length: float | None = wire("clipLength")


@frozen(kw_only=True)
class RecognitionJob(Model):
    """What to run over which files.

    Attributes:
        device_id: what recorded them.
        items: the files.
        options: what to run.
    """

    device_id: str | None = wire("deviceId")
    items: tuple[SessionFile, ...] | None = ruled("items", items_with("sessionId", "fileName"))
    options: RecognitionOptions | None = None


PROCESS = Operation(
    "unleash_platform.recognition.process",
    "POST",
    "/cv/process",
    "none",
    "unsent",
    body=RecognitionJob,
    required=("deviceId", "items", "options", "options.addonId", "options.clipLength"),
    host="modelling",
)


class Recognition(PlatformResource):
    """Add-ons run over files."""

    async def process(self, job: RecognitionJob | Mapping[str, Any]) -> Receipt:
        """Start to run an add-on over files; the results come some minutes later.

        ``POST /cv/process``, section "Start CV job". Never sent twice by itself. It gives no task to wait for.

        Args:
            job: what to run over which files.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
        """
        return await self._do(PROCESS, body=job)
