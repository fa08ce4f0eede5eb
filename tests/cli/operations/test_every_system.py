"""What holds for the commands of every system: each operation has one, takes what its method takes, and says so."""

from __future__ import annotations

import inspect
import re

import pytest
import typer

from asyncsdk.cli import blaize, cognitive3d, livepeer, unleash, unleash_platform
from asyncsdk.cli.operations.commands import commands
from asyncsdk.cli.operations.system import member
from asyncsdk.testing.documents import documents

SYSTEMS = {each.name: each for each in (cognitive3d.system(), livepeer.system(), unleash_platform.system())}
PATHS = [(name, each.python) for name, system in SYSTEMS.items() for each in system.commands.values()]
OF_NO_SECRET = {
    "--created-by-token-name", "--partial-session", "--previous-sessions", "--session-id", "--session-type", "--sessions-only"
}  # fmt: skip


def found(name, path):
    resource, _, verb = path.rpartition(".")
    return commands(SYSTEMS[name], resource)[verb.replace("_", "-")]


@pytest.mark.parametrize("name", SYSTEMS)
def test_each_operation_of_the_document_is_one_of_the_commands(name):
    documented = documents(SYSTEMS[name].client.system)
    assert documented
    assert documented.keys() <= SYSTEMS[name].operations.keys()


def _members(filters):
    """What stands for ``**filters``."""
    return set() if filters is None or filters.kind is not filters.VAR_KEYWORD else {"start", "end", "min_duration"}


@pytest.mark.parametrize(("name", "path"), PATHS)
def test_a_command_takes_what_its_method_takes(name, path):
    typed = {each.name for each in found(name, path).params}
    signature = inspect.signature(member(SYSTEMS[name].client, path)).parameters
    # a page's size has two names, and progress is for programs
    for each in signature.keys() - {"page_size", "on_progress", "filters"} | _members(signature.get("filters")):
        assert typed & {f"argument_{each}", f"filter_{each}"} or "data" in typed
    places = [each.name for each in found(name, path).params if each.param_type_name == "argument"]
    assert places == [f"argument_{each}" for each in signature if f"argument_{each}" in typed]


@pytest.mark.parametrize(("name", "path"), PATHS)
def test_no_option_has_two_meanings_or_takes_a_secret(name, path):
    typed = [flag for each in found(name, path).params for flag in (*each.opts, *each.secondary_opts)]
    flags = [flag for flag in typed if flag.startswith("-")]
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


ALL = {each.name: each for each in (unleash.system(), blaize.system(), *SYSTEMS.values())}
EVERY = [(name, each.python) for name, system in ALL.items() for each in system.commands.values()]


def of(name, path):
    resource, _, verb = path.rpartition(".")
    return commands(ALL[name], resource)[verb.replace("_", "-")]


@pytest.mark.parametrize(("name", "path"), EVERY)
def test_every_list_has_a_limit_and_options_mean_one_thing_everywhere(name, path):
    operation = next(each for each in ALL[name].commands.values() if each.python == path)
    given = {flag: each for each in of(name, path).params for flag in each.opts}
    assert ("--limit" in given) == (operation.kind in ("array", "results", "pages", "cursor", "stream", "any"))
    assert ("--output" in given) == (operation.kind != "bytes")
    if "--output" in given:
        assert given["--output"].name == "output"
        assert given["-o"] is given["--output"]
    # the directory of files, and what they are written as: pulls and pictures have them
    assert not {"--out", "--format", "-f"} & given.keys()
    assert ("--tz" in given) == any("ISO 8601, milli" in (each.help or "") for each in given.values())
