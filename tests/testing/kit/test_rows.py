from __future__ import annotations

import pytest

from asyncsdk.operation import Operation
from asyncsdk.testing.kit import Canned, Member, Things

FARM = """
barns.save PUT /barns/{id} object
barns.get GET /barns/{id} object
barns.open PATCH /barns/{id}/open object
barns.weather GET /barns/{id}/weather any
"""


def document(answer, **more):
    return {"title": "", "method": "", "path": "", "kind": "any", "retry": "safe", "responses": [answer], **more}


def test_one_member_is_set_and_the_others_stay(farm, opened, ask):
    shared = farm(FARM)
    barns = Things(shared, "barns", "Barn")
    service = opened(shared, barns, Member(barns, "barns.open", "open"))
    ask(service, "PUT", "/barns/red", {"size": 1, "open": False})
    assert ask(service, "PATCH", "/barns/red/open", {"open": True, "size": 9}).status == 200
    assert ask(service, "GET", "/barns/red").body == {"id": "red", "size": 1, "open": True}
    for target, body, status in (("red", {"size": 1}, 400), ("red", ["open"], 400), ("blue", {"open": True}, 404)):
        assert ask(service, "PATCH", f"/barns/{target}/open", body).status == status


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        ({"status": 200, "example": {"rain": False}}, {"rain": False}),
        ({"status": 202, "text": "dry"}, "dry"),
        ({"status": 204}, ""),
    ],
)
def test_an_answer_is_the_documents_once_the_owner_is_there(farm, opened, ask, answer, body):
    shared = farm(FARM, {"barns.weather": document(answer)})
    barns = Things(shared, "barns", "Barn")
    service = opened(shared, barns, Canned(shared, "barns.weather", barns))
    assert ask(service, "GET", "/barns/red/weather").status == 404
    ask(service, "PUT", "/barns/red", {})
    told = ask(service, "GET", "/barns/red/weather")
    assert (told.status, told.body) == (answer["status"], body)


def test_a_canned_answer_is_given_to_a_body_that_fits(farm, opened, ask):
    shared = farm("", {"rain": document({"status": 200}, request={"content_type": "application/json"})})
    shared.operations["farm.rain"] = Operation("farm.rain", "POST", "/rain", "any", body=dict[str, int])
    service = opened(shared, Canned(shared, "rain"))
    assert ask(service, "POST", "/rain", {"mm": 3}).status == 200
    for wrong in (b"", b"{", {"mm": "much"}):
        assert ask(service, "POST", "/rain", wrong).status == 400
