"""Models inside pydantic's and FastAPI's: read, written, and described."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Annotated, Any

import pytest
from attrs import evolve, frozen
from fastapi import Body, FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel, TypeAdapter, ValidationError

import asyncsdk.cognitive3d
import asyncsdk.livepeer
import asyncsdk.unleash.platform  # noqa: F401  # each of these is a system whose models are looked at
from asyncsdk import AnalyticsRow, Model, Page, Receipt, to_dict
from asyncsdk.blaize import User
from asyncsdk.codec import from_dict, wire

ROW = {
    "timestamp": "2020-08-17T06:00:00.1Z",  # not as we would write it
    "class_name": "person",
    "count": 3,
    "source_file_name": None,
    "unknown": {"nested": [1.0, None, 2**64 + 1]},
}


@frozen(kw_only=True)
class Node(Model):
    """A thing that may hold others.

    Attributes:
        int: a field whose name is a type's; it goes on
            in a second line.
        children: `Node`s.
        password: what nobody is shown.
    """

    int: str | None = None
    children: tuple[Node, ...] | None = wire("Children")
    either: Node | str | None = None
    password: str | None = None


def public(cls: Any) -> list[Any]:
    found = [each for sub in cls.__subclasses__() for each in public(sub)]
    return [each for each in (cls, *found) if each.__module__.startswith("asyncsdk.") and each is not Model]


def stands(cls: Any) -> bool:
    """Whether a class is what its name means: attrs makes each class with slots anew, and the first one lingers."""
    return getattr(sys.modules[cls.__module__], cls.__qualname__, None) is cls


MODELS = sorted(filter(stands, set(public(Model))), key=lambda cls: f"{cls.__module__}.{cls.__qualname__}")


def test_wire_json_goes_in_and_comes_out_as_it_was():
    adapter = TypeAdapter(AnalyticsRow)
    row = adapter.validate_python(ROW)
    assert row == from_dict(AnalyticsRow, ROW)
    assert adapter.dump_python(row) == ROW
    assert list(adapter.dump_python(row)) == list(ROW)
    assert adapter.validate_json(json.dumps(ROW)) == row
    assert json.loads(adapter.dump_json(row)) == ROW
    assert to_dict(evolve(adapter.validate_json(json.dumps(ROW)), count=4)) == {**ROW, "count": 4}


def test_an_instance_stays_what_it_is():
    row = from_dict(AnalyticsRow, {**ROW, "count": "three"})
    adapter = TypeAdapter(AnalyticsRow)
    assert adapter.validate_python(row) is row
    assert adapter.validate_python(to_dict(row)).count == "three"  # what the service sent may go the same way back


def test_each_field_that_does_not_fit_is_named_and_no_secret_is_shown():
    body = {"int": 1, "Children": [{"int": "a"}, {"password": ["canary"]}], "password": 17181}
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Node).validate_python(body)
    assert [each["loc"] for each in caught.value.errors()] == [("int",), ("Children", 1, "password"), ("password",)]
    assert caught.value.errors()[0]["msg"] == "Input should be text, not a number"
    assert "canary" not in str(caught.value)
    assert "17181" not in caught.value.json()
    with pytest.raises(ValidationError, match="a JSON object is due"):
        TypeAdapter(Node).validate_json("[]")


def test_a_model_inside_itself_is_described_once():
    described = TypeAdapter(Node).json_schema()
    assert "#/$defs/Node" in (
        described.get("$ref"),
        described.get("allOf", [{}])[0].get("$ref"),
    )  # the second before 2.9
    node = described["$defs"]["Node"]
    assert node["description"] == "A thing that may hold others."
    assert node["properties"]["int"]["description"] == "a field whose name is a type's; it goes on in a second line."
    children = node["properties"]["Children"]
    assert children["anyOf"] == [{"type": "array", "items": {"$ref": "#/$defs/Node"}}, {"type": "null"}]
    assert children["description"] == "Nodes."


@pytest.mark.parametrize("cls", MODELS, ids=lambda cls: cls.__qualname__)
def test_every_public_model_is_read_written_and_described(cls):
    for kind in (cls, list[cls], cls | None, Page[cls]):
        adapter = TypeAdapter(kind)
        for mode in ("validation", "serialization"):
            text = json.dumps(adapter.json_schema(mode=mode))
            assert f'"title": "{cls.__name__}"' in text
    sent = {"something": [1, {"new": None}], "id": "7"} if "id" not in dir(cls) else {"something": [1]}
    model = TypeAdapter(cls).validate_python(sent)
    assert isinstance(model, cls)
    assert TypeAdapter(cls).dump_python(model) == sent
    page = Page([model], number=1, total_pages=2, cursor="2")
    pages = TypeAdapter(Page[cls])
    assert pages.validate_json(pages.dump_json(page)) == page
    assert pages.validate_python(page) == page


def test_a_receipt_of_a_text_or_of_nothing_is_read_too():
    adapter = TypeAdapter(Receipt)
    assert adapter.validate_python("Done").message == "Done"
    assert adapter.validate_json("null") == Receipt()
    assert adapter.validate_python({"uri": "/v3/users/7"}).id == "7"
    assert adapter.dump_json(adapter.validate_python("Done")) == b'"Done"'


class Team(BaseModel):
    name: str
    lead: User | None = None
    members: list[User] = []


def test_models_stand_in_a_model_of_pydantics():
    sent = {"name": "a", "lead": None, "members": [{"user_id": "1", "new": [None]}]}
    team = Team.model_validate(sent)
    assert team.members[0].user_id == "1"
    assert team.model_dump() == sent
    assert json.loads(team.model_dump_json()) == sent


@pytest.mark.parametrize("separate", [True, False])
def test_an_endpoint_takes_and_gives_models(separate):
    app = FastAPI(separate_input_output_schemas=separate)

    @app.put("/users/{user_id}")
    async def put(user_id: str, user: Annotated[User, Body()]) -> User:
        return evolve(user, user_id=user_id)

    @app.get("/users")
    async def users() -> list[User]:
        return [User(user_id="1")]

    @app.get("/page", response_model=Page[User])
    async def page():
        return Page([User(user_id="1")], number=1)

    with TestClient(app) as client:
        sent = {"identifiers": {"email_address": "a@example.com", "new": 1}, "later": [None]}
        assert client.put("/users/7", json=sent).json() == {**sent, "user_id": "7"}
        refused = client.put("/users/7", json={"identifiers": {"email_address": 5}})
        assert refused.status_code == 422
        assert refused.json()["detail"][0]["loc"] == ["body", "identifiers", "email_address"]
        assert client.get("/users").json() == [{"user_id": "1"}]
        assert client.get("/page").json()["items"] == [{"user_id": "1"}]
        document = client.get("/openapi.json").json()
    reference = {"$ref": "#/components/schemas/User"}
    operation = document["paths"]["/users/{user_id}"]["put"]
    assert operation["requestBody"]["content"]["application/json"]["schema"] == reference
    assert operation["responses"]["200"]["content"]["application/json"]["schema"] == reference
    user = document["components"]["schemas"]["User"]
    assert user["title"] == "User"
    assert user["description"] == "A user."
    assert user["additionalProperties"] is True
    assert user["properties"]["identifiers"] == {
        "anyOf": [{"$ref": "#/components/schemas/Identifiers"}, {"type": "null"}],
        "description": "what the user is known by; required of a new one.",
    }


def test_nobody_who_does_not_use_it_loads_pydantic():
    script = "import asyncsdk, sys; asyncsdk.AnalyticsRow(count=1), asyncsdk.Page([]); print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
