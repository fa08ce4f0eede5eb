"""A row of a system's table: which things of one kind belong to which of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from .call import MissingError, RefusedError, UnfitError, answer
from .store import Pairs
from .voice import Done

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.responses import Response

    from ...operation import Operation
    from .call import Call, Handler, Record
    from .shared import Shared
    from .store import Known
    from .things import Listing
    from .voice import Deed


@frozen(eq=False, kw_only=True)
class Relation:
    """Which things of one kind belong to which of another: added, listed from either side, removed.

    Attributes:
        shared: what all parts share.
        name: what one such pair is called, in words.
        left: those whose id comes first in the paths.
        right: those that belong to them.
        add: the attribute path of the operation that puts two together; empty where there is none.
        get: likewise, of the one that tells a pair.
        remove: likewise, of the one that takes two apart.
        rights: likewise, of the list of what belongs to one on the left.
        lefts: likewise, of the list of what one on the right belongs to.
        member: the wire name of the right id in the bodies of `add` and `remove`; empty where it is in the path.
        tell: what is told of a pair; by default the thing on the other side.
        listed: how a list is given; by default as the system's voice does.
        missing: what is said of a pair that is none.
        pairs: who belongs to whom, as (left, right).
    """

    shared: Shared
    name: str
    left: Known
    right: Known
    add: str = ""
    get: str = ""
    remove: str = ""
    rights: str = ""
    lefts: str = ""
    member: str = ""
    tell: Callable[[str, str], Record] | None = None
    listed: Listing | None = None
    missing: str = ""
    pairs: Pairs = field(init=False, factory=Pairs)

    def __attrs_post_init__(self) -> None:
        self.left.on_removal.append(self.pairs.forget_left)
        self.right.on_removal.append(self.pairs.forget_right)

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        offered: Mapping[str, Handler] = {
            self.add: self.join,
            self.get: self._get,
            self.remove: self._remove,
            self.rights: self._rights,
            self.lefts: self._lefts,
        }
        return {self.shared.operation(path): handler for path, handler in offered.items() if path}

    def join(self, call: Call) -> Response:
        """Put two together that are there."""
        left, right = self._meant(call)
        self.left.require(left)
        self.right.require(right)
        return self._done(call, "added", left, right, new=self.pairs.add(left, right))

    def _get(self, call: Call) -> Response:
        left, right = self._found(call)
        return answer(self._told(call, left, right))

    def _remove(self, call: Call) -> Response:
        left, right = self._found(call)
        self.pairs.remove(left, right)
        return self._done(call, "removed", left, right)

    def _rights(self, call: Call) -> Response:
        (left,) = call.path
        self.left.require(left)
        told = (self._told(call, left, right) for right in self.pairs.rights(left))
        return (self.listed or self.shared.voice.listed)(call, told)

    def _lefts(self, call: Call) -> Response:
        (right,) = call.path
        self.right.require(right)
        told = (
            self.left.told(call, left) if self.tell is None else self.tell(left, right)
            for left in self.pairs.lefts(right)
        )
        return (self.listed or self.shared.voice.listed)(call, told)

    def _told(self, call: Call, left: str, right: str) -> Record:
        return self.right.told(call, right) if self.tell is None else self.tell(left, right)

    def _meant(self, call: Call) -> tuple[str, str]:
        """The ids on the left and on the right."""
        if not self.member:
            left, right = call.path
            return left, right
        body = call.json()
        sent = body.get(self.member) if isinstance(body, dict) else None
        if not isinstance(sent, str):
            raise UnfitError(f"body.{self.member} must be text")
        return call.path[0], sent

    def _found(self, call: Call) -> tuple[str, str]:
        left, right = self._meant(call)
        if (left, right) not in self.pairs:
            raise RefusedError(404, self.missing) if self.missing else MissingError(self.name)
        return left, right

    def _done(self, call: Call, deed: Deed, left: str, right: str, *, new: bool = False) -> Response:
        uri = call.uri(self.shared.operation(self.get), left, right) if self.get else None
        record = self._told(call, left, right) if deed == "added" else None
        return self.shared.voice.done(Done(call, deed, self.name, record, uri, new=new))
