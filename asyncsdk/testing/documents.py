"""What the systems' documents say of each operation, as data: bodies, statuses, answers.

It stands in ``<system>/documents.json`` beside the system's sandbox, and is read by the sandbox, by the contract tests and
by the help of the command line.
"""

from __future__ import annotations

from functools import cache
from pkgutil import get_data
from typing import TYPE_CHECKING, Any

import msgspec
from attrs import field, frozen

# msgspec reads the annotations when the first file is decoded
from ..operation import Kind, RetryClass

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class Answer:
    """One answer that is documented.

    Attributes:
        status: the HTTP status.
        example: its JSON; None where none is shown.
        text: its text, where that is no JSON.
    """

    status: int
    example: Any = None
    text: str | None = None


@frozen
class Body:
    """What is sent.

    Attributes:
        content_type: what the bytes are.
        example: JSON that is shown; None where none is.
        text: the text that is shown, where the body is raw.
        required: wire names of the fields that must be there.
    """

    content_type: str
    example: Any = None
    text: str | None = None
    required: tuple[str, ...] = ()


@frozen
class Document:
    """What is documented of one operation. Its JSON is shared: never change it in place.

    Attributes:
        title: the heading in the document.
        method: the HTTP method.
        path: below the base URL, with the document's own names of the slots.
        kind: what the call gives, as `asyncsdk.operation.Operation` has it.
        retry: likewise.
        responses: each answer that is shown, successes first.
        path_params: in path order, the SDK's name of each slot and a value: the one that the document's examples belong to.
        query: keyword argument to wire name.
        request: what is sent, if anything is.
        signed: False for the few calls that go without credentials.
        host: the name of another host than the client's first; empty for that.
        documented: method and path as printed, where the service has moved away from them.
        note: what else must be known.
    """

    title: str
    method: str
    path: str
    kind: Kind
    retry: RetryClass
    responses: tuple[Answer, ...]
    path_params: dict[str, str] = field(factory=dict)
    query: dict[str, str] = field(factory=dict)
    request: Body | None = None
    signed: bool = True
    host: str = ""
    documented: str = ""
    note: str = ""

    def success(self, *, new: bool = False) -> Answer:
        """The answer to a call that succeeds.

        Args:
            new: whether it has made something: then 201 is meant, where there are several.
        """
        found = [each for each in self.responses if each.status < 400]
        return next((each for each in found if (each.status == 201) is new), found[0])

    @property
    def example(self) -> Any:
        """The JSON of the first answer that succeeds; None where none is shown."""
        return self.success().example


@cache
def documents(system: str) -> Mapping[str, Document]:
    """What a system's document says, by operation id; read once.

    Args:
        system: e.g. ``"blaize"``; one that has no document gives nothing.
    """
    try:
        content = get_data(__name__.rpartition(".")[0], f"{system}/documents.json") or b"{}"
    except OSError:
        return {}
    return msgspec.json.decode(content, type=dict[str, Document])


def document_of(operation_id: str) -> Document | None:
    """What is documented of one operation; None where nothing is."""
    return documents(operation_id.partition(".")[0]).get(operation_id)
