"""A system of five operations has a sandbox of a dozen lines: keys, examples, state, pages, refusals and dates."""

from __future__ import annotations

from asyncsdk.testing.clock import FakeClock


def test_it_begins_with_the_documents_example(shop, ask):
    answer = ask(shop(), "GET", "/shop/shops/corner", x_key="test-key")
    assert (answer.status, answer.body) == (200, {"id": "corner", "name": "Corner shop", "open": True})


def test_what_is_created_can_be_got_listed_and_changed(shop, ask):
    service = shop()
    made = ask(service, "POST", "/shop/shops", {"name": "New", "open": False}, x_key="test-key")
    assert made.status == 201
    where = f"/shop/shops/{made.body['id']}"
    assert ask(service, "GET", where, x_key="test-key").body == made.body
    changed = ask(service, "PATCH", f"{where}/open", {"open": True}, x_key="test-key")
    assert (changed.status, changed.body) == (204, "")
    assert ask(service, "GET", where, x_key="test-key").body == {**made.body, "open": True}


def test_a_list_is_walked_by_its_links(shop, ask):
    service = shop()
    ids = [ask(service, "POST", "/shop/shops", {"name": str(n)}, x_key="test-key").body["id"] for n in range(4)]
    found, target = [], "/shop/shops"
    while target:
        page = ask(service, "GET", target, x_key="test-key")
        found += [each["id"] for each in page.body]
        target = page.headers.get("link", "").partition(">")[0].removeprefix("<http://sandbox.test")
    assert found == ["corner", *ids]


def test_what_has_no_state_is_the_documents(shop, ask):
    assert ask(shop(), "GET", "/shop/status").body == {"up": True}


def test_nobody_comes_in_without_the_key(shop, ask):
    answer = ask(shop(), "GET", "/shop/shops", x_key="wrong")
    assert (answer.status, answer.body) == (401, {"message": "The key is unknown"})


def test_what_does_not_exist_is_refused(shop, ask):
    for method, target, status in (
        ("GET", "/shop/nothing", 404),
        ("PUT", "/shop/shops", 405),
        ("GET", "/shop/shops/nobody", 404),
    ):
        assert ask(shop(), method, target, x_key="test-key").status == status


def test_every_answer_has_the_date_of_its_clock(shop, ask):
    for target in ("/shop/status", "/shop/nothing", "/shop/shops"):
        answer = ask(shop(clock=FakeClock(0)), "GET", target)
        assert answer.headers["date"] == "Thu, 01 Jan 1970 00:00:00 GMT"
