"""The user schema (section "User Schema"): which attributes users have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..codec import Model, Receipt, wire
from ..operation import Operation
from ..paging import Pager
from .listing import BlaizeResource


@frozen(kw_only=True)
class SchemaField(Model):
    """One attribute that users have.

    Attributes:
        slug: its name among the attributes.
        label: for people.
        internal_description: for the tenant's own people.
        public_description: for visitors.
        required: whether each user must have it.
        decision_point: whether rules may ask for it.
        validation_expression: a regular expression for its value.
        input_type: how it is asked for, e.g. ``"text"``.
        select_options: what can be chosen, as a text; the document's example has the word ``"null"``.
        range_start: the least value of a range.
        range_end: the greatest.
        range_step: what lies between two.
    """

    slug: str = wire("slug", always=True)
    label: str | None = None
    internal_description: str | None = wire("internal-description")
    public_description: str | None = wire("public-description")
    required: bool | None = None
    decision_point: bool | None = wire("decision-point")
    validation_expression: str | None = wire("validation-expression")
    input_type: str | None = wire("input-type")
    select_options: str | None = wire("select-options")
    range_start: float | None = wire("range-start")
    range_end: float | None = wire("range-end")
    range_step: float | None = wire("range-step")


LIST = Operation("blaize.user_schema.list", "GET", "/v3/schema/users", "array")
GET = Operation("blaize.user_schema.get", "GET", "/v3/schema/users/{slug}", "object")
DELETE = Operation("blaize.user_schema.delete", "DELETE", "/v3/schema/users/{slug}", "none")
SAVE = Operation("blaize.user_schema.save", "PUT", "/v3/schema/users/{slug}", "none", body=SchemaField)


class UserSchema(BlaizeResource):
    """Which attributes users have."""

    def list(self) -> Pager[SchemaField]:
        """List the attributes.

        ``GET /v3/schema/users``, section "User Schema".

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=SchemaField)

    async def get(self, slug: str) -> SchemaField:
        """Get one attribute.

        ``GET /v3/schema/users/{slug}``, section "Schema Slug".

        Args:
            slug: the attribute.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, slug, of=SchemaField)

    async def delete(self, slug: str) -> Receipt:
        """Delete an attribute.

        ``DELETE /v3/schema/users/{slug}``, section "Schema Slug".

        Args:
            slug: the attribute.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, slug)

    async def save(self, slug: str, field: SchemaField | Mapping[str, Any]) -> Receipt:
        """Create or replace an attribute.

        ``PUT /v3/schema/users/{slug}``, section "Schema Slug". 201 for a new one, 200 for one that was there.

        Args:
            slug: the attribute.
            field: what it is to be.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(SAVE, slug, body=field)
