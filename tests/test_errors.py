from __future__ import annotations

import builtins
import copy
import pickle

import pytest

from asyncsdk import errors
from asyncsdk.errors import SDKError, error_class

CLASSES = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, SDKError)]


def full(cls):
    """An error of a class, with everything an error can carry."""
    error = cls("orders.list: it went wrong", operation="orders.list")
    error.attempts = 3
    error.cursor = "7"
    error.shard = ("camera", 1, 2)
    if isinstance(error, errors.APIError):
        error.status_code, error.code, error.request_id = 418, "teapot", "id-1"
        error.body, error.headers, error.retry_after = "short and stout", {"date": "today"}, 2.5
    if isinstance(error, errors.DecodeError):
        error.content_type, error.snippet = "text/html", "<html>"
    if isinstance(error, errors.TransportError):
        error.sent = False
    return error


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("again", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy])
def test_every_error_survives_a_pickle_and_a_copy(cls, again):
    error = full(cls)
    other = again(error)
    assert type(other) is cls
    assert other.message == "orders.list: it went wrong"
    assert str(other) == str(error) == "orders.list: it went wrong (3 attempts)"
    assert vars(other) == vars(error)
    assert other.args == error.args


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_error_can_be_made_of_nothing_but_a_message(cls):
    assert cls().message == ""
    error = cls("it went wrong")
    assert (error.operation, error.cursor, error.shard, error.attempts) == (None, None, None, 0)
    assert "it went wrong" in repr(error)


def test_a_pickle_holds_what_was_noted_on_the_error():
    error = SDKError("it went wrong")
    error.add_note("at noon")
    assert pickle.loads(pickle.dumps(error)).__notes__ == ["at noon"]


def test_transport_errors_are_builtin_errors_too():
    assert issubclass(errors.ConnectError, builtins.ConnectionError)
    assert issubclass(errors.TimeoutError, builtins.TimeoutError)
    assert not issubclass(errors.ConnectionLostError, OSError)


def test_only_a_failure_to_connect_says_by_itself_that_nothing_was_sent():
    assert errors.ConnectError("refused").sent is False
    assert errors.TimeoutError("slow").sent is True
    assert errors.ConnectionLostError("cut").sent is True


@pytest.mark.parametrize(
    ("status", "cls"),
    [
        (300, errors.RedirectError),
        (302, errors.RedirectError),
        (399, errors.RedirectError),
        (400, errors.BadRequestError),
        (401, errors.AuthenticationError),
        (402, errors.APIError),
        (403, errors.PermissionDeniedError),
        (404, errors.NotFoundError),
        (408, errors.APIError),
        (409, errors.ConflictError),
        (413, errors.APIError),
        (422, errors.UnprocessableError),
        (429, errors.RateLimitError),
        (499, errors.APIError),
        (500, errors.ServerError),
        (502, errors.ServerError),
        (503, errors.ServiceUnavailableError),
        (504, errors.ServerError),
        (599, errors.ServerError),
    ],
)
def test_each_status_has_its_class(status, cls):
    assert error_class(status) is cls


def test_an_unavailable_service_is_a_server_error():
    assert issubclass(errors.ServiceUnavailableError, errors.ServerError)


def test_the_headers_of_an_error_are_its_own():
    headers = {"date": "today"}
    error = errors.APIError("no", headers=headers)
    headers["date"] = "tomorrow"
    assert error.headers == {"date": "today"}
