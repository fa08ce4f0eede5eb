"""Request rules (section "Request Rules"): what the site answers to whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..codec import Model, Receipt
from ..operation import Operation
from ..paging import Pager
from .listing import BlaizeResource


@frozen(kw_only=True)
class RequestConditions(Model):
    """Which requests a rule is about.

    Attributes:
        url_pattern: a regular expression for the path.
        method: the HTTP method.
    """

    url_pattern: str | None = None
    method: str | None = None


@frozen(kw_only=True)
class RequestRule(Model):
    """A request rule.

    Attributes:
        label: for people.
        conditions: which requests it is about.
        requirements_script: says what a visitor must have.
        action_script: says what is answered.
        script_type: e.g. ``"javascript"``.
        graph_state: the editor's picture of the rule: JSON in a text.
        editing_mode: e.g. ``"manual"``.
    """

    label: str | None = None
    conditions: RequestConditions | None = None
    requirements_script: str | None = None
    action_script: str | None = None
    script_type: str | None = None
    graph_state: str | None = None
    editing_mode: str | None = None


LIST = Operation("blaize.request_rules.list", "GET", "/v3/request-rules", "results")
SAVE = Operation("blaize.request_rules.save", "PUT", "/v3/request-rules", "none", body=RequestRule)
GET = Operation("blaize.request_rules.get", "GET", "/v3/request-rules/{id}", "object")
DELETE = Operation("blaize.request_rules.delete", "DELETE", "/v3/request-rules/{id}", "none")


class RequestRules(BlaizeResource):
    """The tenant's request rules."""

    def list(self) -> Pager[RequestRule]:
        """List the request rules.

        ``GET /v3/request-rules``, section "Request Rules List".

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=RequestRule)

    async def save(self, rule: RequestRule | Mapping[str, Any]) -> Receipt:
        """Create or replace a request rule.

        ``PUT /v3/request-rules``, section "Request Rules List". 201 for a new one, 200 for one that was there; the path names
        none, so the service tells them apart by what is in them.

        Args:
            rule: what it is to be.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(SAVE, body=rule)

    async def get(self, id: str) -> RequestRule:
        """Get one request rule.

        ``GET /v3/request-rules/{id}``, section "Request Rule".

        Args:
            id: the rule.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(GET, id, of=RequestRule)

    async def delete(self, id: str) -> Receipt:
        """Delete a request rule.

        ``DELETE /v3/request-rules/{id}``, section "Request Rule".

        Args:
            id: the rule.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, id)
