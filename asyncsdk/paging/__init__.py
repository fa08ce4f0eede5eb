"""Lists that come in pages: a page, a pager, and one small strategy a paging style."""

from .links import cursor_of, next_link, parameter
from .pager import Fetch, Items, Page, Pager, Pages, Trail, Unique
from .strategies import Part, at_once, by_cursor, by_number, counted, page_number

__all__ = [
    "Fetch",
    "Items",
    "Page",
    "Pager",
    "Pages",
    "Part",
    "Trail",
    "Unique",
    "at_once",
    "by_cursor",
    "by_number",
    "counted",
    "cursor_of",
    "next_link",
    "page_number",
    "parameter",
]
