"""Feature rules in versions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ....blaize import feature_rules as operations
from ...kit import RefusedError, answer, said
from ..samples import FEATURE_RULE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ....operation import Operation
    from ...kit import Call, Handler, Record
    from ..shared import BlaizeShared

_LISTED = ("id", "version", "tags", "label", "description", "last_updated")


class FeatureRules:
    """Feature rules in versions.

    Args:
        shared: what all parts share.
    """

    def __init__(self, shared: BlaizeShared) -> None:
        self._shared = shared
        self._rules: dict[str, dict[int, Record]] = {}
        if shared.examples:
            self._rules[FEATURE_RULE["id"]] = {FEATURE_RULE["version"]: FEATURE_RULE}

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        return {
            operations.LIST: self._list,
            operations.DELETE: self._delete,
            operations.VERSIONS_LIST: self._versions,
            operations.VERSIONS_CREATE: self._create,
            operations.VERSIONS_GET: self._get,
            operations.VERSIONS_DELETE: self._delete_version,
            operations.VERSIONS_SAVE_TAGS: self._save_tags,
        }

    def _list(self, _: Call) -> Response:
        # the newest version stands for the rule
        return answer([_short(versions[max(versions)]) for versions in self._rules.values()])

    def _versions(self, call: Call) -> Response:
        return answer([_short(version) for version in self._found(call).values()])

    def _create(self, call: Call) -> Response:
        (rule_id,) = call.path
        body = call.json()
        versions = self._rules.setdefault(rule_id, {})
        number = max(versions, default=0) + 1
        tags = body.get("tags") or []
        versions[number] = {
            "id": rule_id,
            "version": number,
            "tags": tags,
            **{name: value for name, value in body.items() if name not in ("id", "version", "tags")},
            "last_updated": self._now(),
        }
        uri = call.uri(operations.VERSIONS_LIST, rule_id)
        return said("Feature Rule created successfully", 201, uri=uri)

    def _get(self, call: Call) -> Response:
        return answer(self._found(call)[self._number(call)])

    def _delete(self, call: Call) -> Response:
        self._found(call)
        (rule_id,) = call.path
        del self._rules[rule_id]
        return said(f"{rule_id} deleted successfully")

    def _delete_version(self, call: Call) -> Response:
        rule_id = call.path[0]
        versions = self._found(call)
        del versions[self._number(call)]
        if not versions:
            del self._rules[rule_id]
        return said(f"{rule_id} deleted successfully")

    def _save_tags(self, call: Call) -> Response:
        rule_id, version_id = call.path
        versions, number = self._found(call), self._number(call)
        before = versions[number]
        versions[number] = {**before, "tags": call.json(), "last_updated": self._now()}
        uri = call.uri(operations.VERSIONS_SAVE_TAGS, rule_id, version_id)
        return said(f"{rule_id} tag/s saved successfully", 200 if before["tags"] else 201, uri=uri)

    def _found(self, call: Call) -> dict[int, Record]:
        try:
            return self._rules[call.path[0]]
        except KeyError:
            raise RefusedError(404, "Feature rule not found") from None

    def _number(self, call: Call) -> int:
        text = call.path[1]
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
        if number not in self._found(call):
            raise RefusedError(404, "Version not found")
        return number

    def _now(self) -> str:
        moment = datetime.fromtimestamp(self._shared.clock.time(), UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}"


def _short(version: Record) -> Record:
    """A version as lists have it: without its scripts."""
    return {name: version[name] for name in _LISTED if name in version}
