"""Objectives: how often they were met, by version and by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from attrs import evolve

from ..codec import as_list, from_dict
from ..http.reply import Reply
from ..operation import Operation
from ..paging import Pager
from ..resource import Resource
from ..times import instant
from .frames import flat_at_once
from .model import written
from .names import Meant, names_of
from .results import ObjectiveOutcome, ObjectiveResult, StepResult, StepSummary, total
from .rules.halving import in_halves
from .rules.query import RangeFilters, SessionQuery, session_query

RESULTS = Operation(
    "cognitive3d.objectives.results", "POST", "/v0/datasets/objectives/objectiveResultQueries", "any", body=dict
)
STEP_RESULTS = Operation(
    "cognitive3d.objectives.step_results",
    "POST",
    "/v0/datasets/objectives/objectiveStepResultQueries",
    "any",
    body=dict,
)


class Objectives(Resource):
    """How often objectives were met."""

    async def results(self, query: Mapping[str, Any]) -> Sequence[ObjectiveResult]:
        """Count how often objectives were met.

        ``POST /v0/datasets/objectives/objectiveResultQueries``, which changes nothing and may be repeated.

        Args:
            query: what is counted, as the service has it: ``projectId``, ``sliceByObjectiveVersion``, and filters.

        Raises:
            TypeError: no object; nothing was sent.
            BadRequestError: the service does not understand it.
        """
        return await self._call(RESULTS, into=as_list(ObjectiveResult), body=query)

    async def step_results(self, query: Mapping[str, Any]) -> Mapping[str, Sequence[StepResult]]:
        """Count how often the steps of objectives were met.

        ``POST /v0/datasets/objectives/objectiveStepResultQueries``, which changes nothing and may be repeated.

        Args:
            query: what is counted, as the service has it: ``projectId``, ``objectiveVersionIds``, and filters.

        Returns:
            The steps, by the id of the objective's version as text.

        Raises:
            TypeError: no object; nothing was sent.
            BadRequestError: the service does not understand it.
        """
        return await self._call(STEP_RESULTS, into=_read_steps, body=query)

    def by_version(
        self,
        project_id: int | str,
        **filters: Unpack[RangeFilters],
    ) -> Pager[ObjectiveOutcome]:
        """List how often each version of each objective of a project was met, with what they are called.

        `results` and `Projects.objectives` in one.

        Args:
            project_id: the project.
            filters: which sessions count: `RangeFilters`.

        Raises:
            TypeError, ValueError: at the call, for what cannot be meant.
            SDKError: from the iteration.
        """
        return self.outcomes(session_query(project_id, self._client.clock.time(), **filters))

    def by_step(
        self,
        project_id: int | str,
        **filters: Unpack[RangeFilters],
    ) -> Pager[StepSummary]:
        """List how often each step of each objective of a project was met, with what they are called.

        `step_results` and `Projects.objectives` in one.

        Args:
            project_id: the project.
            filters: which sessions count: `RangeFilters`.

        Raises:
            TypeError, ValueError: at the call, for what cannot be meant.
            SDKError: from the iteration.
        """
        query = session_query(project_id, self._client.clock.time(), **filters)

        async def fetch() -> Sequence[StepSummary]:
            return await self._steps(query)

        return flat_at_once(fetch, StepSummary)

    def outcomes(self, query: SessionQuery) -> Pager[ObjectiveOutcome]:
        """How often each version was met in the sessions that a query means."""

        async def ask(piece: SessionQuery) -> Sequence[ObjectiveResult]:
            return await self.results(
                {
                    "projectId": piece.project_id,
                    "sliceByObjectiveVersion": True,
                    "sessionFilters": piece.filters(),
                    "eventFilters": [],
                    "separableEventFilters": [],
                    "userFilters": [],
                }
            )

        async def fetch() -> Sequence[ObjectiveOutcome]:
            found = await in_halves(ask, query, _added)
            meant = await names_of(self._client).objectives(query.project_id) if found else {}
            return [
                _outcome(query, each, meant.get(str(getattr(each, "objective_version_id", None)))) for each in found
            ]

        return flat_at_once(fetch, ObjectiveOutcome)

    async def _steps(self, query: SessionQuery) -> Sequence[StepSummary]:
        names = names_of(self._client)
        meant = await names.objectives(query.project_id)
        if not meant:
            return []
        objects = await names.objects(query.project_id)
        versions = [getattr(version, "id", None) for _, version, _ in meant.values()]
        found = await self.step_results(
            {"projectId": query.project_id, "objectiveVersionIds": versions, "sessionFilters": query.filters()}
        )
        return [
            _summary(query, version_id, each, meant.get(version_id), objects)
            for version_id, steps in found.items()
            for each in steps
        ]


def _read_steps(reply: Reply) -> Mapping[str, Sequence[StepResult]]:
    value = reply.json()
    if not isinstance(value, dict) or not all(isinstance(each, list) for each in value.values()):
        raise reply.unreadable("lists of steps by the id of an objective's version were promised")
    return {key: [from_dict(StepResult, each) for each in steps] for key, steps in value.items()}


def _added(one: Sequence[ObjectiveResult], other: Sequence[ObjectiveResult]) -> Sequence[ObjectiveResult]:
    """The results of two ranges as those of both."""
    found = {each.objective_version_id: each for each in one}
    for each in other:
        known = found.get(each.objective_version_id)
        found[each.objective_version_id] = (
            each
            if known is None
            else evolve(
                known,
                succeeded=total(known.succeeded, each.succeeded),
                failed=total(known.failed, each.failed),
            )
        )
    return list(found.values())


def _outcome(query: SessionQuery, found: ObjectiveResult, meant: Meant | None) -> ObjectiveOutcome:
    row = {
        **about(query),
        **_called(str(getattr(found, "objective_version_id", None)), meant),
        "objectiveId": getattr(found, "objective_id", None),
        **_counted(found),
    }
    return from_dict(ObjectiveOutcome, {**_told(row), **found.extra})


def _summary(
    query: SessionQuery, version_id: str, found: StepResult, meant: Meant | None, objects: Mapping[str, str | None]
) -> StepSummary:
    components = (meant[1].components or ()) if meant else ()
    component = next((each for each in components if each.sequence_number == found.step), None)
    row = {
        **about(query),
        **_called(version_id, meant),
        "stepNumber": found.step,
        "stepName": component and component.name,
        "stepType": component and component.type,
        "stepDetail": component and component.described(objects),
        **_counted(found),
        "averageStepCompletionTime": found.average_step_completion_time,
        "averageStepDuration": found.average_step_duration,
    }
    return from_dict(StepSummary, {**_told(row), **found.extra})


def about(query: SessionQuery) -> Mapping[str, Any]:
    """What a row says of the sessions that it counts: whose they are, and when they began."""
    date, end = (None if each is None else written(instant(each)) for each in (query.start, query.end))
    return {"projectId": query.project_id, "date": date, "endDate": end}


def _called(version_id: str, meant: Meant | None) -> Mapping[str, Any]:
    objective, version, number = meant or (None, None, None)
    return {
        "objectiveId": getattr(objective, "id", None),
        "objectiveName": objective and objective.name,
        "objectiveVersionId": int(version_id) if version_id.isdecimal() else version_id,
        "versionNumber": number,
        "isActive": version and version.is_active,
    }


def _counted(found: ObjectiveResult | StepResult) -> Mapping[str, Any]:
    succeeded, failed = found.succeeded or 0, found.failed or 0
    of = succeeded + failed
    return {
        "succeeded": found.succeeded,
        "failed": found.failed,
        "completionRate": succeeded / of if of else None,
    }


def _told(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in row.items() if value is not None}
