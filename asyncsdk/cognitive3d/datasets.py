"""What can be pulled of Cognitive3D: by projects, and by windows of time.

A window ``[start, end)`` is asked for as ``[start, end - 1 ms]``, since the service takes both ends as belonging to a range. What is
counted over sessions belongs to the window that it was counted for, and bears its beginning as `date`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..datasets.dataset import Dataset
from ..datasets.pull import DataSets
from ..errors import ConfigurationError
from .objectives import Objectives
from .question_sets import QuestionSets
from .results import ExitPollAnswer, ObjectiveOutcome
from .rules.query import windowed
from .session import Session, SessionEvent, SessionObjective
from .sessions import Sessions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ..client import Client
    from ..paging import Pager


async def _projects(_: Client) -> AsyncIterator[str]:
    raise ConfigurationError('the service has no list of all projects: give their ids instead of "all"')
    yield ""


def _sessions(client: Client, project_id: str, start: int, end: int) -> Pager[Session]:
    return Sessions(client).found(windowed(project_id, start, end))


def _events(client: Client, project_id: str, start: int, end: int) -> Pager[SessionEvent]:
    return Sessions(client).events_found(windowed(project_id, start, end, events=True))


def _objective_results(client: Client, project_id: str, start: int, end: int) -> Pager[ObjectiveOutcome]:
    return Objectives(client).outcomes(windowed(project_id, start, end))


def _session_objectives(client: Client, project_id: str, start: int, end: int) -> Pager[SessionObjective]:
    return Sessions(client).objectives_found(windowed(project_id, start, end, session_type="scene", objectives=True))


def _exit_polls(client: Client, project_id: str, start: int, end: int) -> Pager[ExitPollAnswer]:
    return QuestionSets(client).answers_found(windowed(project_id, start, end))


SESSIONS = Dataset("cognitive3d.sessions", Session, _sessions, key="project_id", keys=_projects, time="date")
EVENTS = Dataset("cognitive3d.events", SessionEvent, _events, key="project_id", keys=_projects, time="date")
OBJECTIVE_RESULTS = Dataset(
    "cognitive3d.objective_results",
    ObjectiveOutcome,
    _objective_results,
    key="project_id",
    keys=_projects,
    time="date",
)
SESSION_OBJECTIVES = Dataset(
    "cognitive3d.session_objectives",
    SessionObjective,
    _session_objectives,
    key="project_id",
    keys=_projects,
    time="date",
)
EXIT_POLLS = Dataset(
    "cognitive3d.exit_polls", ExitPollAnswer, _exit_polls, key="project_id", keys=_projects, time="date"
)


class CognitiveDataSets(DataSets):
    """What can be pulled of Cognitive3D.

    Attributes:
        sessions: whole sessions, with their properties.
        events: what happened in them; an event belongs to the window in which its session began.
        objective_results: how often objectives were met in each window.
        session_objectives: what became of objectives, session by session.
        exit_polls: how often each answer was given in each window.
    """

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.sessions = self._bound(SESSIONS)
        self.events = self._bound(EVENTS)
        self.objective_results = self._bound(OBJECTIVE_RESULTS)
        self.session_objectives = self._bound(SESSION_OBJECTIVES)
        self.exit_polls = self._bound(EXIT_POLLS)
