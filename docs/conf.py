"""Sphinx settings."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from asyncsdk.version import __version__

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "asyncsdk"
author = "The asyncsdk developers"
copyright = "2026, the asyncsdk developers"  # noqa: A001
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.intersphinx",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "other_libraries",
    "summary",
]
exclude_patterns = ["_build"]
html_theme = "furo"
pygments_dark_style = "github-dark"
html_title = f"asyncsdk {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "source_repository": "https://github.com/asyncsdk/asyncsdk/",
    "source_branch": "main",
    "source_directory": "docs/",
}
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
default_role = "py:obj"  # what has no page of its own, such as an argument or another library, is shown as code
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autosummary_generate = False
napoleon_google_docstring = True
napoleon_attr_annotations = True
napoleon_use_ivar = True
copybutton_exclude = ".linenos, .gp, .go"

# Names of other libraries lead to their pages where the build may ask for their lists of names: it must work without a network, too.
_LIBRARIES = {
    "python": "https://docs.python.org/3/",
    "pyarrow": "https://arrow.apache.org/docs/",
    "attrs": "https://www.attrs.org/en/stable/",
    "anyio": "https://anyio.readthedocs.io/en/stable/",
}
intersphinx_mapping = {name: (url, None) for name, url in _LIBRARIES.items()} if os.environ.get("DOCS_ONLINE") else {}

# Two classes may have one short name, as a plan of a pull and a plan of the Platform: both are linked from their own pages.
suppress_warnings = ["ref.python"]
