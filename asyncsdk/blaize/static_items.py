"""Static items (section "Static Item"): texts that the CDN serves by id."""

from __future__ import annotations

from attrs import frozen

from ..codec import Model, Receipt, wire
from ..operation import Operation
from ..paging import Pager
from .listing import BlaizeResource


@frozen(kw_only=True)
class StaticItem(Model):
    """A static item; a list has the ids alone.

    Attributes:
        id: of the item.
        item: its text.
    """

    id: str = wire("id", always=True)
    item: str | None = None


LIST = Operation("blaize.static_items.list", "GET", "/v3/static", "results")
GET = Operation("blaize.static_items.get", "GET", "/v3/static/{id}", "object")
DELETE = Operation("blaize.static_items.delete", "DELETE", "/v3/static/{id}", "none")
SAVE = Operation("blaize.static_items.save", "PUT", "/v3/static/{id}", "none", body=str)


class StaticItems(BlaizeResource):
    """The tenant's static items."""

    def list(self) -> Pager[StaticItem]:
        """List the ids of the static items.

        ``GET /v3/static``, section "Static Items".

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=StaticItem)

    async def get(self, id: str) -> StaticItem:
        """Get one static item.

        ``GET /v3/static/{id}``, section "Static Item".

        Args:
            id: the item.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, id, of=StaticItem)

    async def delete(self, id: str) -> Receipt:
        """Delete a static item.

        ``DELETE /v3/static/{id}``, section "Static Item".

        Args:
            id: the item.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, id)

    async def save(self, id: str, item: str | bytes) -> Receipt:
        """Create or replace a static item.

        ``PUT /v3/static/{id}``, section "Static Item". The body is the text itself, as it is: it is never made JSON of, though
        the document calls it ``application/json``. 201 for a new one, 200 for one that was there.

        Args:
            id: the item.
            item: its text.

        Raises:
            TypeError: neither str nor bytes; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(SAVE, id, body=item)
