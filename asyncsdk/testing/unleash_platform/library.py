"""The library: where files may be sent, which there are, and that they are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from ...unleash.platform import library, modelling, users
from ..kit import RefusedError, answer
from .storage import BUCKET

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.responses import Response

    from ...operation import Operation
    from ..kit import Call, Handler, Shared
    from .storage import Storage, Stored

STORAGE = "/storage"
"""Where the storage is, below the Platform's own prefix."""

_WHO = "u"


@frozen(eq=False)
class LibraryPart:
    """Media files and solutions.

    Attributes:
        shared: what all parts share.
        storage: where they are.
        solutions: the keys of what modelling has made, by device and session.
    """

    shared: Shared
    storage: Storage
    solutions: dict[tuple[str, str], list[str]]

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        return {
            library.CREATE_UPLOAD: self._form,
            library.SESSION_MEDIA: lambda call: self._listed(call, self.media(*call.path)),
            library.DEVICE_MEDIA: lambda call: self._listed(call, self.media(*call.path)),
            library.MEDIA: lambda call: self._listed(call, self.media()),
            library.SESSIONS: self._sessions,
            library.SOLUTIONS: self._solutions,
            library.DELETE: self._delete,
            users.CREATE_LOGO_UPLOAD: self._logo,
            modelling.CREATE_UPLOAD: self._picture,
        }

    def media(self, *path: str) -> Iterable[Stored]:
        """The media files of a session, of a device, or all."""
        prefix = "/".join((_WHO, *path, ""))
        return [each for key, each in self.storage.objects.items() if key.startswith(prefix)]

    def _form(self, call: Call) -> Response:
        body = call.json()
        key = _key(body["deviceId"], body["sessionId"], body["filename"])
        url = f"{call.base_url}{STORAGE}/{BUCKET}"
        return answer({"url": url, "fields": self.storage.presigner.form(key, BUCKET)})

    def _logo(self, call: Call) -> Response:
        body = call.json()
        return answer({"url": self._url(call, "PUT", f"logos/{body['companyId']}/{body['filename']}")})

    def _picture(self, call: Call) -> Response:
        body = call.json()
        return answer({"url": self._url(call, "PUT", _key(body["deviceId"], body["sessionId"], body["fileName"]))})

    def _url(self, call: Call, method: str, key: str) -> str:
        base = call.request.url
        path = self.storage.path_of(f"{call.prefix}{STORAGE}", key)
        return self.storage.presigner.url(method, f"{base.scheme}://{base.netloc}", path, base.netloc)

    def _listed(self, call: Call, found: Iterable[Stored]) -> Response:
        return answer([self._shown(call, each) for each in found])

    def _shown(self, call: Call, each: Stored) -> dict[str, Any]:
        return {"key": f"{BUCKET}/{each.key}", "size": each.size, "url": self._url(call, "GET", each.key)}

    def _sessions(self, call: Call) -> Response:
        found = dict.fromkeys(each.key.split("/")[2] for each in self.media(*call.path))
        return answer([{"sessionId": each} for each in found])

    def _solutions(self, call: Call) -> Response:
        device, session = call.path
        keys = self.solutions.get((device, session), ())
        return self._listed(call, [self.storage.objects[key] for key in keys if key in self.storage.objects])

    def _delete(self, call: Call) -> Response:
        for key in call.json()["objectKeys"]:
            self.storage.remove(key.removeprefix(f"{BUCKET}/"))
        return answer({})


def _key(device: str, session: object, filename: str) -> str:
    if "/" in device or "/" in str(session) or not filename:
        raise RefusedError(422, "deviceId and sessionId must not hold a slash")
    return f"{_WHO}/{device}/{session}/{filename}"
