"""Sphinx settings."""

from __future__ import annotations

from importlib.metadata import version as installed

project = "asyncsdk"
author = "The asyncsdk developers"
copyright = "2026, the asyncsdk developers"  # noqa: A001
version = release = installed("asyncsdk")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"asyncsdk {release}"
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
default_role = "any"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = True
napoleon_attr_annotations = True
