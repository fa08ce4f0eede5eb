"""What belongs to one user: object stores, push targets, API tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from attrs import frozen

from ...livepeer import api_tokens, object_stores, push_targets
from .schema import API_TOKEN, OBJECT_STORE, PUSH_TARGET, hold
from .tables import Record, own, refuse
from .wire import done, missing, sent

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from starlette.responses import Response

    from ...operation import Operation
    from .auth import Row
    from .tables import Tables
    from .wire import Asked


def target_of(tables: Tables, asked: Asked, profiles: Collection[str], told: Record) -> Record:
    """A stream's reference to a push target, which is made where it is described."""
    if told["profile"] not in profiles:
        raise refuse(400, f'push target must reference existing profile. not found: "{told["profile"]}"')
    if bool(told.get("spec")) == bool(told.get("id")):
        raise refuse(400, 'push target must have either an "id" or a "spec"')
    if told.get("id"):
        target = tables.targets.get(told["id"])
        if target is None or target["userId"] != asked.user["id"]:
            raise refuse(400, f'push target not found: "{told["id"]}"')
        return told
    made = new_target(tables, asked, told["spec"])
    return {**{name: value for name, value in told.items() if name != "spec"}, "id": made["id"]}


def new_target(tables: Tables, asked: Asked, told: Mapping[str, Any]) -> Record:
    """Make a push target."""
    made = {
        "id": tables.new_id(),
        "name": told.get("name") or urlsplit(told["url"]).hostname,
        "url": told["url"],
        "userId": asked.user["id"],
        "disabled": bool(told.get("disabled")),
        "createdAt": tables.now(),
    }
    tables.targets[made["id"]] = made
    return made


def _without_url(record: Record) -> Record:
    return {name: value for name, value in record.items() if name != "url"}


@frozen(eq=False)
class Owned:
    """Object stores, push targets and API tokens.

    Attributes:
        tables: what is kept.
    """

    tables: Tables

    def rows(self) -> Mapping[Operation, Row]:
        """What answers which operation, and who may call it."""
        rows: dict[Operation, Row] = {
            object_stores.CREATE: ("user", self.create_store),
            object_stores.LIST: ("user", self.stores),
            object_stores.GET: ("user", self.store),
            object_stores.UPDATE: ("user", self.update_store),
            object_stores.DELETE: ("user", self.delete_store),
            api_tokens.CREATE: ("session", self.create_token),
            api_tokens.LIST: ("session", self.tokens),
            api_tokens.GET: ("session", self.token),
            api_tokens.DELETE: ("session", self.delete_token),
        }
        if self.tables.old:
            return rows
        return {
            **rows,
            push_targets.CREATE: ("user", self.create_target),
            push_targets.LIST: ("user", self.targets),
            push_targets.GET: ("user", lambda asked: sent(_without_url(self._target(asked)))),
            push_targets.UPDATE: ("user", self.update_target),
            push_targets.DELETE: ("user", self.delete_target),
        }

    def _whose(self, asked: Asked, absent: str, denied: str) -> str | None:
        """Whose things are asked for; None for everybody's."""
        user = asked.query.get("userId")
        if not user:
            if asked.is_admin:
                return None
            raise refuse(400, absent)
        if user != asked.user["id"] and not asked.is_admin:
            raise refuse(403, denied)
        return user

    def create_store(self, asked: Asked) -> Response:
        """Make an object store."""
        hold(asked.body, OBJECT_STORE)
        made: Record = {"id": self.tables.new_id(), "url": asked.body["url"]}
        made |= {name: asked.body[name] for name in ("name", "publicUrl") if name in asked.body}
        made |= {"userId": asked.user["id"], "createdAt": self.tables.now()}
        self.tables.stores[made["id"]] = made
        return sent(_without_url(made), 201)

    def stores(self, asked: Asked) -> Response:
        """List object stores."""
        denied = "user can only request information on their own object stores"
        user = self._whose(asked, "required query parameter: userId", denied)
        rows = (each for each in self.tables.stores.values() if not each.get("deleted"))
        if user is None:
            return self.tables.listed(asked, "object-store", rows, dict, ordered=False)
        mine = (each for each in rows if each["userId"] == user)
        return self.tables.listed(asked, "object-store", mine, lambda each: {**each, "url": None}, ordered=False)

    def store(self, asked: Asked) -> Response:
        """Get an object store."""
        found = own(self.tables.stores, asked.path[0])
        if found["userId"] != asked.user["id"] and not asked.is_admin:
            raise refuse(403, "user can only request information on their own object stores")
        return sent({**found, "url": None})

    def update_store(self, asked: Asked) -> Response:
        """Put an object store out of use."""
        found = own(self.tables.stores, asked.path[0])
        if found["userId"] != asked.user["id"] and not asked.is_admin:
            raise refuse(403, "users may change only their own object stores")
        if "disabled" not in asked.body:
            raise refuse(400, "disabled field required")
        found["disabled"] = bool(asked.body["disabled"])
        return done()

    def delete_store(self, asked: Asked) -> Response:
        """Delete an object store."""
        found = own(self.tables.stores, asked.path[0])
        if found["userId"] != asked.user["id"] and not asked.is_admin:
            raise refuse(403, "users may only delete their own object stores")
        found["deleted"] = True
        return done()

    def create_target(self, asked: Asked) -> Response:
        """Make a push target."""
        hold(asked.body, PUSH_TARGET)
        return sent(_without_url(new_target(self.tables, asked, asked.body)), 201)

    def targets(self, asked: Asked) -> Response:
        """List push targets."""
        denied = "user can only request information on their own push targets"
        user = self._whose(asked, "required query parameter: userId", denied)
        rows = (
            each
            for each in self.tables.targets.values()
            if not each.get("deleted") and (user is None or each["userId"] == user)
        )
        return self.tables.listed(asked, "push-target", rows, _without_url, ordered=False)

    def _target(self, asked: Asked) -> Record:
        found = own(self.tables.targets, asked.path[0])
        if found["userId"] != asked.user["id"] and not asked.is_admin:
            raise missing()
        return found

    def update_target(self, asked: Asked) -> Response:
        """Put a push target out of use."""
        found = self._target(asked)
        if not isinstance(asked.body.get("disabled"), bool):
            raise refuse(400, "disabled field required")
        found["disabled"] = asked.body["disabled"]
        return done()

    def delete_target(self, asked: Asked) -> Response:
        """Delete a push target."""
        self._target(asked)["deleted"] = True
        return done()

    def create_token(self, asked: Asked) -> Response:
        """Make an API token."""
        hold(asked.body, API_TOKEN)
        made: Record = {"id": self.tables.new_id(), "kind": "api-token"}
        made |= {name: asked.body[name] for name in ("name", "access") if name in asked.body}
        made |= {"userId": asked.user["id"], "createdAt": self.tables.now()}
        self.tables.tokens[made["id"]] = made
        return sent(made, 201)

    def tokens(self, asked: Asked) -> Response:
        """List API tokens."""
        denied = "user can only request information on their own tokens"
        user = self._whose(asked, "missing query parameter: userId", denied)
        rows = [each for each in self.tables.tokens.values() if not each.get("deleted")]
        if user is None:
            return self.tables.listed(asked, "api-token", rows, self.tables.with_user, counted=True)
        mine = [each for each in rows if each["userId"] == user]
        if self.tables.old:  # which does not look at the limit here
            return sent(sorted(mine, key=lambda each: str(each["id"])))
        return self.tables.listed(asked, "api-token", mine, dict, counted=True)

    def token(self, asked: Asked) -> Response:
        """Get an API token."""
        found = own(self.tables.tokens, asked.path[0])
        if found["userId"] != asked.user["id"] and not asked.is_admin:
            raise missing()
        return sent(found)

    def delete_token(self, asked: Asked) -> Response:
        """Delete an API token."""
        found = own(self.tables.tokens, asked.path[0])
        if found["userId"] != asked.user["id"] and not asked.is_admin:
            raise refuse(403, "users may only delete their own API tokens")
        found["deleted"] = True
        return done()
