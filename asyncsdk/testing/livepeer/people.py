"""Users, their passwords and mails, and what they have used; and regions, which belong to nobody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from ...livepeer import billing, regions, users as calls
from .auth import jwt_of
from .schema import BILLING, CUSTOMER, MAKE_ADMIN, REGION, RESET, RESET_TOKEN, USER, VERIFICATION, hold
from .tables import Record, refuse, without_secrets
from .wire import crash, done, missing, sent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.responses import Response

    from ...operation import Operation
    from ..kit import Shared
    from .auth import Row
    from .tables import Tables
    from .wire import Asked

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TWO_DAYS = 48 * 3600 * 1000
_NAMES = ("firstName", "lastName", "organization", "phone")


def _shown(user: Record) -> Record:
    """A user as a single read tells it: what is write-only is null."""
    return {**user, "password": None, "salt": None, "emailValidToken": None}


@frozen(eq=False)
class People:
    """Users and regions.

    Attributes:
        tables: what is kept.
        shared: the documents' answers, for what goes to Stripe.
        mails: whether the server can send mails.
    """

    tables: Tables
    shared: Shared
    mails: Callable[[], bool]

    def rows(self) -> Mapping[Operation, Row]:
        """What answers which operation, and who may call it."""
        return {
            calls.CREATE: ("nobody", self.create),
            calls.LOGIN: ("nobody", self.login),
            calls.VERIFY_EMAIL: ("nobody", self.verify),
            calls.CREATE_PASSWORD_RESET_TOKEN: ("nobody", self.reset_token),
            calls.RESET_PASSWORD: ("nobody", self.reset),
            calls.MAKE_ADMIN: ("admin", self.make_admin),
            calls.LIST: ("admin", self.list),
            calls.GET: ("unverified", self.get),
            calls.SET_SUSPENDED: ("any_admin", self.set_suspended),
            calls.USAGE: ("user", self.usage),
            billing.CREATE_CUSTOMER: ("nobody", self.create_customer),
            billing.UPDATE_PAYMENT_METHOD: ("nobody", self._stripe("update_payment_method")),
            billing.CREATE_SUBSCRIPTION: ("nobody", self._stripe("create_subscription")),
            billing.UPDATE_SUBSCRIPTION: ("nobody", self._stripe("update_subscription")),
            billing.PAYMENT_METHOD: ("nobody", self._stripe("payment_method")),
            regions.LIST: ("nobody", self.regions),
            regions.GET: ("nobody", self.region),
            regions.SAVE: ("any_admin", self.save_region),
            regions.DELETE: ("any_admin", self.delete_region),
        }

    def _by_email(self, asked: Asked) -> Record:
        found = next((each for each in self.tables.users.values() if each["email"] == asked.body["email"]), None)
        if found is None:
            raise refuse(404, "user not found")
        return found

    def create(self, asked: Asked) -> Response:
        """Sign up."""
        body = asked.body
        hold(body, USER)
        if not _ADDRESS.fullmatch(body["email"]):
            raise refuse(422, "invalid email")
        if any(each["email"] == body["email"] for each in self.tables.users.values()):
            raise refuse(400, f"Key ((data ->> 'email'::text))=({body['email']}) already exists.")
        user: Record = {
            "id": self.tables.new_id(),
            "kind": "user",
            "salt": "E1F53135E559C253",
            "admin": False,
            "email": body["email"],
            "password": body["password"],
            "createdAt": self.tables.now(),
            "emailValid": not self.mails(),
            "emailValidToken": self.tables.new_id(),
            **{name: body[name] for name in _NAMES if name in body},
        }
        self.tables.users[user["id"]] = user
        return sent(_shown(user), 201)

    def login(self, asked: Asked) -> Response:
        """Log in."""
        hold(asked.body, USER)
        user = self._by_email(asked)
        if user["password"] != asked.body["password"]:
            raise refuse(403, "incorrect password")
        if user.get("suspended"):
            raise refuse(403, "user is suspended")
        return sent({"id": user["id"], "email": user["email"], "token": jwt_of({"sub": user["id"]})}, 201)

    def verify(self, asked: Asked) -> Response:
        """Verify an address."""
        hold(asked.body, VERIFICATION)
        user = self._by_email(asked)
        if user.get("emailValidToken") != asked.body["emailValidToken"]:
            raise refuse(403, "incorrect user validation token")
        user.update(emailValid=True, verifiedAt=self.tables.now())
        return sent({"email": user["email"], "emailValid": True}, 201)

    def reset_token(self, asked: Asked) -> Response:
        """Ask for a token that sets a new password; it is made though the mail may fail."""
        hold(asked.body, RESET_TOKEN)
        user = self._by_email(asked)
        made = {
            "id": self.tables.new_id(),
            "kind": "password-reset-token",
            "userId": user["id"],
            "expiration": self.tables.now() + _TWO_DAYS,
            "resetToken": self.tables.new_id(),
        }
        self.tables.resets[made["id"]] = made
        if not self.mails():
            raise refuse(
                400,
                f"error sending confirmation email to {user['email']}: error: TypeError: supportAddr is not iterable",
            )
        return sent(made, 201)

    def reset(self, asked: Asked) -> Response:
        """Set a new password."""
        hold(asked.body, RESET)
        user = self._by_email(asked)
        found = [each for each in self.tables.resets.values() if each["userId"] == user["id"]]
        if not found:
            raise refuse(404, "Password reset token not found")
        fits = [each for each in found if each["resetToken"] == asked.body["resetToken"]]
        if not fits or fits[0]["expiration"] < self.tables.now():
            raise refuse(403, "incorrect or expired user validation token")
        user.update(password=asked.body["password"], emailValid=True)
        for each in found:
            del self.tables.resets[each["id"]]
        return sent(_shown(user), 201)

    def make_admin(self, asked: Asked) -> Response:
        """Make somebody an administrator, or no longer."""
        hold(asked.body, MAKE_ADMIN)
        user = self._by_email(asked)
        user["admin"] = asked.body["admin"]
        return sent({"email": user["email"], "admin": user["admin"]}, 201)

    def list(self, asked: Asked) -> Response:
        """List users."""
        return self.tables.listed(asked, "user", self.tables.users.values(), without_secrets)

    def get(self, asked: Asked) -> Response:
        """Get a user: oneself, or as an administrator anybody; null for nobody."""
        if asked.path[0] != asked.user["id"] and not asked.is_admin:
            raise refuse(403, "user can only request information on their own user object")
        found = self.tables.users.get(asked.path[0])
        return sent(found and _shown(found))

    def set_suspended(self, asked: Asked) -> Response:
        """Shut a user out, or let in again."""
        if "suspended" not in asked.body:
            raise refuse(400, "suspended field required")
        found = self.tables.users.get(asked.path[0])
        if found is None:
            raise refuse(404, "not found")
        found["suspended"] = bool(asked.body["suspended"])
        return done()

    def usage(self, asked: Asked) -> Response:
        """What was streamed: one's own, or as an administrator anybody's."""
        start, end = asked.query.get("fromTime"), asked.query.get("toTime")
        if not start or not end:
            raise refuse(400, "should specify time range")
        user = (asked.query.get("userId") if asked.is_admin else None) or asked.user["id"]
        found = [
            each
            for each in self.tables.streams.values()
            if each["userId"] == user and each.get("parentId") and each.get("sourceSegmentsDuration")
            and int(start) <= each["createdAt"] < int(end)
        ]  # fmt: skip
        segments = {
            name: sum(each.get(name, 0) for each in found) if found else None
            for name in ("sourceSegments", "transcodedSegments")
        }
        durations = {
            name: sum(each.get(name, 0) for each in found)
            for name in ("sourceSegmentsDuration", "transcodedSegmentsDuration")
        }
        return sent({**segments, **durations, "streamCount": len(found)})

    def create_customer(self, asked: Asked) -> Response:
        """Make a user a customer of Stripe's."""
        hold(asked.body, CUSTOMER)
        self._by_email(asked)
        return self._shown_answer("create_customer")

    def _stripe(self, name: str) -> Callable[[Asked], Response]:
        def answered(asked: Asked) -> Response:
            hold(asked.body, BILLING[name])
            return self._shown_answer(name)

        return answered

    def _shown_answer(self, name: str) -> Response:
        document = self.shared.document(f"billing.{name}")
        assert document is not None
        shown = document.success()
        return sent(shown.example, shown.status)

    def regions(self, asked: Asked) -> Response:
        """List orchestrators by region, or regions."""
        found = sorted(self.tables.regions.values(), key=lambda each: str(each["id"]))
        if asked.query.get("grouped"):
            return sent(found)
        return sent([{**one, "region": each["region"]} for each in found for one in each["orchestrators"]])

    def region(self, asked: Asked) -> Response:
        """Get a region."""
        if (found := self.tables.regions.get(asked.path[0])) is None:
            raise missing()
        return sent(found)

    def save_region(self, asked: Asked) -> Response:
        """Create or replace a region."""
        hold(asked.body, REGION)
        name = asked.path[0]
        if asked.body["region"] != name:
            raise refuse(404, "regions id=undefined not found")
        kept = {"region": name, "orchestrators": asked.body["orchestrators"]}
        self.tables.regions[name] = {"id": name, "kind": "region", **kept}
        return sent(kept)

    def delete_region(self, _: Asked) -> Response:
        """Delete a region: in these releases a mistake."""
        raise crash("ReferenceError: eq is not defined")
