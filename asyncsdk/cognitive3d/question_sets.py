"""The questions of exit polls, and what was answered to them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, Unpack

import msgspec
from attrs import evolve, frozen

from ..codec import as_part, from_dict, wire
from ..http.url import encode_query
from ..operation import Operation
from ..paging import Pager
from ..resource import Resource, whole_number
from .frames import flat_at_once
from .model import CognitiveModel
from .objectives import about
from .results import ExitPollAnswer, total
from .rules.halving import in_halves
from .rules.query import RangeFilters, SessionQuery, session_query
from .rules.walk import PageWalk

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ..codec.lists import Around
    from ..http.reply import Reply


@frozen(kw_only=True)
class Choice(CognitiveModel):
    """One of the answers to choose from.

    Attributes:
        answer: its text.
    """

    answer: str | None = None


@frozen(kw_only=True)
class Question(CognitiveModel):
    """A question.

    Attributes:
        type: e.g. ``"BOOLEAN"``, ``"HAPPYSAD"``, ``"THUMBS"``, ``"SCALE"``, ``"MULTIPLE"``, ``"VOICE"``.
        title: what is asked.
        answers: to choose from.
    """

    type: str | None = None
    title: str | None = None
    answers: tuple[Choice, ...] | None = None


@frozen(kw_only=True)
class QuestionSet(CognitiveModel):
    """The questions of an exit poll, in one version.

    Attributes:
        id: the name and the version: ``"survey:1"``.
        name: by which the application asks for it.
        project_id: whose it is.
        version: from 1.
        title: what stands above the questions.
        questions: in their order.
    """

    id: str | None = None
    name: str | None = None
    project_id: int | None = wire("projectId")
    version: int | None = None
    title: str | None = None
    questions: tuple[Question, ...] | None = None


@frozen(kw_only=True)
class ResponseCount(CognitiveModel):
    """How often one answer was given.

    Attributes:
        count: how often.
        skipped: whether the question was passed over.
        value: the answer; None where it was passed over.
    """

    count: int = wire("count", always=True)
    skipped: bool | None = None
    value: str | None = None


@frozen(kw_only=True)
class ExitPollResponse(CognitiveModel):
    """What was answered in one session.

    Attributes:
        session_id: the session.
        answers: in the order of the questions, as the service has them.
    """

    session_id: str = wire("sessionId", secret=False, always=True)
    answers: Any = None


LIST = Operation(
    "cognitive3d.question_sets.list", "GET", "/v0/questionSets", "any", query={"project_ids": "projectIds"}
)
RESPONSE_COUNTS = Operation(
    "cognitive3d.question_sets.response_counts",
    "POST",
    "/v0/projects/{project_id}/questionSets/{name}/{version}/responseCountQueries",
    "any",
    body=dict,
)
RESPONSES = Operation(
    "cognitive3d.question_sets.responses",
    "GET",
    "/v0/projects/{project_id}/questionSets/{name}/{version}/responses",
    "pages",
    query={"limit": "limit", "page": "page", "order_by": "orderBy", "sort": "sort", "search": "search"},
)


class QuestionSets(Resource):
    """The questions of exit polls, and the answers."""

    async def list(self, *, project_ids: int | str | Sequence[int | str] | None = None) -> Mapping[str, QuestionSet]:
        """List question sets, by name and version: ``"survey:1"``.

        ``GET /v0/questionSets``. The service answers with an object here and with an array elsewhere; both are read.

        Args:
            project_ids: only those of these projects.

        Raises:
            PermissionDeniedError: the key may not see them.
        """
        return await self._call(LIST, into=_read_sets, query={"projectIds": project_ids})

    async def response_counts(
        self, project_id: int | str, name: str, version: int | str, query: Mapping[str, Any]
    ) -> Sequence[Sequence[ResponseCount]]:
        """Count the answers to a question set: one list a question, in the order of the set.

        ``POST /v0/projects/{projectId}/questionSets/{name}/{version}/responseCountQueries``, which changes nothing and may be
        repeated.

        Args:
            project_id: the project.
            name: of the question set.
            version: of it.
            query: an object with ``sessionFilters``; a bare list of them is refused by the service, with "Invalid json".

        Raises:
            TypeError: no object; nothing was sent.
            NotFoundError: there is no such question set.
        """
        return await self._call(RESPONSE_COUNTS, project_id, name, version, into=_read_counts, body=query)

    def responses(
        self,
        project_id: int | str,
        name: str,
        version: int | str,
        *,
        limit: int | None = None,
        page: int | None = None,
        order_by: str | None = None,
        sort: str | None = None,
        search: str | None = None,
    ) -> Pager[ExitPollResponse]:
        """List what was answered to a question set, session by session.

        ``GET /v0/projects/{projectId}/questionSets/{name}/{version}/responses``, pages from 0.

        Args:
            project_id: the project.
            name: of the question set.
            version: of it.
            limit: answers a page; the service's own number otherwise.
            page: the page to begin with.
            order_by: a field.
            sort: ``"asc"`` or ``"desc"``.
            search: only those with this text.

        Raises:
            TypeError, ValueError: at the call, for what cannot be meant.
            SDKError: from the iteration, with ``.cursor``.
        """
        path = project_id, name, version
        RESPONSES.url_path(*path)
        whole_number(limit, "limit")
        if page != 0:
            whole_number(page, "page")
        query = {"limit": limit, "orderBy": order_by, "sort": sort, "search": search}
        encode_query(query)
        into = as_part(ExitPollResponse, ("results",))

        async def serve(number: int) -> tuple[Sequence[ExitPollResponse], Around]:
            asked = number if number or page is not None else None
            return await self._call(RESPONSES, *path, into=into, query={**query, "page": asked})

        def begin() -> Callable[[str | None], Awaitable[Any]]:
            return PageWalk(serve, key=_whole_row, prepare=_as_they_are, limit=limit, start=page or 0).page

        pager = Pager.of_walks(begin, numbered=None if page else 0, of=ExitPollResponse)
        return pager.told(RESPONSES.id, RESPONSES.told(path, query))

    def answers(
        self,
        project_id: int | str,
        *,
        name: str | None = None,
        version: int | None = None,
        **filters: Unpack[RangeFilters],
    ) -> Pager[ExitPollAnswer]:
        """List how often each answer was given to each question of a project's exit polls, with labels for people.

        `list` and `response_counts` in one; a page is a question set.

        Args:
            project_id: the project.
            name: only question sets of this name.
            version: only this version.
            filters: which sessions count: `RangeFilters`.

        Raises:
            TypeError, ValueError: at the call, for what cannot be meant.
            SDKError: from the iteration.
        """
        query = session_query(project_id, self._client.clock.time(), **filters)
        return self.answers_found(query, name, version)

    def answers_found(
        self, query: SessionQuery, name: str | None = None, version: int | None = None
    ) -> Pager[ExitPollAnswer]:
        """The answers in the sessions that a query means."""

        async def fetch() -> Sequence[ExitPollAnswer]:
            sets = await self.list(project_ids=query.project_id)
            found: list[ExitPollAnswer] = []
            for each in sets.values():
                if name not in (None, each.name) or version not in (None, each.version):
                    continue
                if each.name is not None and each.version is not None:
                    ask = partial(self._counts, each.name, each.version)
                    found += _answers(query, each, await in_halves(ask, query, _added))
            return found

        return flat_at_once(fetch, ExitPollAnswer)

    async def _counts(self, name: str, version: int, query: SessionQuery) -> Sequence[Sequence[ResponseCount]]:
        filters = {"sessionFilters": [{"op": "and", "children": query.filters()}]}
        return await self.response_counts(query.project_id, name, version, filters)


def _read_sets(reply: Reply) -> Mapping[str, QuestionSet]:
    value = reply.json()
    if isinstance(value, list) and all(isinstance(each, dict) for each in value):
        sets = [from_dict(QuestionSet, each) for each in value]
        return {each.id or f"{each.name}:{each.version}": each for each in sets}
    if not isinstance(value, dict) or not all(isinstance(each, dict) for each in value.values()):
        raise reply.unreadable("question sets by name and version were promised")
    return {key: from_dict(QuestionSet, each) for key, each in value.items()}


def _read_counts(reply: Reply) -> Sequence[Sequence[ResponseCount]]:
    value = reply.json()
    lists = isinstance(value, list) and all(isinstance(each, list) for each in value)
    if not lists or not all(isinstance(each, dict) for counts in value for each in counts):
        raise reply.unreadable("a list of counts for each question was promised")
    return [[from_dict(ResponseCount, each) for each in counts] for counts in value]


def _added(
    one: Sequence[Sequence[ResponseCount]], other: Sequence[Sequence[ResponseCount]]
) -> Sequence[Sequence[ResponseCount]]:
    """The counts of two ranges as those of both, question by question."""
    both = []
    for counts in zip_longest(one, other, fillvalue=()):
        found: dict[Hashable, ResponseCount] = {}
        for each in chain(*counts):
            known = found.setdefault((each.value, each.skipped), each)
            if known is not each:
                count = total(getattr(known, "count", None), getattr(each, "count", None))
                if count is not None:
                    found[each.value, each.skipped] = evolve(known, count=count)
        both.append(list(found.values()))
    return both


def _whole_row(row: ExitPollResponse) -> Hashable:
    return blake2b(msgspec.json.encode(row._wire), digest_size=16).digest()  # noqa: SLF001


async def _as_they_are(_: Sequence[Any]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    return lambda found: found


def _answers(
    query: SessionQuery, asked: QuestionSet, counts: Sequence[Sequence[ResponseCount]]
) -> list[ExitPollAnswer]:
    rows = []
    questions = asked.questions or ()
    for at, answers in enumerate(counts):
        question = questions[at] if at < len(questions) else Question()
        for each in answers:
            row = {
                **about(query),
                "hook": asked.name,
                "version": asked.version,
                "setTitle": asked.title,
                "questionIndex": at + 1,
                "questionTitle": question.title,
                "questionType": question.type,
                "value": each.value,
                "valueLabel": label(question, each),
                "skipped": each.skipped,
                "count": getattr(each, "count", None),
                **each.extra,
            }
            rows.append(from_dict(ExitPollAnswer, {name: value for name, value in row.items() if value is not None}))
    return rows


_LABELS = {
    "BOOLEAN": ("False", "True"),
    "HAPPYSAD": ("Sad", "Happy"),
    "THUMBS": ("Down", "Up"),
}


def label(question: Question, counted: ResponseCount) -> str | None:
    """An answer for people: the text of a choice, a word for yes or no, and the number itself on a scale."""
    if counted.skipped:
        return "Skipped"
    value = None if counted.value is None else str(counted.value)
    if value is None or not value.isdecimal():
        return value
    at = int(value)
    if question.type == "MULTIPLE":
        labels = [each.answer for each in question.answers or ()]
    else:
        labels = [*_LABELS.get(question.type or "", ())]
    return labels[at] if at < len(labels) else value
