"""Users (seed 003, "Users"): create, find, change, export; their grants, sessions and access model."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ..codec import encode, wire
from ..operation import Operation
from ..resource import Resource
from .model import BlaizeModel, Identifiers, Validators

if TYPE_CHECKING:
    from ..codec import Receipt
    from ..paging import Pager

LIST = Operation(
    "blaize.users.list",
    "GET",
    "/v3/users",
    "results",
    query={
        "identifiers_email_address": "identifiers.email_address",
        "identifiers_username": "identifiers.username",
        "foreign_key": "foreign_key.<system>",
        "search": "search",
        "search_by_attributes": "search_by_attributes",
        "page": "page",
        "rpp": "rpp",
    },
)
GET = Operation("blaize.users.get", "GET", "/v3/users/{user_id}", "object")
DELETE = Operation("blaize.users.delete", "DELETE", "/v3/users/{user_id}", "none")
