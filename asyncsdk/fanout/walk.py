"""One shard under way: which of its pages were asked for, and how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from attrs import define, field

from ..paging import Trail

if TYPE_CHECKING:
    from ..paging import Page, Pager

K = TypeVar("K")
T = TypeVar("T")


@define(eq=False)
class Walk(Generic[K, T]):
    """One shard under way.

    Attributes:
        index: its place in the plan.
        key: what it is.
        pager: gives its pages.
        asked: how many of its pages have been asked for: the position of the next one.
        known: how many there are, as far as is known.
        told: whether a page has said how many there are.
        raised: how many had been asked for when `known` was raised last: the answers to those may be older than what raised it.
        cursor: the token of the next page, where pages are not numbered.
        trail: what the walk remembers of its way.
        furthest: the highest position that has arrived; -1 before the first.
        in_flight: pages asked for that have not arrived.
        given: pages handed out, or ready to be, in order.
        held: pages that wait for one before them, by position.
        failed: no more of it is wanted.
    """

    index: int
    key: K
    pager: Pager[T]
    asked: int = 0
    known: int = 1
    told: bool = False
    raised: int = 0
    cursor: str | None = None
    trail: Trail[T] = field(factory=Trail)
    furthest: int = -1
    in_flight: int = 0
    given: int = 0
    held: dict[int, Page[T]] = field(factory=dict)
    failed: bool = False

    @property
    def pending(self) -> bool:
        """Whether there is a page to ask for."""
        return not self.failed and self.asked < self.known

    @property
    def fetched(self) -> bool:
        """Whether every page has arrived, or none is wanted any more."""
        return not self.in_flight and (self.failed or self.asked >= self.known)

    @property
    def complete(self) -> bool:
        """Whether every page has also been given."""
        return self.fetched and not self.held

    def token(self) -> str | None:
        """The token of the next page to ask for."""
        if self.asked and self.pager.numbered is not None:
            return str(self.pager.numbered + self.asked)
        return self.cursor

    def learn(self, position: int, page: Page[T]) -> None:
        """How many pages there are, as this one says.

        A total that changes in mid-walk is followed: every page may raise it, since none must be lost, but only the furthest
        may lower it, and only if it was asked for after the total had been raised: any other answer may be an older one. One that says
        none leaves the last one as it is.
        """
        if self.pager.numbered is not None and page.total_pages is not None:
            said = page.total_pages
            self.told = True
        elif self.told:
            said = self.known
        else:
            # One after the other; where no more is said to come, what was asked for already may still be there.
            said = position + 2 if page.cursor is not None else max(self.asked, position + 1)
            self.cursor = page.cursor
        if said > self.known:
            self.known, self.raised = said, self.asked
        elif position > self.furthest and position >= self.raised:
            self.known = said
        self.furthest = max(self.furthest, position)
