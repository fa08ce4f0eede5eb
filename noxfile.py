"""The one entrance: `nox -s demo` and `nox -s tests` are what the README tells a newcomer to run."""

from __future__ import annotations

import os
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["lint", "types", "docs", "tests"]
nox.options.error_on_missing_interpreters = False
nox.options.error_on_external_run = True

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]

PROJECT = nox.project.load_toml("pyproject.toml")


# glibc keeps what large bodies took, by thousands of tests and dozens of threads, unless it is told to give it back.
LEAN = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}


def groups(*names: str) -> list[str]:
    """The requirements of dependency groups."""
    return [each for name in names for each in nox.project.dependency_groups(PROJECT, name)]


def install_wheel(session: nox.Session, extras: str = "all") -> None:
    """Build the wheel and install just that, so that what is tried is what users get."""
    session.install("build", "hatchling")
    out = Path(session.create_tmp()) / "dist"
    for old in out.glob("*.whl"):
        old.unlink()
    session.run("python", "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), silent=True)
    (wheel,) = out.glob("*.whl")
    session.install(f"asyncsdk[{extras}] @ {wheel.resolve().as_uri()}")
    # The version stays while the content changes: an environment that is used again must not keep an earlier build.
    again = ["--reinstall-package", "asyncsdk"] if session.venv_backend == "uv" else ["--force-reinstall"]
    session.install(*again, "--no-deps", str(wheel))


@nox.session
def demo(session: nox.Session) -> None:
    """Pull 30 devices x 24 hours from the embedded sandbox into Parquet files."""
    install_wheel(session, "cli,uvloop")
    session.run("asyncsdk", "demo", *session.posargs)


def run_tests(session: nox.Session, *more: str) -> None:
    """The test suite against the built wheel."""
    install_wheel(session)
    session.install(*groups("tests"))
    # Half of the time a test waits: for a process to start, a disk, a connection that is to fail.
    workers = str(2 * (os.cpu_count() or 1))
    session.run("python", "-m", "pytest", "-n", workers, *more, *session.posargs, env=_apart() | LEAN)


@nox.session(name="engines-newest")
def engines_newest(session: nox.Session) -> None:
    """The engines' tests on the newest aiohttp and httpx2, also where pyproject.toml does not allow them yet: it may, once this passes."""
    install_wheel(session)
    session.install(*groups("tests"))
    session.install("--upgrade", "aiohttp", "httpx2")
    session.run("python", "-c", "import aiohttp, httpx2; print(aiohttp.__version__, httpx2.__version__)")
    session.run("python", "-m", "pytest", "tests/engines", *session.posargs, env=_apart())


@nox.session
@nox.parametrize("pydantic", ["2.7.4", "2.10.6", "2.12.5"])
def pydantic(session: nox.Session, pydantic: str) -> None:
    """Models in pydantic's, on versions of it that are in use; the suite itself runs on the newest."""
    install_wheel(session)
    session.install(*groups("tests"))
    session.install(f"pydantic=={pydantic}")
    session.run("python", "-m", "pytest", "tests/codec/test_pydantic.py", *session.posargs, env=_apart())


@nox.session
def tests(session: nox.Session) -> None:
    """The test suite on the interpreter at hand, against the built wheel."""
    run_tests(session)


@nox.session
def coverage(session: nox.Session) -> None:
    """The same with branch coverage, which takes half as long again."""
    run_tests(session, "--cov", "--cov-branch", "--cov-report=term:skip-covered")


for version in PYTHONS:  # where the interpreter is on the path: `nox -s tests-3.13`
    nox.session(name=f"tests-{version}", python=version)(run_tests)


@nox.session
def browser(session: nox.Session) -> None:
    """The example of a dashboard in the Chromium of this machine."""
    install_wheel(session)
    session.install(*groups("tests", "browser"))
    session.run("python", "-m", "pytest", "-m", "browser", *session.posargs, env=_apart())


@nox.session
def lint(session: nox.Session) -> None:
    """Style, and the arrows of the design."""
    session.install(".", *groups("lint"))
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("lint-imports", env={"PYTHONPATH": "."})


@nox.session
def types(session: nox.Session) -> None:
    """Both type checkers, over the package, a typed sample of its use, and the Python blocks of the documentation."""
    session.install(".[all]", *groups("types", "tests"))
    session.run("mypy")
    session.run("pyright", "--pythonpath", str(Path(session.virtualenv.bin) / "python"))
    session.run("python", "tests/shared/blocks.py")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, warnings being errors."""
    session.install(".[all]", *groups("docs"))
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """The benchmarks: peers beside us in the same run, medians and ratios. Scripts may be named; flags go to each of them."""
    install_wheel(session)
    session.install(*groups("bench"))
    named = [each for each in session.posargs if not each.startswith("-")]
    flags = [each for each in session.posargs if each.startswith("-")]
    for script in named or sorted(str(each) for each in Path("benchmarks").glob("[!_]*.py")):
        session.run("python", script, *flags, env=_apart())


@nox.session
def soak(session: nox.Session) -> None:
    """The long trials: hostile origins, kills, cancellation."""
    install_wheel(session)
    session.install(*groups("tests"))
    session.run("python", "-m", "pytest", "-m", "soak", "-s", *session.posargs, env=_apart() | {"ASYNCSDK_SOAK": "1"})


@nox.session
@nox.parametrize("engine", ["ray", "spark"])
def distributed(session: nox.Session, engine: str) -> None:
    """The trials on Ray and on Spark, each in an environment of its own; as root, in a network of their own."""
    install_wheel(session, f"all,{engine}")
    session.install(*groups("tests"))
    session.run("python", "-m", "pytest", "-m", "engine", "tests/distributed", *session.posargs, env=_apart())


def _apart() -> dict[str, str]:
    """The work tree off the path, so that the installed wheel is what is tried; temporary files in memory where there is such a place.

    Bytecode is written whatever the machine is set to: the suite starts some two hundred interpreters, and each would compile all that it imports.
    """
    memory = Path("/dev/shm")  # noqa: S108
    settings = {"PYTHONSAFEPATH": "1", "PYTHONDONTWRITEBYTECODE": ""}
    return settings | ({"PYTEST_DEBUG_TEMPROOT": str(memory)} if os.access(memory, os.W_OK) else {})
