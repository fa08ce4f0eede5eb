"""A row of a system's table: things of one kind that are kept, under an id or a path of ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import Factory, field, frozen

from .call import MissingError, Record, RefusedError, UnfitError, answer
from .store import Store
from .voice import Done

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.responses import Response

    from ...operation import Operation
    from .call import Call, Handler
    from .shared import Shared
    from .store import Forget, Known
    from .voice import Deed

Make = Callable[["Call", Any, Record | None], Record]
"""From a call, its body and what was there before (None for a new thing): what is kept."""

Tell = Callable[["Call", Record], Record]
"""From a call and what is kept, with its id: what is told."""

Sees = Callable[["Call", Record], bool]
"""Whether a thing is there for whoever asks."""

Select = Callable[["Call", Iterable[Record]], Iterable[Record]]
"""Which things the filters of a list mean, and in which order."""

Listing = Callable[["Call", Iterable[Record]], "Response"]
"""How a list is given."""


def replaced(_: Call, body: Any, __: Record | None) -> Record:
    """What is sent takes the place of what was there."""
    found: Record = body
    return found


def merged(_: Call, body: Any, before: Record | None) -> Record:
    """What is sent goes over what was there, member by member."""
    return {**(before or {}), **body}


def as_kept(_: Call, record: Record) -> Record:
    """What is kept is told."""
    return record


def by_all(_: Call, __: Record) -> bool:
    """Everybody sees everything."""
    return True


def all_of(_: Call, records: Iterable[Record]) -> Iterable[Record]:
    """There are no filters."""
    return records


@frozen(eq=False)
class Things:
    """Things of one kind, and what answers for them.

    Its operations are those of its resource that go by the names that all systems have in common: ``list``, ``create``, ``save``
    (under an id of the client's own), ``get``, ``update``, ``delete`` and ``delete_many``. The document's example is there at
    first, under the ids that stand beside it.

    Attributes:
        shared: what all parts share.
        resource: the attribute path below the client, e.g. ``"users.grants"``.
        name: what one of them is called, in words.
        id: the wire name of the member that tells its id; None where no member does.
        of: whose they are: the ids before the last one of their path.
        make: what is kept of a body: `replaced`, `merged`, or a function of the system's own, which may refuse it.
        tell: what is told of what is kept.
        sees: whether a thing is there for whoever asks; to others it is a 404.
        select: which things the filters of a list mean.
        listed: how a list is given; by default as the system's voice does.
        own_id: whether a new thing may bring its id with it.
        examples: whether the document's example is there at first.
        store: the things themselves, without their ids.
    """

    shared: Shared
    resource: str
    name: str
    id: str | None = "id"
    of: Known | None = field(default=None, kw_only=True)
    make: Make = field(default=replaced, kw_only=True)
    tell: Tell = field(default=as_kept, kw_only=True)
    sees: Sees = field(default=by_all, kw_only=True)
    select: Select = field(default=all_of, kw_only=True)
    listed: Listing | None = field(default=None, kw_only=True)
    own_id: bool = field(default=False, kw_only=True)
    examples: bool = field(default=True, kw_only=True)
    store: Store = field(init=False, default=Factory(lambda self: Store(self.name), takes_self=True))

    def __attrs_post_init__(self) -> None:
        if self.of is not None:
            self.of.on_removal.append(self.store.forget)
        if self.examples and (found := self._example()) is not None:
            path, record = found
            self.put(record, *path)

    def handlers(self) -> Mapping[Operation, Handler]:
        """What answers which operation."""
        offered: Mapping[str, Handler] = {
            "list": self._list,
            "create": self._create,
            "save": self.save,
            "get": self._get,
            "update": self._update,
            "delete": self._delete,
            "delete_many": self._delete_many,
        }
        found = ((self._operation(verb), handler) for verb, handler in offered.items())
        return {operation: handler for operation, handler in found if operation is not None}

    @property
    def on_removal(self) -> list[Forget]:
        """Who is told when one of them is gone."""
        return self.store.on_removal

    def require(self, *path: str) -> Record:
        """What is kept of one of them.

        Raises:
            MissingError: there is none, or not its owner.
        """
        self._require_owner(path[:-1])
        return self.store.require(*path)

    def all(self, *owner: str) -> Iterator[Record]:
        """All that belong to an owner, with their ids."""
        return (self._shown(key, record) for key, record in self.store.items(*owner))

    def told(self, call: Call, *path: str) -> Record:
        """One of them as it is told. Raises as `require`."""
        return self.tell(call, self._shown(path[-1], self.require(*path)))

    def put(self, record: Record, *path: str) -> None:
        """Keep one under a path of ids, whatever id is in it."""
        self.store.put({name: value for name, value in record.items() if name != self.id}, *path)

    def keep(self, call: Call, record: Record, *path: str) -> Response:
        """Keep a new one under a path of ids, and say so."""
        self.put(record, *path)
        return self._done(call, "created", path, new=True)

    def change(self, call: Call, record: Record, *path: str) -> Response:
        """Keep one that is there as it is now, and say so."""
        self.put(record, *path)
        return self._done(call, "updated", path)

    def save(self, call: Call) -> Response:
        """Keep one under an id of the client's own, new or not; some documents call it created in any case."""
        self._require_owner(call.path[:-1])
        before = self.store.find(*call.path)
        if before is not None:
            self.seen(call, *call.path)
        record = self.make(call, _body(call), before)
        if before is None or (call.document is not None and call.document.success().status == 201):
            return self.keep(call, record, *call.path)
        return self.change(call, record, *call.path)

    def seen(self, call: Call, *path: str) -> Record:
        """What is kept of one, for whoever asks.

        Raises:
            MissingError: there is none, not its owner, or it is not there for this one.
        """
        record = self.require(*path)
        if not self.sees(call, self._shown(path[-1], record)):
            raise MissingError(self.name)
        return record

    def _list(self, call: Call) -> Response:
        self._require_owner(call.path)
        seen = (record for record in self.all(*call.path) if self.sees(call, record))
        told = (self.tell(call, record) for record in self.select(call, seen))
        return (self.listed or self.shared.voice.listed)(call, told)

    def _create(self, call: Call) -> Response:
        self._require_owner(call.path)
        record = self.make(call, _body(call), None)
        return self.keep(call, record, *call.path, self._new_key(call, record))

    def _get(self, call: Call) -> Response:
        self.seen(call, *call.path)
        return answer(self.told(call, *call.path))

    def _update(self, call: Call) -> Response:
        body = _body(call)
        return self.change(call, self.make(call, body, self.seen(call, *call.path)), *call.path)

    def _delete(self, call: Call) -> Response:
        self.seen(call, *call.path)
        self.store.remove(*call.path)
        return self._done(call, "deleted")

    def _delete_many(self, call: Call) -> Response:
        """All of those that the body names, or none where one of them is not there."""
        ids = _body(call).get("ids")
        if not isinstance(ids, list) or not all(isinstance(key, str) for key in ids):
            raise UnfitError("body.ids must be a list of texts")
        for key in ids:
            self.seen(call, *call.path, key)
        for key in dict.fromkeys(ids):
            self.store.remove(*call.path, key)
        return self._done(call, "deleted")

    def _operation(self, verb: str) -> Operation | None:
        return self.shared.operations.get(f"{self.shared.system}.{self.resource}.{verb}")

    def _require_owner(self, owner: tuple[str, ...]) -> None:
        if self.of is not None:
            self.of.require(*owner)

    def _shown(self, key: str, record: Record) -> Record:
        return {self.id: key, **record} if self.id else record

    def _new_key(self, call: Call, record: Record) -> str:
        key = record.get(self.id) if self.own_id and self.id else None
        if not isinstance(key, str) or not key:
            return self.shared.new_id()
        if key in (".", ".."):
            raise UnfitError(f"body.{self.id} must not be {key}")
        if self.store.find(*call.path, key) is not None:
            raise RefusedError(409, f"There is such a {self.name.lower()} already")
        return key

    def _done(self, call: Call, deed: Deed, path: tuple[str, ...] = (), *, new: bool = False) -> Response:
        get = self._operation("get")
        return self.shared.voice.done(
            Done(
                call,
                deed,
                self.name,
                record=self.told(call, *path) if path else None,
                uri=call.uri(get, *path) if path and get is not None else None,
                new=new,
            )
        )

    def _example(self) -> tuple[tuple[str, ...], Record] | None:
        """The document's example, and the path of ids that leads to it."""
        shown = {verb: self.shared.document(f"{self.resource}.{verb}") for verb in ("get", "list", "delete", "save")}
        records = (_first(each.example) for verb in ("get", "list") if (each := shown[verb]) is not None)
        paths = (tuple(each.path_params.values()) for verb in ("get", "delete", "save") if (each := shown[verb]))
        record, path = next(filter(None, records), None), next(filter(None, paths), None)
        return None if record is None or path is None else (path, record)


def _body(call: Call) -> Any:
    """A thing's body: raw text where the operation takes that, else an object.

    Raises:
        RefusedError: 400: it is neither.
    """
    body = call.body()
    if call.operation.body is not str and not isinstance(body, Mapping):
        raise UnfitError("body must be an object")
    return body


def _first(example: Any) -> Record | None:
    """The record in an example: it alone, or the first in a list of them."""
    found = example.get("results", example) if isinstance(example, Mapping) else example
    return next(iter(found), None) if isinstance(found, list) else found
