"""The house: no circle of imports, no heap of files, no file that is more than one idea."""

from __future__ import annotations

import ast
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import asyncsdk

ROOT = Path(asyncsdk.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
TABLE_OF_CONTENTS = ROOT / "blaize"  # the vendor's own: a module a section
MOST_MODULES, MOST_LINES = 16, 400


def name_of(path):
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in FILES}


def imports(module):
    """What a module imports of this package, also for type checkers alone, also where a function does."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0] if node.level > 1 else package
            full = node.module if not node.level else f"{base}.{node.module}" if node.module else base
            for each in node.names:
                inner = f"{full}.{each.name}"
                if inner in MODULES:
                    yield inner
                elif full in MODULES:
                    yield full


def test_there_is_no_circle_of_imports():
    # A folder's own name stands for what it re-exports: nothing inside it may lean on that.
    graph = {module: {each for each in imports(module) if each != module} for module in MODULES if module != "asyncsdk"}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


def test_a_folder_is_one_room():
    counts = Counter(path.parent for path in FILES if path.name != "__init__.py" and path.parent != TABLE_OF_CONTENTS)
    assert {folder: count for folder, count in counts.items() if count > MOST_MODULES} == {}


def test_a_file_is_one_idea():
    lengths = {
        name_of(path): len(path.read_text("utf-8").splitlines()) for path in FILES if path.parent != TABLE_OF_CONTENTS
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_only_what_cannot_run_without_it_knows_asyncio():
    knowing = {
        name_of(path)
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Import) and any(each.name == "asyncio" for each in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module == "asyncio")
    }
    allowed = ("asyncsdk.engines.aiohttp.", "asyncsdk.fanout.owner", "asyncsdk.integrations.", "asyncsdk.testing.")
    assert {each for each in knowing if not each.startswith(allowed)} == set()
