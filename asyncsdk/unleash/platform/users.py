"""Users (section "User"): their data, devices and companies. Signing up and in is Cognito's business."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ...codec import Model, Receipt, wire
from ...operation import Operation
from ...paging import Pager
from .model import Company, Device, OfDevice, Presigned, User
from .resource import PlatformResource
from .rules import FILE_NAME, ruled
from .transfer.source import Progress, Source
from .transfer.upload import UploadResult, upload


@frozen(kw_only=True)
class LogoUpload(Model):
    """What a logo's URL is asked for.

    Attributes:
        company_id: whose logo it is.
        filename: what it is called.
    """

    company_id: str | None = wire("companyId")
    filename: str | None = ruled("filename", FILE_NAME)


@frozen(kw_only=True)
class StreamModel(Model):
    """The model that runs on a user's stream.

    Attributes:
        model_id: its id.
        model_name: for people.
        pb_path: where it is.
        pb_txt_path: where its labels are.
    """

    model_id: str = wire("modelId", always=True)
    model_name: str | None = wire("modelName")
    pb_path: str | None = wire("pbPath")
    pb_txt_path: str | None = wire("pbTxtPath")


CREATE = Operation(
    "unleash_platform.users.create",
    "POST",
    "/user",
    "object",
    "unsent",
    body=User,
    required=("username", "fullName", "email"),
)
GET = Operation("unleash_platform.users.get", "GET", "/user/{id}", "object")
LIST = Operation("unleash_platform.users.list", "GET", "/user", "array")
UPDATE = Operation("unleash_platform.users.update", "PATCH", "/user/{id}", "object", "unsent", body=User)
COMPANIES = Operation("unleash_platform.users.companies", "GET", "/user/{id}/company", "array")
CREATE_LOGO_UPLOAD = Operation(
    "unleash_platform.users.create_logo_upload",
    "POST",
    "/user/uploadLogo",
    "object",
    "unsent",
    body=LogoUpload,
    required=("companyId", "filename"),
)
ADD_DEVICE = Operation(
    "unleash_platform.users.add_device",
    "POST",
    "/user/{id}/device/",
    "none",
    "unsent",
    body=OfDevice,
    required=("deviceId",),
)
DEVICES = Operation("unleash_platform.users.devices", "GET", "/user/{id}/device", "array")
REMOVE_DEVICE = Operation(
    "unleash_platform.users.remove_device",
    "DELETE",
    "/user/{id}/device",
    "none",
    body=OfDevice,
    required=("deviceId",),
)
STREAM_MODEL = Operation("unleash_platform.users.stream_model", "GET", "/user/{token}/model", "object")


class Users(PlatformResource):
    """Users, their devices and companies."""

    async def create(self, user: User | Mapping[str, Any]) -> User:
        """Create what the service keeps of a user who has signed up.

        ``POST /user``, section "Create user". Never sent twice by itself.

        Args:
            user: who it is; ``username``, ``full_name`` and ``email`` are required, and ``id`` is the Cognito identity.

        Raises:
            TypeError, ValueError: a field that is missing, of the wrong type, or breaks the document's rule; nothing was sent.
            UnprocessableError: the service refuses it.
        """
        return await self._get(CREATE, body=user, of=User)

    async def get(self, id: str) -> User:
        """Get one user.

        ``GET /user/{id}``, section "Get user".

        Args:
            id: the user; a Cognito identity id such as ``ap-southeast-2:b9be243f-...``.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, id, of=User)

    def list(self) -> Pager[User]:
        """List the users.

        ``GET /user``, section "List users". It comes in one answer.

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=User)

    async def update(self, id: str, user: User | Mapping[str, Any]) -> User:
        """Change some attributes of a user.

        ``PATCH /user/{id}``, section "Update user". Never sent twice by itself.

        Args:
            id: the user.
            user: the attributes to change; the others stay as they are.

        Raises:
            TypeError, ValueError: a field of the wrong type, or one that breaks the document's rule; nothing was sent.
            NotFoundError: there is none.
        """
        return await self._get(UPDATE, id, body=user, of=User)

    def companies(self, id: str) -> Pager[Company]:
        """List the companies of a user.

        ``GET /user/{id}/company``, section "List user's companies".

        Args:
            id: the user.

        Raises:
            NotFoundError: there is none; from the iteration.
        """
        return self._list(COMPANIES, id, of=Company)

    async def create_logo_upload(self, logo: LogoUpload | Mapping[str, Any]) -> Presigned:
        """Ask where a company's logo may be sent; `upload_logo` does that and sends it.

        ``POST /user/uploadLogo``, section "Upload company logo". Never sent twice by itself.

        Args:
            logo: whose it is and what it is called.

        Raises:
            TypeError, ValueError: a field that is missing or of the wrong type; nothing was sent.
        """
        return await self._get(CREATE_LOGO_UPLOAD, body=logo, of=Presigned)

    async def upload_logo(
        self,
        file: Source,
        *,
        company_id: str,
        filename: str | None = None,
        size: int | None = None,
        progress: Progress | None = None,
    ) -> UploadResult:
        """Send a company's logo, from disk straight to the storage.

        Args:
            file: as `Library.upload` takes it.
            company_id: whose logo it is.
            filename: what it is to be called; by default as the file is.
            size: bytes of an async iterable, if known.
            progress: as `Library.upload` takes it.

        Raises:
            As `Library.upload`.
        """

        async def ask(name: str) -> Presigned:
            return await self.create_logo_upload(LogoUpload(company_id=company_id, filename=name))

        return await upload(
            self._client,
            "unleash_platform.users.upload_logo",
            ask,
            file,
            filename=filename,
            size=size,
            progress=progress,
        )

    async def add_device(self, id: str, device: OfDevice | Mapping[str, Any]) -> Receipt:
        """Assign a device to a user.

        ``POST /user/{id}/device/``, section "Add user device"; the slash at the end is the document's. Never sent twice by itself.

        Args:
            id: the user.
            device: ``{"deviceId": ...}``.

        Raises:
            TypeError, ValueError: no device is named; nothing was sent.
            NotFoundError: there is no such user or device.
        """
        return await self._do(ADD_DEVICE, id, body=device)

    def devices(self, id: str) -> Pager[Device]:
        """List the devices of a user.

        ``GET /user/{id}/device``, section "List user's devices", which prints the path of the companies by mistake.

        Args:
            id: the user.

        Raises:
            NotFoundError: there is none; from the iteration.
        """
        return self._list(DEVICES, id, of=Device)

    async def remove_device(self, id: str, device: OfDevice | Mapping[str, Any]) -> Receipt:
        """Take a device away from a user.

        ``DELETE /user/{id}/device``, section "Remove user device association". The device stands in the body.

        Args:
            id: the user.
            device: ``{"deviceId": ...}``.

        Raises:
            TypeError, ValueError: no device is named; nothing was sent.
            NotFoundError: there is no such user, or the device is not one of theirs.
        """
        return await self._do(REMOVE_DEVICE, id, body=device)

    async def stream_model(self, token: str) -> StreamModel:
        """Get the model that runs on a user's stream.

        ``GET /user/{token}/model``, section "Get user stream model".

        Args:
            token: the user's stream token, not the id.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(STREAM_MODEL, token, of=StreamModel)
