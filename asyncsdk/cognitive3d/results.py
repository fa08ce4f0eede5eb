"""What is counted over many sessions: how objectives ended, and what was answered to the questions of exit polls."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from ..codec import wire
from .model import CognitiveModel


def total(one: int | None, other: int | None) -> int | None:
    """Two counts as one; None where neither was counted."""
    return other if one is None else one + (other or 0)


@frozen(kw_only=True)
class ObjectiveResult(CognitiveModel):
    """How often a version of an objective was met.

    Attributes:
        objective_version_id: of the version.
        objective_id: of the objective.
        succeeded: in how many sessions it was.
        failed: in how many it was not.
    """

    objective_version_id: int = wire("objectiveVersionId", always=True)
    objective_id: int = wire("objectiveId", always=True)
    succeeded: int | None = None
    failed: int | None = None


@frozen(kw_only=True)
class StepResult(CognitiveModel):
    """How often a step of an objective was met.

    Attributes:
        step: its number, from 1.
        succeeded: in how many sessions it was.
        failed: in how many it was not.
        average_step_completion_time: from the session's beginning, in milliseconds.
        average_step_duration: from the step's beginning, in milliseconds.
    """

    step: int | None = None
    succeeded: int | None = None
    failed: int | None = None
    average_step_completion_time: float | None = wire("averageStepCompletionTime")
    average_step_duration: float | None = wire("averageStepDuration")


@frozen(kw_only=True)
class ObjectiveOutcome(CognitiveModel):
    """How often a version of an objective was met in the sessions of a range of time.

    Attributes:
        project_id: the project.
        date: where the range begins; None without one.
        end_date: the first moment beyond.
        objective_id, objective_name: the objective.
        objective_version_id: its version.
        version_number: the number of that, from 1.
        is_active: whether it is the one that counts now.
        succeeded, failed: in how many sessions it was, and was not.
        completion_rate: the share of the sessions in which it was; None where there were none.
    """

    project_id: int = wire("projectId", always=True)
    date: datetime | None = None
    end_date: datetime | None = wire("endDate")
    objective_id: int | None = wire("objectiveId")
    objective_name: str | None = wire("objectiveName")
    objective_version_id: int | None = wire("objectiveVersionId")
    version_number: int | None = wire("versionNumber")
    is_active: bool | None = wire("isActive")
    succeeded: int | None = None
    failed: int | None = None
    completion_rate: float | None = wire("completionRate")


@frozen(kw_only=True)
class StepSummary(CognitiveModel):
    """How often a step of an objective was met in the sessions of a range of time.

    Attributes:
        project_id, date, end_date, objective_id, objective_name, objective_version_id, version_number, is_active: as in
            `ObjectiveOutcome`.
        step_number: from 1.
        step_name: what it is called.
        step_type: e.g. ``"eventstep"``.
        step_detail: what has to happen in it.
        succeeded, failed, completion_rate: as in `ObjectiveOutcome`, of the step.
        average_step_completion_time, average_step_duration: as in `StepResult`, in milliseconds.
    """

    project_id: int = wire("projectId", always=True)
    date: datetime | None = None
    end_date: datetime | None = wire("endDate")
    objective_id: int | None = wire("objectiveId")
    objective_name: str | None = wire("objectiveName")
    objective_version_id: int | None = wire("objectiveVersionId")
    version_number: int | None = wire("versionNumber")
    is_active: bool | None = wire("isActive")
    step_number: int | None = wire("stepNumber")
    step_name: str | None = wire("stepName")
    step_type: str | None = wire("stepType")
    step_detail: str | None = wire("stepDetail")
    succeeded: int | None = None
    failed: int | None = None
    completion_rate: float | None = wire("completionRate")
    average_step_completion_time: float | None = wire("averageStepCompletionTime")
    average_step_duration: float | None = wire("averageStepDuration")


@frozen(kw_only=True)
class ExitPollAnswer(CognitiveModel):
    """How often one answer was given to a question, in the sessions of a range of time.

    Attributes:
        project_id: the project.
        date: where the range begins; None without one.
        end_date: the first moment beyond.
        hook: the name of the question set.
        version: of the question set.
        set_title: what those who are asked see above the questions.
        question_index: the question's number, from 1.
        question_title: what is asked.
        question_type: e.g. ``"BOOLEAN"``, ``"SCALE"``, ``"MULTIPLE"``.
        value: the answer, as the service counts it; None for none.
        value_label: the same for people.
        skipped: whether the question was passed over.
        count: how often.
    """

    project_id: int = wire("projectId", always=True)
    date: datetime | None = None
    end_date: datetime | None = wire("endDate")
    hook: str | None = None
    version: int | None = None
    set_title: str | None = wire("setTitle")
    question_index: int | None = wire("questionIndex")
    question_title: str | None = wire("questionTitle")
    question_type: str | None = wire("questionType")
    value: str | None = None
    value_label: str | None = wire("valueLabel")
    skipped: bool | None = None
    count: int = wire("count", always=True)
