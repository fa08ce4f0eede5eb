"""Feature rules (section "Feature Rules"): what a part of a page shows to whom, in versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen

from ..client import Client
from ..codec import Model, Receipt, wire
from ..operation import Operation
from ..paging import Pager
from .listing import BlaizeResource
from .times import moment_or_none


@frozen(kw_only=True)
class FeatureRule(Model):
    """A feature rule, or one version of it; a list has only the first five and the last field.

    Attributes:
        id: of the rule.
        version: its number, from 1.
        tags: of this version, e.g. which one is live.
        label: for people.
        description: for people.
        requirements_script: says what a visitor must have.
        action_script: says what is shown.
        script_type: e.g. ``"javascript"``.
        graph_state: the editor's picture of the rule: JSON in a text.
        editing_mode: e.g. ``"manual"``.
        last_updated: when it was changed, as the service writes it: ``2011-11-11T11:11:11.000``.
    """

    id: str = wire("id", answer_only=True, always=True)
    version: int | None = wire("version", answer_only=True)
    tags: tuple[str, ...] | None = None
    label: str | None = None
    description: str | None = None
    requirements_script: str | None = None
    action_script: str | None = None
    script_type: str | None = None
    graph_state: str | None = None
    editing_mode: str | None = None
    last_updated: str | None = wire("last_updated", answer_only=True)

    @property
    def last_updated_at(self) -> datetime | None:
        """When it was changed; the service names no zone, UTC is taken."""
        return moment_or_none(self.last_updated)


LIST = Operation("blaize.feature_rules.list", "GET", "/v3/feature-rules", "array")
DELETE = Operation("blaize.feature_rules.delete", "DELETE", "/v3/feature-rules/{feature_rule_id}", "none")

VERSIONS_LIST = Operation(
    "blaize.feature_rules.versions.list", "GET", "/v3/feature-rules/{feature_rule_id}/versions", "array"
)
VERSIONS_CREATE = Operation(
    "blaize.feature_rules.versions.create",
    "POST",
    "/v3/feature-rules/{feature_rule_id}/versions",
    "none",
    "unsent",
    body=FeatureRule,
)
VERSIONS_GET = Operation(
    "blaize.feature_rules.versions.get", "GET", "/v3/feature-rules/{feature_rule_id}/versions/{version_id}", "object"
)
VERSIONS_DELETE = Operation(
    "blaize.feature_rules.versions.delete",
    "DELETE",
    "/v3/feature-rules/{feature_rule_id}/versions/{version_id}",
    "none",
)
VERSIONS_SAVE_TAGS = Operation(
    "blaize.feature_rules.versions.save_tags",
    "PUT",
    "/v3/feature-rules/{feature_rule_id}/versions/{version_id}/tags",
    "none",
    body=tuple[str, ...],
)


class FeatureRuleVersions(BlaizeResource):
    """The versions of feature rules."""

    def list(self, feature_rule_id: str) -> Pager[FeatureRule]:
        """List the versions of a rule.

        ``GET /v3/feature-rules/{featureRuleId}/versions``, section "Feature Rule".

        Args:
            feature_rule_id: the rule.

        Raises:
            NotFoundError: from the iteration: there is none.
        """
        return self._list(VERSIONS_LIST, feature_rule_id, of=FeatureRule)

    async def create(self, feature_rule_id: str, rule: FeatureRule | Mapping[str, Any]) -> Receipt:
        """Create a version of a rule, and with the first one the rule.

        ``POST /v3/feature-rules/{featureRuleId}/versions``, section "Create Feature Rule". Never sent twice by itself.

        Args:
            feature_rule_id: the rule.
            rule: what it is to be.

        Raises:
            TypeError: a field of the wrong type; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(VERSIONS_CREATE, feature_rule_id, body=rule)

    async def get(self, feature_rule_id: str, version_id: str | int) -> FeatureRule:
        """Get one version of a rule.

        ``GET /v3/feature-rules/{featureRuleId}/versions/{versionId}``, section "Feature Rule Version".

        Args:
            feature_rule_id: the rule.
            version_id: the version.

        Raises:
            NotFoundError: there is none.
        """
        return await self._get(VERSIONS_GET, feature_rule_id, version_id, of=FeatureRule)

    async def delete(self, feature_rule_id: str, version_id: str | int) -> Receipt:
        """Delete one version of a rule.

        ``DELETE /v3/feature-rules/{featureRuleId}/versions/{versionId}``, section "Feature Rule Version".

        Args:
            feature_rule_id: the rule.
            version_id: the version.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(VERSIONS_DELETE, feature_rule_id, version_id)

    async def save_tags(self, feature_rule_id: str, version_id: str | int, tags: Sequence[str]) -> Receipt:
        """Replace the tags of one version.

        ``PUT /v3/feature-rules/{featureRuleId}/versions/{versionId}/tags``, section "Feature Rule Version Tags". The body is
        the bare list.

        Args:
            feature_rule_id: the rule.
            version_id: the version.
            tags: all it is to have; an empty list takes them off.

        Raises:
            TypeError: not a list of texts; nothing was sent.
            BadRequestError: the service refuses it.
        """
        return await self._do(VERSIONS_SAVE_TAGS, feature_rule_id, version_id, body=tags)


class FeatureRules(BlaizeResource):
    """The tenant's feature rules.

    Attributes:
        versions: each rule's versions.
    """

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.versions = FeatureRuleVersions(client)

    def list(self) -> Pager[FeatureRule]:
        """List the feature rules, without their scripts.

        ``GET /v3/feature-rules``, section "Feature Rules".

        Raises:
            SDKError: from the iteration.
        """
        return self._list(LIST, of=FeatureRule)

    async def delete(self, feature_rule_id: str) -> Receipt:
        """Delete a rule with all its versions.

        ``DELETE /v3/feature-rules/{featureRuleId}``, section "Delete Feature Rule".

        Args:
            feature_rule_id: the rule.

        Raises:
            NotFoundError: there is none.
        """
        return await self._do(DELETE, feature_rule_id)
