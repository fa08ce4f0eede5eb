"""Forms (section "Form"): what visitors fill in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..codec import Model, Receipt, wire
from ..operation import Operation
from ..paging import Pager
from .listing import BlaizeResource


@frozen(kw_only=True)
class FormField(Model):
    """One field of a form.

    Attributes:
        slug: of the field in the user schema.
        placeholder: what stands in it before it is filled in.
        required: whether it must be filled in.
        order: its place in the form, from 1.
    """

    slug: str | None = None
    placeholder: str | None = None
    required: bool | None = None
    order: int | None = None


@frozen(kw_only=True)
class Form(Model):
    """A form.

    Attributes:
        title: for people.
        internal_description: for the tenant's own people.
        public_description: for visitors.
        registration: whether it is filled in to register.
        fields: what it asks.
    """

    title: str | None = None
    internal_description: str | None = wire("internal-description")
    public_description: str | None = wire("public-description")
    registration: bool | None = None
    fields: tuple[FormField, ...] | None = None


LIST = Operation("blaize.forms.list", "GET", "/v3/forms", "results")
GET = Operation("blaize.forms.get", "GET", "/v3/forms/{slug}", "object")
DELETE = Operation("blaize.forms.delete", "DELETE", "/v3/forms/{slug}", "none")
SAVE = Operation("blaize.forms.save", "PUT", "/v3/forms/{slug}", "none", body=Form)


class Forms(BlaizeResource):
    """The tenant's forms."""

    def list(self) -> Pager[Form]:
        """List the forms.

        ``GET /v3/forms``, section "Forms".

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=Form)

    async def get(self, slug: str) -> Form:
        """Get one form.

        ``GET /v3/forms/{slug}``, section "Form".

        Args:
            slug: the form.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, slug, of=Form)

    async def delete(self, slug: str) -> Receipt:
        """Delete a form.

        ``DELETE /v3/forms/{slug}``, section "Form".

        Args:
            slug: the form.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, slug)

    async def save(self, slug: str, form: Form | Mapping[str, Any]) -> Receipt:
        """Create or replace a form.

        ``PUT /v3/forms/{slug}``, section "Form". 201 for a new one, 200 for one that was there.

        Args:
            slug: the form.
            form: what it is to be.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(SAVE, slug, body=form)
