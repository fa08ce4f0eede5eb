"""Sphinx settings."""

from __future__ import annotations

from asyncsdk.version import __version__

project = "asyncsdk"
author = "The asyncsdk developers"
copyright = "2026, the asyncsdk developers"  # noqa: A001
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"asyncsdk {release}"
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
default_role = "py:obj"  # what has no page of its own, such as an argument or another library, is shown as code
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = True
napoleon_attr_annotations = True
napoleon_use_ivar = True

# Two classes may have one short name, as a plan of a pull and a plan of the Platform: both are linked from their own pages.
suppress_warnings = ["ref.python"]
