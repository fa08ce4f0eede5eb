"""The Unleash live Platform: all its operations over one account's state, behind a gateway that checks signatures."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any
from uuid import UUID

from attrs import Factory, field, frozen
from starlette.requests import Request
from starlette.responses import Response

from ...http.clock import SYSTEM, Clock
from ...operation import Operation
from ...unleash import platform
from ...unleash.platform import devices
from ..gateway import Gateway, message
from ..kit import (
    Call,
    Canned,
    Door,
    MissingError,
    Part,
    Record,
    RefusedError,
    Relation,
    Shared,
    Things,
    answer,
    operations_of,
    table,
)
from .jobs import Jobs
from .library import STORAGE, LibraryPart
from .presigning import Presigner
from .signature import EXPIRED_TOKEN, Keys, check
from .storage import Storage, asked

_MOST_BODY = 10 * 1024 * 1024

TROUBLE = {
    "throttled": (429, "Too Many Requests"),
    "quota": (429, "Limit Exceeded"),
    "unavailable": (503, "Service Unavailable"),
    "broken": (502, "Internal server error"),
    "late": (504, "Endpoint request timed out"),
    "forbidden": (403, "Forbidden"),
    "too long": (413, "Request Too Long"),
    "expired": (403, EXPIRED_TOKEN),
}
"""What the gateway says by itself, by the name under which `UnleashPlatformService.fail_next` knows it."""


class PlatformVoice(Gateway):
    """The gateway's voice, and behind it that of the service, which names its errors."""

    def refused(self, refusal: RefusedError) -> Response:
        """Say why a request is refused."""
        if refusal.status in (400, 404, 409, 422):
            name = "NotFound" if isinstance(refusal, MissingError) else "ValidationError"
            return answer({"message": str(refusal), "name": name}, refusal.status)
        return super().refused(refusal)


@frozen(eq=False)
class UnleashPlatformService:
    """The Unleash live Platform below ``/prod``, its modelling and recognition too, and its storage at ``/prod/storage``.

    A client finds all of it with ``base_url=f"{url}/prod"``. What is created can be got, is listed, and is gone once it is deleted. It
    begins with the document's own examples, and with a device ``W123`` that has one picture in the session ``session-1``.

    Requests must be signed with the key pair; a signature is checked over the bytes that were received, as AWS describes it: hash of
    the body, scope, every ``x-amz-`` header, and a date that may be five minutes off. Files come in by presigned forms and URLs, whose
    policy, signature, size and time are checked, and which no credential may come with. They live on a disk of the service's own.

    Args:
        access_key: of the key pair.
        secret_key: of the key pair.
        session_token: must come with it, if set.
        stage: the name in the path.
        region: that requests must be signed for.
        job_seconds: how long a modelling job takes, by the clock.
        form_seconds: how long forms and URLs are good for.
        most: bytes that a form allows.
        stream_token: the one that `Devices.verify_token` finds valid.
        seed: any number; another one gives other ids.
        clock: the service's time.
    """

    access_key: str = "test-access"
    secret_key: str = field(default="test-secret", repr=False)
    session_token: str | None = field(default=None, repr=False)
    stage: str = "prod"
    region: str = "ap-southeast-2"
    job_seconds: float = 60.0
    form_seconds: float = 3600.0
    most: int = 5 * 1024**3
    stream_token: str = field(default="test-stream-token", repr=False)
    seed: int = 1
    clock: Clock = field(default=SYSTEM, repr=False)
    storage: Storage = field(
        init=False,
        repr=False,
        default=Factory(
            lambda self: Storage(Presigner(self.clock, self.region, self.form_seconds, self.most)), takes_self=True
        ),
    )
    _trouble: list[str] = field(init=False, repr=False, factory=list)
    _door: Door = field(init=False, repr=False, default=Factory(lambda self: self._opened(), takes_self=True))

    @property
    def prefix(self) -> str:
        """The stage."""
        return f"/{self.stage}"

    def fail_next(self, trouble: str, times: int = 1) -> None:
        """Let the gateway answer the next requests by itself.

        Args:
            trouble: a name in `TROUBLE`.
            times: how many requests.

        Raises:
            KeyError: there is no such trouble.
        """
        TROUBLE[trouble]
        self._trouble.extend([trouble] * times)

    async def respond(self, request: Request, path: str) -> Response:
        """Answer a request; `path` is its raw path below the prefix."""
        if path.startswith(f"{STORAGE}/"):
            response = await self.storage.respond(request, path.removeprefix(STORAGE))
        elif self._trouble:
            response = message(*TROUBLE[self._trouble.pop(0)])
            response.headers.update(self._door.shared.voice.headers())
        else:
            return await self._door.respond(request, path)
        response.headers["date"] = formatdate(self.clock.time(), usegmt=True)
        return response

    def _admit(self, _: Operation, request: Request, body: bytes) -> Record:
        keys = Keys(self.access_key, self.secret_key, self.session_token)
        check(asked(request), body, {keys.access_key: keys}, region=self.region, now=self.clock.time())
        if len(body) > _MOST_BODY:
            raise RefusedError(413, "Request Too Long")
        return {}

    def _opened(self) -> Door:
        shared = Shared(
            system="unleash_platform",
            operations=operations_of(platform),
            voice=PlatformVoice(self.seed),
            clock=self.clock,
            seed=self.seed,
            id_of=lambda digits: str(UUID(digits)),
        )
        companies = Things(shared, "companies", "Company", make=self._stamped)
        users = Things(shared, "users", "User", make=self._stamped, own_id=True)
        devices_ = Things(shared, "devices", "Device", make=self._stamped, own_id=True)
        devices_.put({"name": "Mavic 2", "description": "survey drone", "hwstats": "{}", "usage": "{}"}, "W123")
        library = LibraryPart(shared, self.storage, {})
        self.storage.put("u/W123/session-1/216.JPG", b"\xff\xd8" + bytes(121))
        parts: tuple[Part, ...] = (
            companies,
            users,
            devices_,
            *(Things(shared, f"{each}s", each.title(), make=self._stamped) for each in ("plan", "product", "addon")),
            Relation(
                shared=shared,
                name="User of the company",
                left=companies,
                right=users,
                add="companies.add_user",
                remove="companies.remove_user",
                rights="companies.users",
                lefts="users.companies",
                member="userId",
            ),
            Relation(
                shared=shared,
                name="Device of the company",
                left=companies,
                right=devices_,
                add="companies.add_device",
                remove="companies.remove_device",
                rights="companies.devices",
                lefts="devices.companies",
                member="deviceId",
            ),
            Relation(
                shared=shared,
                name="Device of the user",
                left=users,
                right=devices_,
                add="users.add_device",
                remove="users.remove_device",
                rights="users.devices",
                member="deviceId",
            ),
            *(
                Canned(shared, each)
                for each in (
                    "users.stream_model",
                    "modelling.stitch",
                    "recognition.process",
                    "media.crop",
                    "media.concat",
                )
            ),
            library,
            Jobs(shared, library, self.job_seconds),
        )
        handlers = {**table(*parts), devices.VERIFY_TOKEN: lambda call: self._verified(devices_, call)}
        return Door(shared, handlers, self._admit, self.prefix)

    def _verified(self, things: Things, call: Call) -> Response:
        device, token = call.path
        things.require(device)
        return answer({"valid": token == self.stream_token})

    def _stamped(self, _: Call, body: Any, before: Record | None) -> Record:
        """What is sent goes over what was there; the service says when."""
        now = datetime.fromtimestamp(self.clock.time(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"createdAt": now, **(before or {}), **body, "updatedAt": now}
