from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from asyncsdk.cli.operations.example import invocation, wire_example
from asyncsdk.cli.operations.manual import manual


def test_the_help_is_made_of_docstring_types_and_fields(outlines):
    said = manual("asyncsdk toy shops save", outlines["save"])
    assert said == (
        "Save a shop.\n\n"
        "`PUT /shops/{shop_id}`.\n\n"
        "Unlike `count`, it takes a `body`. It goes to `openNow`.\n\n"
        "**Body** (`--data`, JSON): what it is to be. Required: `kind`. Its plain fields can be given as options, too.\n\n"
        "    {\n"
        '      "kind": "shop",\n'
        '      "size": 5,\n'
        '      "openNow": true,\n'
        '      "tags": [\n        "..."\n      ],\n'
        '      "address": {\n        "street": "High Street",\n        "pin": "..."\n      },\n'
        '      "hours": {\n        "name": "..."\n      }\n'
        "    }\n\n"
        "It may hold a secret: give it as `--data @FILE` or `--data -` (stdin), since the command line shows in the list of "
        "processes and in the shell's history.\n\n"
        "**Prints** a receipt: `status_code`, the `id` if there is one, and what the service says.\n\n"
        "**Example**:\n\n"
        "    asyncsdk toy shops save SHOP_ID --data @shop.json"
    )


def test_secrets_and_what_only_answers_hold_are_no_options(outlines):
    body = outlines["save"].body
    assert [each.flag for each in body.fields] == ["--kind", "--size", "--open-now", "--tags"]
    assert body.secret  # one level deeper


def test_an_example_shows_what_matters(outlines):
    assert invocation("list", outlines["list"]) == "list --output ndjson"
    assert invocation("picture", outlines["picture"]) == "picture SHOP_ID"


@pytest.mark.parametrize(
    ("kind", "example"),
    [
        (str, "..."),
        (int | None, 5),
        (datetime, "2026-11-01T10:00:00Z"),
        (Mapping[str, Any], {"name": "value"}),
        (Mapping[str, Any] | tuple[Any, ...], {"name": "value"}),
    ],
)
def test_each_type_has_an_example(kind, example):
    assert wire_example(kind) == example


def test_an_example_of_a_model_has_what_is_sent(model):
    assert wire_example(tuple[model.Address, ...]) == [{"street": "High Street", "pin": "..."}]
    assert "id" not in wire_example(model.Shop)
