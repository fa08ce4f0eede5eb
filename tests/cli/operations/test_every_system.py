"""What holds for the commands of every system: each operation has one, takes what its method takes, and says so."""

from __future__ import annotations

import inspect
import re
from functools import cache

import pytest
import typer
from systems import SYSTEMS as EVERY

from asyncsdk.cli.operations.commands import commands
from asyncsdk.cli.operations.system import member

SYSTEMS = {each.command().name: each.command() for each in EVERY}
PATHS = [(name, each.python) for name, system in SYSTEMS.items() for each in system.commands.values()]
# a page's size has two names, and progress is for programs
NOT_TYPED = {"page_size", "on_progress", "filters"}
OF_NO_SECRET = {
    "--api-key-file", "--created-by-token-name", "--partial-session", "--previous-sessions", "--session-id", "--session-type", "--sessions-only"
}  # fmt: skip


@cache
def made_of(name, resource):
    return commands(SYSTEMS[name], resource)


def found(name, path):
    resource, _, verb = path.rpartition(".")
    return made_of(name, resource)[verb.replace("_", "-")]


@pytest.mark.parametrize("system", EVERY, ids=lambda system: system.name)
def test_each_operation_of_the_document_is_one_of_the_commands(system):
    assert system.told
    assert system.told.keys() <= system.command().operations.keys()


def _members(filters):
    """What stands for ``**filters``."""
    return set() if filters is None or filters.kind is not filters.VAR_KEYWORD else {"start", "end", "min_duration"}


@pytest.mark.parametrize(("name", "path"), PATHS)
def test_a_command_takes_what_its_method_takes_under_one_name_each_and_no_secret(name, path):
    made = found(name, path)
    typed = {each.name for each in made.params}
    signature = inspect.signature(member(SYSTEMS[name].client, path)).parameters
    for each in signature.keys() - NOT_TYPED | _members(signature.get("filters")):
        body = "field_" not in each and "data" in typed
        assert typed & {f"argument_{each}", f"filter_{each}"} or body
    places = [each.name for each in made.params if each.param_type_name == "argument"]
    assert places == [f"argument_{each}" for each in signature if f"argument_{each}" in typed]

    flags = [flag for each in made.params for flag in (*each.opts, *each.secondary_opts) if flag.startswith("-")]
    assert len(flags) == len(set(flags))
    assert all(each.help for each in found(name, path).params if each.name.startswith("filter_"))
    named = {flag.replace("--no-", "--") for flag in flags} - OF_NO_SECRET
    assert not [
        flag for flag in named if re.search("password|secret|cookie|token|private|session|jwt|(stream|api)-key", flag)
    ]


@pytest.mark.parametrize(("name", "path"), PATHS)
def test_the_help_of_each_command_reads_like_documentation(environment, capsys, name, path):
    operation = next(each for each in SYSTEMS[name].commands.values() if each.python == path)
    line = f"asyncsdk {name} {path.replace('.', ' ').replace('_', '-')}"
    with pytest.raises(typer.Exit):
        found(name, path).make_context(line, ["--help"])
    out = capsys.readouterr().out
    told = " ".join(out.split())
    assert re.search(rf"{operation.method} ?{re.escape(re.sub('{.*', '', operation.path))}", told)
    assert line in told[told.index("Example:") :]
    assert "Prints" in told
    assert not re.search(r"\*\*|``|docs/services|\[bold\]", out)
    for each in found(name, path).params:
        if each.name.removeprefix("argument_") in operation.path_params:
            assert f"{{{each.name.removeprefix('argument_').upper()}}}" in told
    for field in operation.required:
        assert field.split(".")[-1] in told or field == "grant_type"  # which the method gives


@pytest.mark.parametrize(("name", "path"), PATHS)
def test_every_list_has_a_limit_and_options_mean_one_thing_everywhere(name, path):
    operation = next(each for each in SYSTEMS[name].commands.values() if each.python == path)
    given = {flag: each for each in found(name, path).params for flag in each.opts}
    assert ("--limit" in given) == (operation.kind in ("array", "results", "pages", "cursor", "stream", "any"))
    assert ("--output" in given) == (operation.kind != "bytes")
    if "--output" in given:
        assert given["--output"].name == "output"
        assert given["-o"] is given["--output"]
    # the directory of files, and what they are written as: pulls and pictures have them
    assert not {"--out", "--format", "-f"} & given.keys()
    assert ("--tz" in given) == any("ISO 8601, milli" in (each.help or "") for each in given.values())
