"""Modelling jobs, which take their time by the service's clock."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

from attrs import field, frozen

from ...unleash.platform import modelling
from ..kit import MissingError, answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ...operation import Operation
    from ..kit import Call, Handler, Shared
    from .library import LibraryPart


@frozen
class _Job:
    device: str
    session: str
    began: float
    fails: bool


@frozen(eq=False)
class Jobs:
    """Modelling jobs: one of a session without media files fails.

    Attributes:
        shared: what all parts share.
        library: where the pictures are, and the results come.
        seconds: how long a job takes; a tenth of that it is PENDING.
    """

    shared: Shared
    library: LibraryPart
    seconds: float
    _jobs: dict[str, _Job] = field(factory=dict, init=False)

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        return {modelling.PROCESS: self._process, modelling.STATUS: self._status}

    def _process(self, call: Call) -> Response:
        body = call.json()
        device, session = body["deviceId"], body["sessionId"]
        arn = f"arn:aws:ecs:ap-southeast-2:1:task/{self.shared.new_id()}"
        self._jobs[arn] = _Job(device, session, self.shared.clock.time(), not self.library.media(device, session))
        return answer({"taskArn": arn})

    def _status(self, call: Call) -> Response:
        try:
            arn = b64decode(call.path[0], validate=True).decode()
        except ValueError:
            raise MissingError("Task") from None
        if arn not in self._jobs:
            raise MissingError("Task")
        job = self._jobs[arn]
        passed = self.shared.clock.time() - job.began
        if passed < self.seconds:
            return answer("PENDING" if passed < self.seconds / 10 else "RUNNING")
        if job.fails:
            return answer("FAILED")
        key = f"modelling/{arn.rpartition('/')[2]}/code/odm.tif"
        if key not in self.library.storage.objects:
            self.library.storage.put(key, b"II*\0")
            self.library.solutions.setdefault((job.device, job.session), []).append(key)
        return answer("STOPPED")
