from __future__ import annotations

import re
from pathlib import Path

import pytest

import asyncsdk.blaize
import asyncsdk.cognitive3d
import asyncsdk.livepeer
import asyncsdk.testing
import asyncsdk.unleash.platform
from asyncsdk.operation import declared
from asyncsdk.testing.documents import Answer, Document, document_of, documents
from asyncsdk.testing.kit import operations_of
from asyncsdk.unleash.analytics import client as analytics

OPERATIONS = {
    **operations_of(asyncsdk.blaize),
    **operations_of(asyncsdk.cognitive3d),
    **operations_of(asyncsdk.livepeer),
    **operations_of(asyncsdk.unleash.platform),
    **declared([analytics]),
}
SYSTEMS = [each.parent.name for each in Path(asyncsdk.testing.__file__).parent.glob("*/documents.json")]


def document(*statuses):
    return Document("", "GET", "/", "none", "safe", tuple(Answer(status) for status in statuses))


@pytest.mark.parametrize(
    ("statuses", "old", "new"),
    [
        ((200, 404), 200, 200),
        ((201, 400), 201, 201),
        ((200, 201, 400), 200, 201),
        ((201, 200, 409), 200, 201),
        ((204,), 204, 204),
    ],
)
def test_a_success_is_201_where_something_is_made(statuses, old, new):
    told = document(*statuses)
    assert (told.success().status, told.success(new=True).status) == (old, new)


def test_a_system_without_a_document_has_none():
    assert documents("nobody") == {}
    assert document_of("nobody.users.list") is None


def test_a_document_is_read_once():
    assert documents("blaize") is documents("blaize")
    assert document_of("blaize.users.get").example["user_id"] == "123456789ABCD"


@pytest.mark.parametrize("system", SYSTEMS)
def test_each_entry_is_of_an_operation_of_its_system(system):
    for name, told in documents(system).items():
        operation = OPERATIONS[name]
        assert name.startswith(f"{system}.")
        assert (told.method, told.kind, told.retry) == (operation.method, operation.kind, operation.retry)
        # the names of slots are the document's own
        assert re.sub(r"{\w+}", "{}", told.path) == re.sub(r"{\w+}", "{}", operation.path)
        assert any(each.status < 400 for each in told.responses)
        assert told.request is None or (told.request.example is None) is not (told.request.text is None)
