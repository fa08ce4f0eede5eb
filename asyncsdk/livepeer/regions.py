"""Regions: which orchestrators work where (section "/region/{region}")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from ..body import checked
from ..codec import Model, Receipt, from_dict
from ..http.reply import Reply
from ..operation import Operation
from ..paging import Pager, at_once
from .listing import LivepeerResource
from .rules.writes import only


@frozen(kw_only=True)
class Orchestrator(Model):
    """What transcodes.

    Attributes:
        address: e.g. ``"https://10.0.0.1:8935"``.
    """

    address: str | None = None


@frozen(kw_only=True)
class Region(Model):
    """A region.

    Attributes:
        region: its name, e.g. ``"ber"``.
        orchestrators: what transcodes there.
        id: its name once more, where it is told.
        kind: ``"region"``, where it is told.
    """

    region: str | None = None
    orchestrators: tuple[Orchestrator, ...] | None = None
    id: str | None = None
    kind: str | None = None


_SAVED = ("region", "orchestrators")

LIST = Operation("livepeer.regions.list", "GET", "/region", "array")
GET = Operation("livepeer.regions.get", "GET", "/region/{region}", "object")
SAVE = Operation(
    "livepeer.regions.save", "PUT", "/region/{region}", "object", body=Region, required=("region", "orchestrators")
)
DELETE = Operation("livepeer.regions.delete", "DELETE", "/region/{region}", "none", "unsent")


class Regions(LivepeerResource):
    """Which orchestrators work where."""

    def list(self) -> Pager[Region]:
        """List the regions that have orchestrators.

        ``GET /region``. The service gives one list of the orchestrators of all regions, from which the regions are put together.
        Needs no credentials.

        Raises:
            SDKError: from the iteration.
        """
        return at_once(lambda: self._call(LIST, into=by_region)).told(LIST.id, {})

    async def get(self, region: str) -> Region:
        """Get one region.

        ``GET /region/{region}``, section "/region/{region}". Needs no credentials.

        Args:
            region: its name.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, region, of=Region)

    async def save(self, region: str, orchestrators: Region | Mapping[str, Any]) -> Region:
        """Create or replace a region.

        ``PUT /region/{region}``, section "/region/{region}". Needs an administrator.

        Args:
            region: its name.
            orchestrators: the region as it is to be, under the same name.

        Raises:
            ValueError, TypeError: a field that is missing or of the wrong type; nothing was sent.
            PermissionDeniedError: no administrator.
            NotFoundError: the names differ.
        """
        return await self._get(SAVE, region, of=Region, body=only(checked(SAVE, orchestrators), _SAVED))

    async def delete(self, region: str) -> Receipt:
        """Delete a region.

        ``DELETE /region/{region}``, section "/region/{region}". Needs an administrator. Servers of the document's release always
        answer 500, so it is not tried again.

        Args:
            region: its name.

        Raises:
            PermissionDeniedError: no administrator.
            ServerError: the server is of such a release.
        """
        return await self._do(DELETE, region)


def by_region(reply: Reply) -> Sequence[Region]:
    """The regions of a list of orchestrators, each of which tells its region; or of a list of regions.

    Raises:
        DecodeError: no list of objects.
    """
    found = reply.json()
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise reply.unreadable("a list of objects was promised")
    regions: dict[object, list[Mapping[str, Any]]] = {}
    whole: list[Mapping[str, Any]] = []
    for each in found:
        if "address" in each:
            rest = {name: value for name, value in each.items() if name != "region"}
            regions.setdefault(str(each.get("region")), []).append(rest)
        else:
            whole.append(each)
    made = [{"region": name, "orchestrators": some} for name, some in regions.items()]
    return [from_dict(Region, each) for each in (*whole, *made)]
