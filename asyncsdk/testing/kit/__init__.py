"""What sandboxes are made of: a table of rows, a voice, a check, and one way for every request.

A row is things that are kept (`Things`), which of them belong together (`Relation`), a member that is set (`Member`), or an answer
that is the document's (`Canned`); what has state of its own is a `Part` that is written by hand. A `Voice` says what became of
a request, an `Admit` who may come in, and a `Door` takes every request through both.
"""

from .call import Call, Handler, MissingError, Part, Record, RefusedError, UnfitError, answer, said, table
from .cursors import Stretch, linked, next_link, stretch
from .door import Admit, Door
from .pages import Asked, Rows, asked
from .relation import Relation
from .rows import Canned, Member
from .shared import Shared, operations_of
from .store import Pairs, Store
from .things import Things, merged, replaced
from .voice import Done, Voice

__all__ = [
    "Admit",
    "Asked",
    "Call",
    "Canned",
    "Done",
    "Door",
    "Handler",
    "Member",
    "MissingError",
    "Pairs",
    "Part",
    "Record",
    "RefusedError",
    "Relation",
    "Rows",
    "Shared",
    "Store",
    "Stretch",
    "Things",
    "UnfitError",
    "Voice",
    "answer",
    "asked",
    "linked",
    "merged",
    "next_link",
    "operations_of",
    "replaced",
    "said",
    "stretch",
    "table",
]
