from __future__ import annotations

import pickle
import sys
from types import ModuleType
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import assume, given, strategies as st

from asyncsdk.operation import Operation, declared, segment

GRANT = Operation("blaize.users.grants.get", "GET", "/v3/users/{user_id}/grants/{grant_id}", "object")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_whatever_a_value_contains_it_stays_one_segment(value):
    assume(value not in (".", ".."))
    encoded = segment(value)
    assert unquote(encoded) == value
    assert not set(encoded) & set("/?#:@!$&'()*+,;=\\ ")
    url = httpx.URL(f"https://example.com/before/{encoded}/after")
    assert url.raw_path.decode().split("/") == ["", "before", encoded, "after"]


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("a/b", "a%2Fb"),
        ("ü", "%C3%BC"),
        ("100%", "100%25"),
        ("ap-southeast-2:uuid", "ap-southeast-2%3Auuid"),
        ("joe%40x=~", "joe%2540x%3D~"),
        ("a b+c", "a%20b%2Bc"),
        ("..%2f", "..%252f"),
        ("...", "..."),
        ("%2e%2e", "%252e%252e"),
        (".hidden", ".hidden"),
        ("\x00\n", "%00%0A"),
        (7, "7"),
        (-7, "-7"),
    ],
)
def test_how_values_are_encoded(value, encoded):
    assert segment(value) == encoded


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_value_that_would_change_the_path_is_refused(value):
    with pytest.raises(ValueError, match="grant_id"):
        GRANT.url_path("joe", value)


def test_text_that_is_no_unicode_is_refused():
    with pytest.raises(ValueError, match="user_id"):
        GRANT.url_path("\ud800", "1")


@pytest.mark.parametrize("value", [None, True, 1.5, b"joe", ["joe"]])
def test_a_value_that_is_no_text_and_no_number_is_refused(value):
    with pytest.raises(TypeError, match=f"user_id .* not {type(value).__name__}"):
        GRANT.url_path(value, "1")


@pytest.mark.parametrize("values", [(), ("joe",), ("joe", "1", "2")])
def test_as_many_values_as_slots(values):
    with pytest.raises(TypeError, match=f"takes 2 path values .*not {len(values)}"):
        GRANT.url_path(*values)


def test_the_path_is_put_together_from_its_values():
    assert GRANT.url_path("joe@example.com", 5) == "/v3/users/joe%40example.com/grants/5"
    assert Operation("x.list", "GET", "/v3/users", "array").url_path() == "/v3/users"


def test_an_operation_knows_its_names():
    assert GRANT.python == "users.grants.get"
    assert GRANT.path_params == ("user_id", "grant_id")


def test_an_operation_is_a_value():
    again = pickle.loads(pickle.dumps(GRANT))
    assert again == GRANT
    assert hash(again) == hash(GRANT)
    assert again.url_path("joe", 5) == GRANT.url_path("joe", 5)
    assert Operation("a.b", "GET", "/", "any") != Operation("a.b", "POST", "/", "any")


def test_the_operations_of_a_module_are_found_by_id(monkeypatch):
    module = ModuleType("shop")
    module.GRANT, module.OTHER = GRANT, "no operation"
    monkeypatch.setitem(sys.modules, "shop", module)
    assert declared([module]) == {GRANT.id: GRANT}
