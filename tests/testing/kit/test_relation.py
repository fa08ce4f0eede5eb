from __future__ import annotations

import pytest

from asyncsdk.testing.kit import Relation, Things

FARM = """
barns.list GET /barns array
barns.save PUT /barns/{id} object
barns.delete DELETE /barns/{id} none
cows.save PUT /cows/{id} object
cows.delete DELETE /cows/{id} none
barns.add_cow POST /barns/{id}/cow none
barns.cows GET /barns/{id}/cow array
barns.remove_cow DELETE /barns/{id}/cow none
cows.barns GET /cows/{id}/barn results
stalls.save PUT /stalls/{barn}/{cow} object
stalls.get GET /stalls/{barn}/{cow} object
stalls.delete DELETE /stalls/{barn}/{cow} none
"""


@pytest.fixture
def rows(farm):
    shared = farm(FARM)
    return shared, Things(shared, "barns", "Barn"), Things(shared, "cows", "Cow")


@pytest.fixture
def service(rows, opened, ask):
    """Two barns, two cows, and who stands where, told by bodies."""
    shared, barns, cows = rows
    stands = Relation(
        shared=shared,
        name="Stall",
        left=barns,
        right=cows,
        member="cowId",
        add="barns.add_cow",
        remove="barns.remove_cow",
        rights="barns.cows",
        lefts="cows.barns",
    )
    service = opened(shared, barns, cows, stands)
    for target in ("/barns/red", "/barns/blue", "/cows/daisy", "/cows/elsie"):
        ask(service, "PUT", target, {"size": 1})
    return service


def test_what_is_added_is_listed_from_both_sides_until_it_is_removed(service, ask):
    for barn, cow in (("red", "daisy"), ("red", "elsie"), ("blue", "daisy")):
        assert ask(service, "POST", f"/barns/{barn}/cow", {"cowId": cow}).status == 201
    assert ask(service, "POST", "/barns/red/cow", {"cowId": "daisy"}).status == 200
    assert [each["id"] for each in ask(service, "GET", "/barns/red/cow").body] == ["daisy", "elsie"]
    assert [each["id"] for each in ask(service, "GET", "/cows/daisy/barn").body["results"]] == ["red", "blue"]
    assert ask(service, "DELETE", "/barns/red/cow", {"cowId": "daisy"}).status == 200
    assert ask(service, "GET", "/barns/red/cow").body == [{"id": "elsie", "size": 1}]
    again = ask(service, "DELETE", "/barns/red/cow", {"cowId": "daisy"})
    assert (again.status, again.body) == (404, {"message": "Stall not found"})


def test_both_must_be_there(service, ask):
    assert ask(service, "POST", "/barns/green/cow", {"cowId": "daisy"}).body == {"message": "Barn not found"}
    assert ask(service, "POST", "/barns/red/cow", {"cowId": "nobody"}).body == {"message": "Cow not found"}
    assert ask(service, "GET", "/barns/green/cow").status == 404
    assert ask(service, "GET", "/cows/nobody/barn").status == 404


@pytest.mark.parametrize("body", [{}, {"cowId": 1}, {"cowId": None}, ["daisy"], b""])
def test_the_body_must_say_which(service, ask, body):
    assert ask(service, "POST", "/barns/red/cow", body).status == 400


@pytest.mark.parametrize("gone", ["/barns/red", "/cows/daisy"])
def test_it_ends_with_either(service, ask, gone):
    ask(service, "POST", "/barns/red/cow", {"cowId": "daisy"})
    ask(service, "DELETE", gone)
    ask(service, "PUT", gone, {"size": 2})
    assert ask(service, "GET", "/barns/red/cow").body == []
    assert ask(service, "GET", "/cows/daisy/barn").body == {"results": []}


def test_a_pair_may_be_in_the_path_and_told_in_the_systems_words(rows, opened, ask):
    shared, barns, cows = rows
    stalls = Relation(
        shared=shared,
        name="Stall",
        left=barns,
        right=cows,
        add="stalls.save",
        get="stalls.get",
        remove="stalls.delete",
        tell=lambda barn, cow: {"barn": barn, "cow": cow},
        missing="She does not stand there",
    )
    service = opened(shared, barns, cows, stalls)
    ask(service, "PUT", "/barns/red", {})
    ask(service, "PUT", "/cows/daisy", {})
    assert ask(service, "GET", "/stalls/red/daisy").body == {"message": "She does not stand there"}
    for status in (201, 200):
        put = ask(service, "PUT", "/stalls/red/daisy")
        assert (put.status, put.body) == (status, {"barn": "red", "cow": "daisy"})
    assert ask(service, "GET", "/stalls/red/daisy").body == {"barn": "red", "cow": "daisy"}
    assert ask(service, "DELETE", "/stalls/red/daisy").status == 200
    assert list(stalls.pairs) == []
