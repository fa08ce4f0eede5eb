"""What is installed, and what importing it costs."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import asyncsdk

# anyio looks for sniffio, and loads it where it is installed.
ALLOWED = {"anyio", "asyncsdk", "attr", "attrs", "cattrs", "msgspec", "sniffio", "typing_extensions"}
HEAVY = {"aiohttp", "botocore", "httpx2", "numpy", "pyarrow", "rich", "starlette", "trio", "typer", "uvicorn", "uvloop"}


def test_the_package_under_test_is_the_installed_wheel():
    if not sys.flags.safe_path:
        pytest.fail("run the tests with `nox -s tests`: they are to see the built wheel, not the work tree")
    where = Path(asyncsdk.__file__)
    assert "site-packages" in where.parts
    assert metadata.version("asyncsdk") == asyncsdk.__version__
    assert (where.parent / "py.typed").is_file()


def loaded(code: str) -> set[str]:
    """The modules in a fresh interpreter after some code."""
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    "used",
    [
        pytest.param("", id="the package"),
        pytest.param("from asyncsdk import *", id="all its public names"),
        pytest.param("asyncsdk.UnleashAnalytics('test-key')", id="a client"),
        pytest.param("asyncsdk.blaize.webhooks, asyncsdk.sinks.ParquetSink", id="a folder of it"),
        pytest.param("asyncsdk.unleash.platform.Device, asyncsdk.unleash.analytics", id="a folder within one"),
    ],
)
def test_importing_it_loads_nothing_heavy(used):
    ours = loaded(f"import httpx\nimport asyncsdk\n{used}") - loaded("import httpx")
    tops = {name.partition(".")[0] for name in ours if not name.startswith("_")}
    assert tops - set(sys.stdlib_module_names) <= ALLOWED
    assert not tops & HEAVY


def test_every_public_name_resolves_and_is_documented():
    for name in asyncsdk.__all__:
        value = getattr(asyncsdk, name)
        assert name in ("OMIT", "__version__") or value.__doc__, name


def test_the_root_offers_public_names_and_nothing_else():
    offered = {name for name in dir(asyncsdk) if not name.startswith("_")}
    folders = {"blaize", "cognitive3d", "datasets", "errors", "livepeer", "sinks", "testing", "unleash"}
    loaded_by_others = {name for name in offered if type(getattr(asyncsdk, name)).__name__ == "module"}
    assert offered - loaded_by_others == set(asyncsdk.__all__) - {"__version__"}
    assert folders <= loaded_by_others
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        asyncsdk.Nothing  # noqa: B018
