"""Users: create, find, change, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from ....blaize import users as operations
from ...kit import RefusedError, Rows, answer, asked, said
from ..shared import Sent
from .user_search import wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.responses import Response

    from ....operation import Operation
    from ...kit import Call, Handler, Record, Store
    from ..shared import BlaizeShared
    from .people import People
    from .population import Person


class Users:
    """Users: create, find, change, delete.

    Args:
        shared: what all parts share.
        people: the users themselves.
        schema: which attributes they must have.
    """

    def __init__(self, shared: BlaizeShared, people: People, schema: Store) -> None:
        self._shared = shared
        self._people = people
        self._schema = schema

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        return {
            operations.LIST: self._list,
            operations.CREATE: self._create,
            operations.GET: self._get,
            operations.DELETE: self._delete,
            operations.REPLACE_ATTRIBUTES: self._replace_attributes,
            operations.UPDATE_ATTRIBUTES: self._update_attributes,
            operations.SAVE_FOREIGN_KEY: self._save_foreign_key,
            operations.UPDATE_EMAIL: self._update_email,
            operations.RESET_PASSWORD: self._reset_password,
            operations.RESET_PASSWORD_V4: self._reset_password,
            operations.START_PASSWORDLESS: self._start_passwordless,
            operations.RESET_LEGACY_PASSWORD: lambda call: self._reset_legacy(call, self._people.first()),
            operations.RESET_LEGACY_PASSWORD_OF_USER: lambda call: self._reset_legacy(call, self._people[call.path[0]]),
        }

    def _list(self, call: Call) -> Response:
        records = (person.record for person in wanted(self._people, call))
        page = asked(call, operations.USUAL_RPP, always=False)
        if page is None:
            return Rows(records, b'{"results":[', b"]}")
        total = sum(1 for _ in wanted(self._people, call))
        return answer({"results": list(page.cut(records)), "total": total})

    def _create(self, call: Call) -> Response:
        body = call.json()
        if isinstance(body, list):
            # all or none of them
            for each in body:
                self._may_be_created(each)
            _refuse_twins(body)
            return answer([self._created(call, each) for each in body], 201)
        self._may_be_created(body)
        return answer(self._created(call, body), 201)

    def _may_be_created(self, body: Record) -> None:
        if not any(body["identifiers"].values()):
            raise RefusedError(400, "body.identifiers must hold one")
        self._people.refuse_taken(body["identifiers"])
        self._hold_to_schema(body.get("attributes") or {})

    def _created(self, call: Call, body: Record) -> Record:
        record = {name: value for name, value in body.items() if name not in ("validators", "user_id")}
        person = self._people.add(record, body["validators"].get("password"))
        uri = call.uri(operations.GET, person.user_id)
        return {"message": "User created successfully", "uri": uri, "user_id": person.user_id}

    def _get(self, call: Call) -> Response:
        return answer(self._person(call).record)

    def _delete(self, call: Call) -> Response:
        (user_id,) = call.path
        self._people.remove(user_id)
        return said("User deleted successfully")

    def _replace_attributes(self, call: Call) -> Response:
        return self._with_attributes(self._person(call), call.json())

    def _update_attributes(self, call: Call) -> Response:
        person = self._person(call)
        return self._with_attributes(person, {**person.attributes, **call.json()})

    def _with_attributes(self, person: Person, attributes: Mapping[str, Any]) -> Response:
        self._hold_to_schema(attributes)
        self._people.change(person, record={**person.record, "attributes": attributes})
        return said("User attributes updated successfully", user_id=person.user_id)

    def _hold_to_schema(self, attributes: Mapping[str, Any]) -> None:
        for slug, told in self._schema.items():
            if told.get("required") and attributes.get(slug) in (None, ""):
                raise RefusedError(400, f"body.attributes.{slug} is required by the user schema")

    def _save_foreign_key(self, call: Call) -> Response:
        person, system = self._person(call), call.path[1]
        known = _foreign_id(call)
        owner = self._people.find_foreign(system, known)
        if owner is not None and owner.user_id != person.user_id:
            raise RefusedError(400, "The foreign key is another user's")
        self._people.change(person, foreign_keys={**person.foreign_keys, system: known})
        return said("Foreign key updated successfully", user_id=person.user_id)

    def _update_email(self, call: Call) -> Response:
        person = self._person(call)
        identifiers = call.json()["new_identifiers"]
        if not identifiers.get("email_address"):
            raise RefusedError(400, "body.new_identifiers.email_address is required")
        self._people.refuse_taken(identifiers)
        # the address stays as it is until the user confirms it, which nobody does here
        self._send("update-email", person, identifiers["email_address"])
        return said("Email update started", 201 if self._shared.live else 200, user_id=person.user_id)

    def _reset_password(self, call: Call) -> Response:
        person = self._people.find(call.json()["identifiers"])
        if person is None:
            raise RefusedError(404, "User not found")
        self._send("reset-password", person, person.identifiers.get("email_address"))
        return said("Password reset started")

    def _start_passwordless(self, call: Call) -> Response:
        body = call.json()
        person = self._people.find(body["identifiers"])
        if person is None:
            raise RefusedError(400, "There is no user with these identifiers")
        delivery = body["delivery"]
        self._send(delivery.get("action") or "login", person, delivery.get("destination"))
        return said("Passwordless authentication started", 201)

    def _reset_legacy(self, call: Call, person: Person) -> Response:
        password = call.text()
        if not password:
            raise RefusedError(400, "The request needs a body")
        self._people.change(person, password="", legacy_password=password)
        return said(
            "Legacy Password updated successfully to be used instead of password",
            user_id=person.user_id,
            uri=call.uri(operations.RESET_LEGACY_PASSWORD_OF_USER, person.user_id),
        )

    def _send(self, kind: str, person: Person, destination: str | None) -> None:
        self._shared.outbox.append(Sent(kind, person.user_id, destination))

    def _person(self, call: Call) -> Person:
        return self._people[call.path[0]]


def _foreign_id(call: Call) -> str:
    """The id in the body: raw text as in the document, or a JSON string as in the vendor's newer description."""
    known = call.text()
    if call.content_type == "application/json" and known.startswith('"'):
        try:
            known = msgspec.json.decode(known, type=str)
        except msgspec.MsgspecError:
            raise RefusedError(400, "The body is not JSON") from None
    if not known:
        raise RefusedError(400, "The request needs a body")
    return known


def _refuse_twins(bodies: Iterable[Record]) -> None:
    """Hold a list of new users against itself."""
    seen = set()
    for body in bodies:
        for kind, value in body["identifiers"].items():
            known = kind, str(value).casefold()
            if known in seen:
                raise RefusedError(400, f"Two of the users have the same {kind}")
            seen.add(known)
