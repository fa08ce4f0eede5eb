"""The documentation says what is so: its Python blocks run or at least could, its links lead somewhere, the examples work."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import re
import tomllib
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from time import time

import attrs
import httpx
import pytest
from blocks import BLOCKS, DOCS, PAGES, ROOT, WORLD, at_home, compiled, file_of, tree_of
from loops import asyncio_alone

import asyncsdk
from asyncsdk import AWSCredentials, Blaize, Cognitive3D, Livepeer, UnleashAnalytics, UnleashPlatform
from asyncsdk.testing import (
    AnalyticsService,
    BlaizeService,
    CognitiveService,
    FakeClock,
    LivepeerService,
    Sandbox,
    Script,
    UnleashPlatformService,
    serve,
)

anyio_backend = asyncio_alone

SOURCES = [path for folder in ("asyncsdk", "benchmarks", "examples") for path in sorted((ROOT / folder).rglob("*.py"))]

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_NAMED = re.compile(r"`(asyncsdk(?:\.\w+)+)`")
_CONTENTS = re.compile(r"^```\{toctree\}\n(?::[^\n]*\n)*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"`((?:examples|docs|tests|benchmarks|asyncsdk)/[\w/.-]+\.\w+)`")
_SERVICE = re.compile(r"docs/services/[\w-]+\.md")
# What readers do not have: the numbers of the documents that this was written from, and the notes beside them.
_WORKING_PAPER = re.compile(r"\b[Ss]eed \d{3}\b|\bFACTS\b|\b[Ff]acts \d|/work/shared")

# The document's sample device has no row outside of these hours.
START = datetime(2020, 8, 17, 6, tzinfo=UTC)
END = START + timedelta(hours=2)

# Before this moment the sandbox has sessions of Cognitive3D.
C3D_END = datetime(2026, 1, 1, tzinfo=UTC)

_AWS = AWSCredentials("test-access", "test-secret")


def dotted(node):
    """``a.b.c`` as its parts; None for anything else."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else None


def resolved(name):
    """What a dotted name stands for: modules are imported, all else is an attribute."""
    first, *rest = name.split(".")
    value = importlib.import_module(first)
    for at, part in enumerate(rest):
        try:
            value = getattr(value, part)
        except AttributeError:
            value = importlib.import_module(".".join([first, *rest[: at + 1]]))
    return value


def offline():
    """One client of each system, by the names that the pages give them; nothing is asked."""
    blaize = Blaize("demo", access_key="test-access", secret_key="test-secret", transport=Script(500))
    analytics = UnleashAnalytics("test-key", transport=Script(500))
    platform = UnleashPlatform(credentials=_AWS, transport=Script(500))
    c3d = Cognitive3D("test-key", transport=Script(500))
    return {
        "c3d": c3d,
        "analytics": analytics,
        "client": analytics,
        "blaize": blaize,
        "administrator": blaize,
        "platform": platform,
        "livepeer": Livepeer("test-key", transport=Script(500)),
    }


def runs(source):
    """Whether a block is tried here: no file of its own (`tests/test_quickstart.py`), and nothing that no sandbox serves: the identities of AWS."""
    calls = [dotted(node.func) or [""] for node in ast.walk(tree_of(source)) if isinstance(node, ast.Call)]
    return file_of(source) is None and all(name[-1] != "CognitoIdentity" for name in calls)


@contextmanager
def named(page, number):
    """Says of an error in which block it is."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"in block {number} of {page}")
        raise


@pytest.mark.parametrize("page", BLOCKS)
def test_the_blocks_of_a_page_compile_and_use_names_that_there_are(page):
    clients = offline()
    for number, source in enumerate(BLOCKS[page], 1):
        with named(page, number):
            compiled(source)
            for node in ast.walk(tree_of(source)):
                check_names(node, clients)


def check_names(node, clients):
    if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "asyncsdk":
        for each in node.names:
            assert resolved(f"{node.module}.{each.name}") is not None
    parts = dotted(node) if isinstance(node, ast.Attribute) else None
    if parts and parts[0] == "asyncsdk":
        assert resolved(".".join(parts)) is not None
    elif parts and parts[0] in clients:
        value = clients[parts[0]]
        for part in parts[1:]:
            value = getattr(value, part)


@pytest.mark.parametrize("page", [page for page, blocks in BLOCKS.items() if any(runs(each) for each in blocks)])
@pytest.mark.asyncio
async def test_the_blocks_of_a_page_run_against_the_sandbox(page, tmp_path, monkeypatch):
    """Blocks stand in the middle of a program: they find what the text around them speaks of."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "216.JPG").write_bytes(bytes(1000))
    clock = FakeClock(time())  # a client that a block makes goes by the system's
    services = (
        AnalyticsService(devices=2, rows_per_hour=50, page_size=5),
        BlaizeService(users=3),
        UnleashPlatformService(clock=clock, job_seconds=0),
        CognitiveService(),
        LivepeerService(clock=clock),
    )
    with serve(Sandbox(*services)) as url:
        for name, value in at_home(url).items():
            monkeypatch.setenv(name, value)
        async with (
            UnleashPlatform(credentials=_AWS, base_url=f"{url}/prod", clock=clock) as platform,
            UnleashAnalytics("test-key", base_url=f"{url}/v1") as analytics,
            Blaize(base_url=url, access_key="test-access", secret_key="test-secret") as blaize,
            Cognitive3D("test-key", base_url=f"{url}/cognitive3d", data_url=f"{url}/cognitive3d/data") as c3d,
            Livepeer("test-key", base_url=f"{url}/api", clock=clock) as livepeer,
        ):
            users = await blaize.users.list().to_list()
            await platform.library.upload("216.JPG", device_id="W123", session_id="3")
            c3d_plan = c3d.datasets.sessions.plan([5001], C3D_END - timedelta(days=2), C3D_END)
            await c3d.datasets.sessions.backfill(c3d_plan, asyncsdk.ParquetSink("sessions"))
            plan = analytics.plan("all", START, END)
            await analytics.backfill(plan, asyncsdk.ParquetSink("detections"))
            row = await analytics.rows("W9d3f1bcad8e8abd", START, END).first()
            world = {
                "asyncsdk": asyncsdk,
                "attrs": attrs,
                "httpx": httpx,
                "timedelta": timedelta,
                **{name: getattr(asyncsdk, name) for name in asyncsdk.__all__},
                "analytics": analytics,
                "client": analytics,
                "blaize": blaize,
                "platform": platform,
                "livepeer": livepeer,
                "path": "216.JPG",
                "c3d": c3d,
                "c3d_url": f"{url}/cognitive3d",
                "connect": partial(UnleashAnalytics, "test-key", base_url=f"{url}/v1"),
                "device": "W9d3f1bcad8e8abd",
                "start": START,
                "end": END,
                "plan": plan,
                "pager": analytics.rows("W9d3f1bcad8e8abd", START, END),
                "row": row,
                "user_ids": [each.user_id for each in users],
                "user_id": users[0].user_id,
            }
            assert world.keys() >= WORLD.keys() - {"administrator", "spark"}
            for number, source in enumerate(BLOCKS[page], 1):
                if runs(source):
                    with named(page, number):
                        result = eval(compiled(source), {**world})
                        if inspect.isawaitable(result):
                            await result


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_leads_and_points_to_what_there_is(page):
    text = page.read_text()
    for target in _LINK.findall(text):
        if "://" not in target and not target.startswith("#"):
            assert (page.parent / target.partition("#")[0]).is_file(), target
    for path in _FILE.findall(text):
        assert (ROOT / path).exists(), path
    for name in _NAMED.findall(text):
        assert resolved(name) is not None


def test_every_page_is_in_one_table_of_contents():
    listed = []
    for page in DOCS:
        for contents in _CONTENTS.findall(page.read_text()):
            listed += [(page.parent / f"{each}.md").resolve() for each in contents.split()]
    assert sorted([*listed, ROOT / "docs/index.md"]) == DOCS


def test_readers_are_sent_to_what_they_have():
    for path in (*SOURCES, *PAGES):
        text = path.read_text()
        assert _WORKING_PAPER.findall(text) == [], path
        for page in _SERVICE.findall(text):
            assert (ROOT / page).is_file(), f"{page}, in {path}"


def test_the_reference_has_every_public_name():
    text = "\n".join(page.read_text() for page in (ROOT / "docs/reference").rglob("*.md"))
    modules = re.findall(r"automodule:: (\S+)\n   :members:(.*)", text)
    shown = set(re.findall(r"auto(?:class|function):: asyncsdk\.([\w.]+)", text))
    for module, members in modules:
        shown |= {each.strip() for each in members.split(",")} if members.strip() else set(vars(resolved(module)))
    named = {each for each in asyncsdk.__all__ if not each.startswith("__")} | set(asyncsdk.blaize.__all__)
    named |= set(resolved("asyncsdk.unleash.platform").__all__)
    named |= set(asyncsdk.cognitive3d.__all__)
    named |= set(resolved("asyncsdk.livepeer").__all__)
    assert named - shown == set()


def test_the_page_of_the_installation_has_every_extra():
    page = (ROOT / "docs/installation.md").read_text()
    with (ROOT / "pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    table = dict(re.findall(r"^\| `(\w+)` \|[^|]*\|(.*)\|$", page, re.MULTILINE))
    assert set(table) == set(extras) - {"all"}
    for name, requirements in extras.items():
        for each in requirements if name != "all" else ():
            assert re.match(r"[\w.-]+", each)[0] in table[name]


def test_contributing_has_the_layers_in_their_order():
    with (ROOT / "pyproject.toml").open("rb") as file:
        layers = tomllib.load(file)["tool"]["importlinter"]["contracts"][0]["layers"]
    diagram = re.search(r"^```\n(.*?)^```$", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE | re.DOTALL)[1]
    assert [re.split(r"\s{2,}", line)[0] for line in diagram.splitlines()] == layers


def test_contributing_has_every_session():
    told = {
        each.replace("-", "_") for each in re.findall(r"`nox -s ([a-z-]+[a-z])", (ROOT / "CONTRIBUTING.md").read_text())
    }
    functions = [
        node for node in ast.parse((ROOT / "noxfile.py").read_text()).body if isinstance(node, ast.FunctionDef)
    ]
    assert told == {each.name for each in functions if each.decorator_list}


def test_the_pages_that_speak_of_all_systems_leave_none_out():
    signing, pulled = (ROOT / "docs/authentication.md").read_text(), (ROOT / "docs/data-sets.md").read_text()
    for client in {type(each): each for each in offline().values()}.values():
        assert f"| `{type(client).__name__}` |" in signing
        for name in client.datasets:
            assert f"`{client.datasets[name].id}`" in pulled


def test_the_page_of_examples_has_each_of_them():
    told = set(re.findall(r"^\| `examples/([\w.]+)` \|", (ROOT / "docs/examples.md").read_text(), re.MULTILINE))
    assert told == {path.name for path in (ROOT / "examples").iterdir() if path.suffix in {".py", ".ipynb"}}
