from __future__ import annotations

import subprocess
import sys

import pytest

import asyncsdk.testing
from asyncsdk.errors import ConfigurationError


def in_a_new_process(program):
    code = f"import sys; sys.path[:0] = {sys.path!r}\n{program}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_every_public_name_can_be_had():
    for name in asyncsdk.testing.__all__:
        assert getattr(asyncsdk.testing, name).__name__ == name


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        asyncsdk.testing.nothing  # noqa: B018


def test_the_package_alone_loads_no_server():
    program = "import asyncsdk.testing; print(*sys.modules)"
    assert not {"starlette", "uvicorn", "pytest"} & set(in_a_new_process(program))


@pytest.mark.parametrize(("missing", "name"), [("starlette", "Sandbox"), ("uvicorn", "serve")])
def test_without_the_extra_it_says_what_to_install(missing, name):
    program = (
        f"sys.modules[{missing!r}] = None\n"
        "from asyncsdk.errors import ConfigurationError\n"
        "try:\n"
        f"    from asyncsdk.testing import {name}\n"
        "except ConfigurationError as error:\n"
        "    print(error)\n"
    )
    said = " ".join(in_a_new_process(program))
    assert said == f"the sandbox needs {missing}: install the extra, e.g. pip install 'asyncsdk[sandbox]'"


def test_another_missing_module_is_not_blamed_on_the_extra(monkeypatch):
    monkeypatch.setitem(asyncsdk.testing._HOME, "Ghost", "ghost")
    with pytest.raises(ModuleNotFoundError, match="ghost") as caught:
        asyncsdk.testing.Ghost  # noqa: B018
    assert not isinstance(caught.value, ConfigurationError)
