"""The raw files of sessions."""

from __future__ import annotations

from functools import partial

from ..download import Download
from ..operation import Operation
from ..resource import Resource

JSON_ZIP = Operation(
    "cognitive3d.session_files.json_zip",
    "GET",
    "/v0/projects/{project_id}/sessions/{session_id}/jsonZipRequest",
    "bytes",
)


class SessionFiles(Resource):
    """The raw files of sessions."""

    def json_zip(self, project_id: int | str, session_id: str) -> Download:
        """Download all raw data of a session, as a zip archive of JSON files.

        ``GET /v0/projects/{projectId}/sessions/{sessionId}/jsonZipRequest``::

            async with client.session_files.json_zip(4460, "1749535200_9f1c") as file:
                await file.save("session.zip")

        Args:
            project_id: the project.
            session_id: the session.

        Raises:
            NotFoundError: there is none; raised by entering the block, as all errors are.
        """
        JSON_ZIP.url_path(project_id, session_id)
        return Download(partial(self._client.stream, JSON_ZIP, project_id, session_id))
