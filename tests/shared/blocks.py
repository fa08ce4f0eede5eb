"""The Python blocks of the documentation; run as a script, both type checkers over them.

A block stands in the middle of a program: what the text around it speaks of (`WORLD`) is there, and it may await.
"""

from __future__ import annotations

import ast
import inspect
import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = sorted(page for page in (ROOT / "docs").rglob("*.md") if "_build" not in page.parts)
PAGES = [*sorted(ROOT.glob("*.md")), *DOCS]

_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

BLOCKS = {str(page.relative_to(ROOT)): found for page in PAGES if (found := _BLOCK.findall(page.read_text()))}
"""Those of each page that has any."""

WORLD = {
    "analytics": "UnleashAnalytics",
    "client": "UnleashAnalytics",
    "connect": "Callable[[], UnleashAnalytics]",
    "spark": "Any",
    "blaize": "Blaize",
    "administrator": "Blaize",
    "platform": "UnleashPlatform",
    "livepeer": "Livepeer",
    "c3d": "Cognitive3D",
    "c3d_url": "str",
    "device": "str",
    "end": "datetime",
    "pager": "Pager[AnalyticsRow]",
    "path": "str",
    "plan": "Plan",
    "row": "AnalyticsRow",
    "start": "datetime",
    "user_id": "str",
    "user_ids": "list[str]",
}
"""What a block may take for given, and its type."""

_AT_HOME = {
    "UNLEASH_BASE_URL": "{url}/v1",
    "UNLEASH_API_KEY": "test-key",
    "UNLEASH_PLATFORM_BASE_URL": "{url}/prod",
    "AWS_ACCESS_KEY_ID": "test-access",
    "AWS_SECRET_ACCESS_KEY": "test-secret",
    "BLAIZE_BASE_URL": "{url}",
    "BLAIZE_ACCESS_KEY": "test-access",
    "BLAIZE_SECRET_KEY": "test-secret",
    "C3D_BASE_URL": "{url}/cognitive3d",
    "C3D_DATA_URL": "{url}/cognitive3d/data",
    "C3D_API_KEY": "test-key",
    "LIVEPEER_BASE_URL": "{url}/api",
    "LIVEPEER_API_KEY": "test-key",
}

_BEFORE = """\
from __future__ import annotations

import asyncsdk
import attrs
import httpx
from asyncsdk import *
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

"""


def at_home(url):
    """The variables that a sandbox at a URL prints: clients that are told nothing else find it."""
    return {name: value.format(url=url) for name, value in _AT_HOME.items()}


def file_of(source):
    """The name of the file that a block is, by its first line; None for a block in the middle of a program."""
    named = re.match(r"# (\w+\.py)\n", source)
    return named and named[1]


def compiled(source, **how):
    """A block's code, or with ``flags`` its tree."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | how.get("flags", 0)
    return compile(source, "<documentation>", "exec", flags=flags)


def tree_of(source):
    """A block's tree."""
    return compiled(source, flags=ast.PyCF_ONLY_AST)


def module_of(source):
    """A block as it stands where it is a module; else as the body of a function, with what it takes for given as its arguments."""
    nodes = list(ast.walk(tree_of(source)))
    names = [node for node in nodes if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    bound |= {node.asname or node.name for node in nodes if isinstance(node, ast.alias)}
    bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    bound |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    given = {node.id for node in names} & WORLD.keys() - bound
    if not given and not compiled(source).co_flags & inspect.CO_COROUTINE:
        return _BEFORE + source
    arguments = ", ".join(f"{name}: {WORLD[name]}" for name in sorted(given))
    return f"{_BEFORE}\nasync def block({arguments}) -> None:\n{textwrap.indent(source, '    ')}"


def main():
    """Check all blocks with mypy and pyright; the number of those that found something."""
    with tempfile.TemporaryDirectory() as folder:
        for page, sources in BLOCKS.items():
            for number, source in enumerate(sources, 1):
                name = re.sub(r"[^a-zA-Z0-9]", "_", page.removesuffix(".md"))
                (Path(folder) / f"{name}_{number}.py").write_text(module_of(source))
        config = Path(folder) / "pyrightconfig.json"
        config.write_text(json.dumps({"include": ["."], "extraPaths": [str(ROOT)], "pythonVersion": "3.11"}))
        where = os.environ | {"MYPYPATH": str(ROOT)}
        checks = (
            ["mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", os.devnull, folder],
            ["pyright", "--project", str(config), "--pythonpath", sys.executable],
        )
        tools = Path(sys.executable).parent
        return sum(
            subprocess.run([str(tools / tool), *rest], env=where, check=False).returncode != 0 for tool, *rest in checks
        )


if __name__ == "__main__":
    sys.exit(main())
