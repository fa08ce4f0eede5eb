"""Where the names of other libraries lead, beside what intersphinx finds.

httpx publishes no list of names that intersphinx could read: its names lead to its one page. A name without a dot is none of another library: `id` and
`filter` are arguments here, and no builtins of Python's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils.nodes import Element, reference
from sphinx.errors import NoUri

if TYPE_CHECKING:
    from docutils.nodes import TextElement
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

# What stands on https://www.python-httpx.org/api/, a heading each.
_HEADINGS = {"AsyncClient", "Client", "Cookies", "Headers", "Request", "Response", "URL"}

_BEFORE_INTERSPHINX = 100


def _linked(_: Sphinx, __: BuildEnvironment, node: Element, shown: TextElement) -> reference | None:
    package, dot, name = str(node.get("reftarget", "")).partition(".")
    if not dot and node.get("reftype") == "obj":
        raise NoUri
    if package != "httpx" or name not in _HEADINGS:
        return None
    link = reference("", "", internal=False, refuri=f"https://www.python-httpx.org/api/#{name.lower()}")
    link += shown
    return link


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("missing-reference", _linked, priority=_BEFORE_INTERSPHINX)
    return {"parallel_read_safe": True}
