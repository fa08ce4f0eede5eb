from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from asyncsdk.operation import Operation
from asyncsdk.testing.kit.routes import Routes

USERS = Operation("blaize.users.list", "GET", "/users", "array")
ONE = Operation("blaize.users.get", "GET", "/users/{id}", "object")
ME = Operation("blaize.users.me", "GET", "/users/me", "object")
DELETE = Operation("blaize.users.delete", "DELETE", "/users/{id}", "none")
GRANT = Operation("blaize.users.grants.get", "GET", "/users/{id}/grants/{grant}", "object")
TRAILING = Operation("unleash_platform.company.add_user", "POST", "/company/{id}/user/", "none")
ROUTES = Routes({operation: operation.id for operation in (USERS, ONE, ME, DELETE, GRANT, TRAILING)})

segments = st.text(min_size=1).filter(lambda text: text not in (".", ".."))


@pytest.mark.parametrize(
    ("method", "path", "operation", "values"),
    [
        ("GET", "/users", USERS, ()),
        ("GET", "/users/7", ONE, ("7",)),
        ("GET", "/users/me", ME, ()),
        ("DELETE", "/users/me", DELETE, ("me",)),
        ("GET", "/users/a%2Fb/grants/c%3Fd", GRANT, ("a/b", "c?d")),
        ("POST", "/company/7/user/", TRAILING, ("7",)),
    ],
)
def test_a_request_finds_its_operation(method, path, operation, values):
    assert ROUTES.match(method, path) == (operation, operation.id, values)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("HEAD", "/users"),
        ("POST", "/users/7"),
        ("GET", "/users/"),
        ("GET", "/users/7/"),
        ("GET", "/users//grants/1"),
        ("GET", "users"),
        ("GET", "/"),
        ("GET", ""),
        ("POST", "/company/7/user"),
    ],
)
def test_anything_else_finds_nothing(method, path):
    assert ROUTES.match(method, path) is None


@settings(deadline=None)
@given(segments, segments)
def test_what_a_client_puts_into_a_path_comes_out_of_it(one, two):
    assert ROUTES.match("GET", GRANT.url_path(one, two)) == (GRANT, GRANT.id, (one, two))
