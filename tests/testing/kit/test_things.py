from __future__ import annotations

import pytest

from asyncsdk.operation import Operation
from asyncsdk.testing.kit import MissingError, RefusedError, Things, merged

BARNS = """
barns.list GET /barns array
barns.create POST /barns object
barns.save PUT /barns/{id} object
barns.get GET /barns/{id} object
barns.update PATCH /barns/{id} object
barns.delete DELETE /barns/{id} none
barns.delete_many DELETE /barns none
"""
COWS = """
barns.cows.list GET /barns/{barn}/cows results
barns.cows.create POST /barns/{barn}/cows object
barns.cows.save PUT /barns/{barn}/cows/{name} none
barns.cows.get GET /barns/{barn}/cows/{name} object
barns.cows.delete DELETE /barns/{barn}/cows/{name} none
"""
RED = {"colour": "red", "size": 3}


def document(*statuses, **more):
    answers = [{"status": status} for status in statuses]
    return {"title": "", "method": "", "path": "", "kind": "none", "retry": "safe", "responses": answers, **more}


@pytest.fixture
def barns(farm, opened):
    """A farm's barns, made as told, and the service over them."""

    def made(documents=(), **told):
        shared = farm(BARNS, documents)
        things = Things(shared, "barns", "Barn", **told)
        return things, opened(shared, things)

    return made


def test_a_life(barns, ask):
    _, service = barns()
    made = ask(service, "POST", "/barns", RED)
    assert (made.status, made.body) == (201, {"id": made.body["id"], **RED})
    where = f"/barns/{made.body['id']}"
    assert ask(service, "GET", where).body == made.body
    assert ask(service, "GET", "/barns").body == [made.body]
    assert ask(service, "PATCH", where, {"size": 4}).body == {"id": made.body["id"], "size": 4}
    assert ask(service, "DELETE", where).status == 200
    assert ask(service, "GET", "/barns").body == []
    for method in ("GET", "PATCH", "DELETE"):
        gone = ask(service, method, where, RED)
        assert (gone.status, gone.body) == (404, {"message": "Barn not found"})


@pytest.mark.parametrize("body", [[RED], "red", 1, None, b"", b"{"])
def test_what_is_no_object_is_no_thing(barns, ask, body):
    things, service = barns()
    ask(service, "PUT", "/barns/one", RED)
    for method, target in (("POST", "/barns"), ("PUT", "/barns/two"), ("PATCH", "/barns/one"), ("DELETE", "/barns")):
        assert ask(service, method, target, body if body is not None else b"null").status == 400
    assert list(things.all()) == [{"id": "one", **RED}]


def test_an_update_may_go_over_what_was_there(barns, ask):
    _, service = barns(make=merged)
    made = ask(service, "POST", "/barns", RED).body
    assert ask(service, "PATCH", f"/barns/{made['id']}", {"size": 4}).body == {**made, "size": 4}


def test_what_is_kept_is_the_systems_own(barns, ask):
    def painted(call, body, before):
        if body.get("colour") == "pink":
            raise RefusedError(422, "No barn is pink")
        return {**body, "coats": before["coats"] + 1 if before else 1, "by": call.who["who"]}

    _, service = barns(make=painted)
    where = f"/barns/{ask(service, 'POST', '/barns', RED, who='ann').body['id']}"
    assert ask(service, "PATCH", where, RED, who="bob").body == {"id": where[7:], **RED, "coats": 2, "by": "bob"}
    assert ask(service, "PATCH", where, {"colour": "pink"}).status == 422
    assert ask(service, "GET", where).body["coats"] == 2


@pytest.mark.parametrize("statuses", [(), (201, 200)])
def test_a_save_says_whether_it_made_something(barns, ask, statuses):
    _, service = barns({"barns.save": document(*statuses)} if statuses else {})
    assert [ask(service, "PUT", "/barns/a%2Fb", RED).status for _ in range(2)] == [201, 200]
    assert ask(service, "GET", "/barns/a%2Fb").body == {"id": "a/b", **RED}


def test_a_status_is_the_documents(barns, ask):
    _, service = barns(
        {
            "barns.create": document(200),
            "barns.update": document(204),
            "barns.save": document(200),
            "barns.delete": document(202),
        }
    )
    made = ask(service, "POST", "/barns", RED)
    where = f"/barns/{made.body['id']}"
    assert (made.status, ask(service, "PUT", "/barns/own", RED).status) == (200, 200)
    assert (ask(service, "PATCH", where, RED).status, ask(service, "DELETE", where).status) == (204, 202)


def test_an_id_in_a_body_is_no_match_for_the_one_in_the_path(barns, ask):
    _, service = barns()
    assert ask(service, "POST", "/barns", {**RED, "id": "mine"}).body["id"] != "mine"
    assert ask(service, "PUT", "/barns/one", {**RED, "id": "two"}).body == {"id": "one", **RED}


def test_a_new_thing_may_bring_its_id(barns, ask):
    _, service = barns(own_id=True)
    assert ask(service, "POST", "/barns", {**RED, "id": "mine"}).body["id"] == "mine"
    again = ask(service, "POST", "/barns", {**RED, "id": "mine"})
    assert (again.status, again.body) == (409, {"message": "There is such a barn already"})
    assert ask(service, "POST", "/barns", {**RED, "id": ".."}).status == 400
    assert ask(service, "POST", "/barns", RED).body["id"]


def test_an_id_need_not_be_told(barns, ask):
    things, service = barns(id=None)
    assert ask(service, "PUT", "/barns/one", RED).body == RED
    assert "one" in things.store


def test_what_somebody_does_not_see_is_not_there(barns, ask):
    _, service = barns(
        make=lambda call, body, _: {**body, "by": call.who["who"]},
        sees=lambda call, barn: barn["by"] == call.who["who"],
    )
    where = f"/barns/{ask(service, 'POST', '/barns', RED, who='ann').body['id']}"
    assert ask(service, "GET", "/barns", who="bob").body == []
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert ask(service, method, where, RED, who="bob").status == 404
    assert ask(service, "DELETE", "/barns", {"ids": [where[7:]]}, who="bob").status == 404
    assert len(ask(service, "GET", "/barns", who="ann").body) == 1


def test_what_is_told_and_listed_is_the_systems_own(barns, ask):
    _, service = barns(
        tell=lambda _, barn: {name: value for name, value in barn.items() if name != "size"},
        select=lambda call, found: [barn for barn in found if barn["colour"] == call.query.get("colour", "red")],
    )
    for colour in ("red", "blue"):
        assert "size" not in ask(service, "PUT", f"/barns/{colour}", {"colour": colour, "size": 1}).body
    assert ask(service, "GET", "/barns?colour=blue").body == [{"id": "blue", "colour": "blue"}]


def test_many_are_deleted_together_or_not_at_all(barns, ask):
    things, service = barns()
    for key in "abc":
        ask(service, "PUT", f"/barns/{key}", RED)
    assert ask(service, "DELETE", "/barns", {"ids": ["a", "z"]}).status == 404
    assert ask(service, "DELETE", "/barns", {"ids": ["a", "b", "a"]}).status == 200
    assert [key for key, _ in things.store.items()] == ["c"]
    for wrong in ({}, {"ids": "c"}, {"ids": [1]}, ["c"]):
        assert ask(service, "DELETE", "/barns", wrong).status == 400


def test_things_have_owners_and_go_with_them(farm, opened, ask):
    shared = farm(BARNS + COWS)
    barns = Things(shared, "barns", "Barn")
    cows = Things(shared, "barns.cows", "Cow", "name", of=barns)
    service = opened(shared, barns, cows)
    for barn in ("red", "blue"):
        ask(service, "PUT", f"/barns/{barn}", RED)
    assert ask(service, "PUT", "/barns/red/cows/daisy", {"milk": 5}).status == 201
    assert ask(service, "GET", "/barns/red/cows/daisy").body == {"name": "daisy", "milk": 5}
    made = ask(service, "POST", "/barns/red/cows", {"milk": 6}).body
    assert ask(service, "GET", "/barns/red/cows").body == {"results": [{"name": "daisy", "milk": 5}, made]}
    assert ask(service, "GET", "/barns/blue/cows").body == {"results": []}
    assert ask(service, "GET", "/barns/blue/cows/daisy").body == {"message": "Cow not found"}
    for method, target in (("GET", ""), ("POST", ""), ("PUT", "/daisy"), ("GET", "/daisy"), ("DELETE", "/daisy")):
        assert ask(service, method, f"/barns/green/cows{target}", {}).body == {"message": "Barn not found"}
    ask(service, "DELETE", "/barns/red")
    with pytest.raises(MissingError):
        cows.require("red", "daisy")
    assert list(cows.all("red")) == []


def test_the_documents_example_is_there_at_first(barns, farm):
    shown = document(200, path_params={"id": "old"})
    shown["responses"][0]["example"] = {"id": "old", **RED}
    things, _ = barns({"barns.get": shown})
    assert list(things.all()) == [{"id": "old", **RED}]
    things, _ = barns({"barns.get": shown}, examples=False)
    assert list(things.all()) == []


def test_an_example_may_stand_in_a_list_and_have_an_owner(farm):
    listed = document(200)
    listed["responses"][0]["example"] = {"results": [{"milk": 5}, {"milk": 6}]}
    gone = document(200, path_params={"barn": "red", "name": "daisy"})
    cows = Things(farm(COWS, {"barns.cows.list": listed, "barns.cows.delete": gone}), "barns.cows", "Cow", "name")
    assert list(cows.all("red")) == [{"name": "daisy", "milk": 5}]


def test_raw_text_is_taken_as_it_is(farm, opened, ask):
    shared = farm("")
    save = Operation("farm.notes.save", "PUT", "/notes/{id}", "none", body=str, content_type="text/plain")
    shared.operations[save.id] = save
    notes = Things(shared, "notes", "Note", make=lambda _, text, __: {"text": text})
    assert ask(opened(shared, notes), "PUT", "/notes/one", b'{"no json').status == 201
    assert list(notes.all()) == [{"id": "one", "text": '{"no json'}]
