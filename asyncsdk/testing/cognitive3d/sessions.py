"""The sessions of all projects, in the order of the service, while others come in."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import define, field

from .project import SAMPLE_SESSION, Visit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .asked import Meant
    from .project import Project

_MOST_KEPT = 64


def _order(visit: Visit) -> tuple[int, int, int]:
    return visit.at, visit.number, visit.version


def _sample() -> Visit:
    began = datetime.fromisoformat(SAMPLE_SESSION["date"])
    return Visit(round(began.timestamp() * 1000), 0)


@define
class Timeline:
    """The sessions of one project.

    Attributes:
        project: whose they are.
        late: those that came in meanwhile.
    """

    project: Project
    late: list[Visit] = field(factory=list)
    _kept: OrderedDict[Meant, list[Visit]] = field(factory=OrderedDict)

    def found(self, meant: Meant) -> Sequence[Visit]:
        """Those that are meant, the oldest first."""
        known = self._kept.get(meant)
        if known is None:
            begun = [*self._begun(meant), *self.late]
            known = sorted((one for each in begun for one in meant.visits(self.project, each)), key=_order)
            self._kept[meant] = known
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return known

    def come_in(self, count: int) -> None:
        """Let more sessions come in, as headsets that were offline send them late."""
        for _ in range(count):
            visit = self.project.late(len(self.late))
            self.late.append(visit)
            for meant, known in self._kept.items():
                for each in meant.visits(self.project, visit):
                    insort(known, each, key=_order)

    def _begun(self, meant: Meant) -> Sequence[Visit]:
        project = self.project
        if project.is_sample:
            return [_sample()]
        numbers = range(project.sessions)
        first = 0 if meant.start is None else bisect_left(numbers, meant.start, key=project.at)
        end = len(numbers) if meant.end is None else bisect_right(numbers, meant.end, key=project.at)
        return [Visit(project.at(number), number) for number in numbers[first:end]]
