"""The notebook runs from its first cell to its last, and shows what it promises."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from blocks import ROOT
from nbclient import NotebookClient

import asyncsdk

NOTEBOOK = ROOT / "examples/quickstart.ipynb"


@pytest.fixture
def ran(tmp_path, monkeypatch):
    """The notebook after a run in an empty folder, without a key."""
    monkeypatch.setenv("PYTHONPATH", str(Path(asyncsdk.__file__).parents[1]))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.delenv("UNLEASH_API_KEY", raising=False)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    return notebook


def shown(cell, kind):
    """What a cell shows of a kind."""
    return [each.data[kind] for each in cell.outputs if kind in each.get("data", {})]


def test_the_notebook_goes_from_a_key_to_a_plot(ran):
    code = [cell for cell in ran.cells if cell.cell_type == "code"]
    assert not any(each.output_type == "error" for cell in code for each in cell.outputs)
    assert "Warning" not in "".join(each.get("text", "") for cell in code for each in cell.outputs)
    bars = [html for cell in code for html in shown(cell, "text/html") if "<progress" in html]
    full = [re.search(r'<progress [^>]*value="(\d+)" max="(\d+)"', html).groups() for html in bars]
    assert len(full) == 2
    assert all(value == most for value, most in full)
    assert [len(shown(cell, "image/png")) for cell in code].count(1) == 1


def test_the_notebook_is_kept_without_what_it_showed():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
