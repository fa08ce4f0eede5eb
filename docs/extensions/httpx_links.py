"""Names of httpx lead to its page: it publishes no list of names that intersphinx could read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils.nodes import Element, reference

if TYPE_CHECKING:
    from docutils.nodes import TextElement
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

# What stands on https://www.python-httpx.org/api/, a heading each.
_HEADINGS = {"AsyncClient", "Client", "Cookies", "Headers", "Request", "Response", "URL"}


def _linked(_: Sphinx, __: BuildEnvironment, node: Element, shown: TextElement) -> reference | None:
    package, _, name = str(node.get("reftarget", "")).partition(".")
    if package != "httpx" or name not in _HEADINGS:
        return None
    link = reference("", "", internal=False, refuri=f"https://www.python-httpx.org/api/#{name.lower()}")
    link += shown
    return link


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("missing-reference", _linked)
    return {"parallel_read_safe": True}
