"""Cognitive3D: its client, and one module a resource with the models beside it."""

from .client import Cognitive3D
from .frames import SESSION_PROPERTIES, flatten
from .projects import (
    DynamicObject,
    Objective,
    ObjectiveComponent,
    ObjectiveVersion,
    Project,
    PropertyName,
    Scene,
    SceneVersion,
)
from .question_sets import Choice, ExitPollResponse, Question, QuestionSet, ResponseCount
from .results import ExitPollAnswer, ObjectiveOutcome, ObjectiveResult, StepResult, StepSummary
from .session import Event, Session, SessionEvent, SessionObjective, StepOutcome

__all__ = [
    "SESSION_PROPERTIES",
    "Choice",
    "Cognitive3D",
    "DynamicObject",
    "Event",
    "ExitPollAnswer",
    "ExitPollResponse",
    "Objective",
    "ObjectiveComponent",
    "ObjectiveOutcome",
    "ObjectiveResult",
    "ObjectiveVersion",
    "Project",
    "PropertyName",
    "Question",
    "QuestionSet",
    "ResponseCount",
    "Scene",
    "SceneVersion",
    "Session",
    "SessionEvent",
    "SessionObjective",
    "StepOutcome",
    "StepResult",
    "StepSummary",
    "flatten",
]
