"""The help of a command, in Markdown: what the method's docstring says, the body, and an example."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from .example import body_example, invocation
from .outline import dashed, sent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .outline import Body, Outline

_NAME = re.compile(r"`(\w+)`")

_PRINTS = {
    "none": "a receipt: `status_code`, the `id` if there is one, and what the service says.",
    "object": "the object: a table of its fields, or JSON with everything the service sent.",
    "any": "what the service sent.",
    "scalar": "the value.",
    "text": "the text.",
    "bytes": "the bytes as they are.",
    "stream": "one JSON object a line, as they arrive. What breaks off is an error, never a list that looks whole.",
}
_LIST = "a list: a table, or with `--output ndjson` one JSON object a line, as they arrive."


def manual(command: str, outline: Outline) -> str:
    """The help of a command.

    Args:
        command: as it is typed, with the program's name.
        outline: what it takes.
    """
    return "\n\n".join(_paragraphs(command, outline))


def _paragraphs(command: str, outline: Outline) -> Iterator[str]:
    operation = outline.operation
    details = outline.doc.details
    yield outline.doc.summary
    if not any(f"{operation.method} /" in each for each in details):
        yield f"`{operation.method} {operation.path}`."
    yield from (_as_commands(each, outline.siblings) for each in details)
    if outline.body is not None:
        yield from _body(outline, outline.body)
    if outline.doc.returns and operation.kind != "stream":
        yield f"**Returns**: {outline.doc.returns}"
    yield f"**Prints** {_PRINTS.get(operation.kind, _LIST)}"
    yield "**Example**:"
    yield _code(invocation(command, outline))


def _as_commands(text: str, siblings: Collection[str]) -> str:
    """The text with other methods of the resource as the commands that they are."""
    return _NAME.sub(lambda found: f"`{dashed(found[1])}`" if found[1] in siblings else found[0], text)


def _body(outline: Outline, body: Body) -> Iterator[str]:
    required = [name for name in outline.operation.required if "." not in name and f"`{name}`" not in body.help]
    if body.model is not None:
        given = {key for _, key in sent(body.model)}
        required = [name for name in required if name in given]
    yield " ".join(
        filter(
            None,
            (
                f"**Body** (`--data`, {'raw text, sent as it is' if body.raw else 'JSON'}): {body.help}",
                f"Required: {', '.join(f'`{name}`' for name in required)}." if required else "",
                "" if body.required else "It may be left out.",
                "A line end at the end is taken off." if body.one_line else "",
                "Its plain fields can be given as options, too." if body.fields else "",
            ),
        )
    )
    if not body.raw:
        example = body_example(outline.operation)
        yield _code(json.dumps(example, indent=2, ensure_ascii=False))
    if body.secret:
        yield (
            "It may hold a secret: give it as `--data @FILE` or `--data -` (stdin), since the command line shows in the "
            "list of processes and in the shell's history."
        )


def _code(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
