"""Modelling (section "Unleash Modelling"): from the pictures of a session to a map or a model, which may take an hour."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from ...codec import Model, Receipt, keep_wire, wire
from ...codec.reading import from_dict
from ...errors import JobFailedError
from ...http.reply import Reply
from ...operation import Operation, segment
from .model import Presigned, SessionFile
from .resource import PlatformResource
from .rules import FILE_NAME, items_with, ruled
from .transfer.source import Progress, Source
from .transfer.upload import UploadResult, upload


@frozen(kw_only=True)
class ModellingUpload(Model):
    """What a picture's URL is asked for.

    Attributes:
        device_id: what took it.
        session_id: the session: a number here, a text everywhere else.
        file_name: what it is called.
    """

    device_id: str | None = wire("deviceId")
    session_id: int | None = wire("sessionId", secret=False)
    file_name: str | None = ruled("fileName", FILE_NAME)


@frozen(kw_only=True)
class Stitch(Model):
    """Which pictures to put together.

    Attributes:
        device_id: what took them.
        items: the pictures.
    """

    device_id: str | None = wire("deviceId")
    items: tuple[SessionFile, ...] | None = ruled("items", items_with("sessionId", "fileName"))


@frozen(kw_only=True)
class ModellingJob(Model):
    """Which session to make a model of.

    Attributes:
        identity_id: the Cognito identity id of the user.
        device_id: what took the pictures.
        session_id: the session.
        input_size: about how large the pictures are together, in MB; the service does not use it yet.
    """

    identity_id: str | None = wire("identityId")
    device_id: str | None = wire("deviceId")
    session_id: str | None = wire("sessionId", secret=False)
    input_size: float | None = wire("inputSize")


@frozen(kw_only=True)
class ModellingTask(Model):
    """A job that was started.

    Attributes:
        task_arn: its ARN.
    """

    task_arn: str = wire("taskArn", always=True)


CREATE_UPLOAD = Operation(
    "unleash_platform.modelling.create_upload",
    "POST",
    "/unleash/upload-link",
    "object",
    "unsent",
    body=ModellingUpload,
    required=("deviceId", "sessionId", "fileName"),
    host="modelling",
)
STITCH = Operation(
    "unleash_platform.modelling.stitch",
    "POST",
    "/unleash/stitch",
    "none",
    "unsent",
    body=Stitch,
    required=("deviceId", "items"),
    host="modelling",
)
PROCESS = Operation(
    "unleash_platform.modelling.process",
    "POST",
    "/odm/process",
    "any",
    "unsent",
    body=ModellingJob,
    required=("identityId", "deviceId", "sessionId"),
)
STATUS = Operation("unleash_platform.modelling.status", "GET", "/odm/status/{task_arn}", "scalar")


class Modelling(PlatformResource):
    """Maps and models of pictures."""

    async def create_upload(self, picture: ModellingUpload | Mapping[str, Any]) -> Presigned:
        """Ask where a picture may be sent; `upload` does that and sends it.

        ``POST /unleash/upload-link``, section "Upload the files". Never sent twice by itself.

        Args:
            picture: what took it, the session as a number, and what it is called.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
        """
        return await self._get(CREATE_UPLOAD, body=picture, of=Presigned)

    async def upload(
        self,
        file: Source,
        *,
        device_id: str,
        session_id: int,
        filename: str | None = None,
        size: int | None = None,
        progress: Progress | None = None,
    ) -> UploadResult:
        """Send a picture, from disk straight to the storage, with a PUT.

        Args:
            file: as `Library.upload` takes it.
            device_id: what took it.
            session_id: the session: a number here.
            filename: what it is to be called; by default as the file is.
            size: bytes of an async iterable, if known.
            progress: as `Library.upload` takes it.

        Raises:
            As `Library.upload`.
        """

        async def ask(name: str) -> Presigned:
            return await self.create_upload(ModellingUpload(device_id=device_id, session_id=session_id, file_name=name))

        return await upload(
            self._client,
            "unleash_platform.modelling.upload",
            ask,
            file,
            filename=filename,
            size=size,
            progress=progress,
        )

    async def stitch(self, pictures: Stitch | Mapping[str, Any]) -> Receipt:
        """Start to put pictures together that are in the storage; the result comes into the library, up to an hour later.

        ``POST /unleash/stitch``, section "Start modelling". Never sent twice by itself. It gives no task to wait for.

        Args:
            pictures: which.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
        """
        return await self._do(STITCH, body=pictures)

    async def process(self, job: ModellingJob | Mapping[str, Any]) -> ModellingTask:
        """Start to make a model of a session.

        ``POST /odm/process``, section "Start task". Never sent twice by itself: where the answer is lost, the error says that the
        outcome is unknown.

        Args:
            job: whose session, and which.

        Returns:
            The task, for `wait` and `status`.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
        """
        return await self._call(PROCESS, body=job, into=_task)

    async def status(self, task_arn: str) -> str:
        """Tell how far a job is: ``"PENDING"``, ``"RUNNING"``, ``"STOPPED"`` (done) or ``"FAILED"``.

        ``GET /odm/status/{task}``, section "Query modelling status". The path holds the ARN in base64.

        Args:
            task_arn: the task's ARN.

        Raises:
            ValueError: an empty one.
            NotFoundError: there is no such task.
        """
        segment(task_arn, "task_arn")
        return await self._call(STATUS, b64encode(task_arn.encode()).decode(), into=_status)

    async def wait(
        self,
        task: ModellingTask | str,
        *,
        timeout: float | None = 7200.0,  # noqa: ASYNC109  # of the job, in which each question has its own
        on_status: Callable[[str], None] | None = None,
    ) -> str:
        """Wait until a job is done: ask again and again, more slowly each time.

        Throttling, errors of the gateway and lost connections are waited out. It may be cancelled at any time, which leaves the job
        alone.

        Args:
            task: what `process` gave, or its ARN.
            timeout: seconds for all of it; None for no limit. The document says "up to an hour".
            on_status: told each status that differs from the one before.

        Returns:
            ``"STOPPED"``.

        Raises:
            JobFailedError: the job has failed.
            TimeoutError: it is not done in time; its ``resume`` is the ARN to go on with.
            ValueError: there is no ARN.
        """
        arn = (task if isinstance(task, str) else getattr(task, "task_arn", None)) or ""
        segment(arn, "task_arn")
        before = ""

        def done(status: str) -> bool:
            nonlocal before
            if status != before and on_status is not None:
                on_status(status)
            before = status
            if status == "FAILED":
                raise JobFailedError(f"the modelling task {arn} has failed", operation=STATUS.id)
            return status == "STOPPED"

        found: str = await self._client.wait_until(
            lambda: self.status(arn), done, deadline=timeout, what=f"the modelling task {arn}", resume=arn
        )
        return found


def _task(reply: Reply) -> ModellingTask:
    value = reply.json()
    if isinstance(value, str) and value:
        task = ModellingTask(task_arn=value)
        keep_wire(task, value)
        return task
    if not isinstance(value, Mapping):
        raise reply.unreadable(f"a task was promised, not {type(value).__name__}")
    return from_dict(ModellingTask, value)


def _status(reply: Reply) -> str:
    """The status, from a JSON string or from a bare word."""
    text = reply.body.decode("utf-8-sig", "replace").strip()
    value = text if text.isalpha() and text != "null" else reply.json()
    if not isinstance(value, str):
        raise reply.unreadable(f"a status was promised, not {type(value).__name__}")
    return value
