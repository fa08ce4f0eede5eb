"""Sessions by their filters; events and objectives of sessions; what is sent for a range of time."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone

import anyio
import httpx
import pytest
from loops import every_loop

from asyncsdk import PermissionDeniedError, SDKError, fan_out, to_dict
from asyncsdk.testing import CognitiveService, FakeClock, Script
from asyncsdk.times import DAY

anyio_backend = every_loop  # names are asked for once, whoever waits for them

DAY_15 = 1_765_756_800_000  # 2025-12-15T00:00Z
NOTHING = {"count": 0, "pages": 0, "currentPage": 0, "results": []}


async def filters_of(scripted, **query):
    script = Script(httpx.Response(200, json=NOTHING))
    async with scripted(script) as c3d:
        assert await c3d.sessions.list(4460, **query).to_list() == []
    return json.loads(script.bodies[0])["sessionFilters"]


def ends(filters):
    return {each["op"]: each["value"] for each in filters if each["field"].get("fieldName") == "date"}


@pytest.mark.anyio
class TestARange:
    async def test_has_both_ends_or_none(self, scripted):
        assert await filters_of(scripted) == []
        now = round(FakeClock().time() * 1000)
        assert ends(await filters_of(scripted, end=DAY_15)) == {"gte": 0, "lte": DAY_15}
        sent = ends(await filters_of(scripted, start=datetime(2001, 1, 1, tzinfo=UTC)))
        assert set(sent) == {"gte", "lte"}
        assert abs(sent["lte"] - now) < 10

    async def test_goes_out_in_milliseconds(self, scripted):
        moment = datetime(2025, 12, 15, tzinfo=UTC)
        field = {"fieldName": "date", "fieldParent": "session"}
        assert await filters_of(scripted, start=moment, end=moment + timedelta(days=1)) == [
            {"field": field, "op": "gte", "value": DAY_15},
            {"field": field, "op": "lte", "value": DAY_15 + DAY},
        ]

    async def test_a_day_as_its_end_belongs_to_it_as_a_whole(self, scripted):
        sent = ends(await filters_of(scripted, start=date(2025, 12, 15), end=date(2025, 12, 15)))
        assert sent == {"gte": DAY_15, "lte": DAY_15 + DAY}

    @pytest.mark.parametrize("hours", [13, -11])
    async def test_is_the_same_in_every_time_zone(self, scripted, hours):
        zone = timezone(timedelta(hours=hours))
        moment = datetime(2025, 12, 15, tzinfo=UTC).astimezone(zone)
        assert ends(await filters_of(scripted, start=moment, end=moment))["gte"] == DAY_15

    async def test_is_half_open(self, scripted):
        sessions = [{"sessionId": each, "date": f"2025-12-{each}T00:00:00Z"} for each in ("16", "15")]
        script = Script(httpx.Response(200, json={**NOTHING, "count": 2, "pages": 1, "results": sessions}))
        async with scripted(script) as c3d:
            found = await c3d.sessions.list(4460, start=date(2025, 12, 15), end=date(2025, 12, 15)).to_list()
        assert [each.session_id for each in found] == ["15"]

    async def test_what_cannot_be_meant_is_refused_at_the_call(self, connect):
        async with connect() as c3d:
            for query, error in (
                ({"start": datetime(2025, 12, 15)}, "naive"),  # noqa: DTZ001
                ({"start": 1_765_756_800}, "seconds"),
                ({"start": DAY_15, "end": DAY_15 - 1}, "after end"),
                ({"session_type": "both"}, "session_type"),
                ({"min_duration": -1}, "negative"),
            ):
                with pytest.raises(ValueError, match=error):
                    c3d.sessions.list(4460, **query)
            with pytest.raises(ValueError, match="project_id is a whole number"):
                c3d.sessions.list("Drill")
            with pytest.raises(TypeError, match="colour"):
                c3d.sessions.events(4460, colour="red")
            with pytest.raises(TypeError, match="iterate it"):
                await c3d.sessions.list(4460)


@pytest.mark.anyio
class TestSessions:
    async def test_the_documents_project_has_the_printed_one(self, connect):
        async with connect() as c3d:
            (session,) = await c3d.sessions.list("4460").to_list()
        assert (session.session_id, session.hmd, session.duration) == ("1749535200_9f1c", "Quest 3", 1230000)
        assert session.date == datetime(2025, 6, 10, 6, tzinfo=UTC)
        assert to_dict(session)["date"] == "2025-06-10T06:00:00Z"

    async def test_filters_leave_out_what_they_say(self, connect):
        async with connect() as c3d:
            every = await c3d.sessions.list(5001).to_list()
            some = await c3d.sessions.list(5001, exclude_test=True, exclude_idle=True, min_duration=600).to_list()
        expected = [
            each.session_id
            for each in every
            if not each.properties["c3d.session_tag.test"]
            and not each.properties["c3d.session_tag.junk"]
            and each.duration >= 600_000
        ]
        assert len(every) == 250
        assert [each.session_id for each in some] == expected
        assert 0 < len(expected) < 250

    async def test_come_by_scene_and_version(self, connect):
        async with connect() as c3d:
            project = await c3d.projects.get(5001)
            scene, version = project.scenes[0], project.scenes[0].versions[-1].id
            all_ = await c3d.sessions.list(5001, session_type="scene").to_list()
            some = await c3d.sessions.list(
                5001, session_type="scene", scene_id=scene.id, version_id=str(version)
            ).to_list()
        assert len(all_) > 250
        assert {each.scene_version_id for each in some} == {version}
        assert len(some) == sum(each.scene_id == scene.id for each in all_)

    async def test_a_fan_out_over_projects_fetches_pages_at_once_and_gives_each_once(self, connect):
        service = CognitiveService(projects=3, arrivals=2)
        before = {each for project in service.project_ids for each in service.session_ids(project)}
        async with (
            connect(service) as c3d,
            fan_out(service.project_ids, c3d.sessions.list, concurrency=8) as stream,
        ):
            given = [session.session_id async for _, session in stream]
        assert len(given) == len(set(given))
        assert set(given) >= before

    async def test_ids_of_any_size_stay_exact(self, scripted):
        row = {"sessionId": "a", "projectId": 2**53 + 1, "sceneVersionId": 2**64 + 1}
        script = Script(httpx.Response(200, json={**NOTHING, "count": 1, "pages": 1, "results": [row]}))
        async with scripted(script) as c3d:
            session = await c3d.sessions.list(4460).first()
        assert (session.project_id, session.scene_version_id) == (2**53 + 1, 2**64 + 1)


@pytest.mark.anyio
class TestEvents:
    async def test_have_their_sessions_context_and_the_names_of_what_they_point_to(self, connect):
        async with connect() as c3d:
            grab, look = await c3d.sessions.events(4460).to_list()
        assert (grab.name, grab.x, grab.object, grab.object_name) == ("grab", 1.25, "obj-7", "Extinguisher")
        assert (grab.scene_name, grab.scene_version, grab.session_id) == ("Kitchen", 1, "1749535200_9f1c")
        assert grab.event_date == datetime(2025, 6, 10, 6, 3, tzinfo=UTC)
        assert grab.date == datetime(2025, 6, 10, 6, tzinfo=UTC)
        assert (look.object, look.object_name, look.properties) == (None, None, {})
        assert look.session_properties["c3d.metrics.fps_score"] == 91.5
        assert look.events_truncated is False

    async def test_names_are_asked_for_once(self, connect):
        paths = []
        async with connect(on_attempt=lambda attempt: paths.append(attempt.operation)) as c3d:
            async with fan_out([5001, "5001"], c3d.sessions.events, concurrency=8) as stream:
                assert [event async for _, event in stream]
            await c3d.sessions.events(5001).to_list()
        assert paths.count("cognitive3d.projects.get") == 1
        assert paths.count("cognitive3d.projects.objects") == 1

    async def test_those_that_were_cut_off_say_so(self, connect):
        async with connect(CognitiveService(events_limit=3)) as c3d:
            events = await c3d.sessions.events(5001).to_list()
            sessions = {each.session_id: each async for each in c3d.sessions.list(5001, include_events=True)}
            with pytest.raises(SDKError, match=r"left out events of \d+ sessions"):
                await c3d.sessions.events(5001, strict=True).to_list()
        assert {each.events_truncated for each in events} == {True, False}
        assert all(each.events_truncated == sessions[each.session_id].events_truncated for each in events)

    async def test_lose_nothing_that_they_came_with(self, scripted):
        event = {"name": "grab", "date": "2025-06-10T06:03:00Z", "colour": "red", "sessionId": "own"}
        row = {"sessionId": "a", "events": [event]}
        answers = [
            httpx.Response(200, json={**NOTHING, "count": 1, "pages": 1, "results": [row]}),
            httpx.Response(404),
        ]
        async with scripted(Script(*answers)) as c3d:
            found = await c3d.sessions.events(4460).first()
        assert found.extra == {"colour": "red", "sessionId_": "own"}
        assert found.scene_name is None


@pytest.mark.anyio
async def test_steps_of_objectives_come_with_their_names(connect):
    async with connect() as c3d:
        first, second = await c3d.sessions.objectives(4460).to_list()
        rows = await c3d.sessions.objectives(5001).to_list()
    assert (first.objective_name, first.step_name, first.step_result) == ("Put out the fire", "Grab it", "succeeded")
    assert first.step_description == "grab, exactly 1 times"
    assert second.step_description == "Extinguisher, at least 1 times, at least 0.1 seconds"
    assert (second.step_number, second.step_duration, second.scene_name) == (2, 4100, "Kitchen")
    assert len(rows) == 2 * 250


@pytest.mark.anyio
async def test_results_by_version_and_by_step(connect):
    async with connect() as c3d:
        (outcome,) = await c3d.objectives.by_version(5001).to_list()
        steps = await c3d.objectives.by_step(5001).to_list()
    assert (outcome.version_number, outcome.is_active, outcome.succeeded + outcome.failed) == (2, True, 250)
    assert outcome.completion_rate == outcome.succeeded / 250
    assert [(each.step_number, each.step_name, each.step_type) for each in steps] == [
        (1, "Grab it", "eventstep"),
        (2, "Look at it", "gazestep"),
    ]


@pytest.mark.anyio
class TestExitPolls:
    async def test_counts_have_labels_for_people(self, connect):
        async with connect() as c3d:
            rows = await c3d.question_sets.answers(5001, name="survey", version=1).to_list()
            assert await c3d.question_sets.answers(5001, name="another").to_list() == []
        assert sum(each.count for each in rows if each.question_index == 1) == 250
        labels = {(each.question_title, each.value_label) for each in rows}
        assert labels >= {("Seated?", "True"), ("How sure?", "7"), ("And now?", "Better"), ("And now?", "Skipped")}

    async def test_both_shapes_of_question_sets_are_read(self, scripted):
        one = {"id": "survey:1", "name": "survey", "version": 1, "questions": []}
        other = {"name": "end", "version": 2}
        answers = Script(httpx.Response(200, json=[one, other]), httpx.Response(200, json={"survey:1": one}))
        async with scripted(answers) as c3d:
            assert list(await c3d.question_sets.list()) == ["survey:1", "end:2"]
            assert to_dict(await c3d.question_sets.list()) == {"survey:1": one}

    async def test_responses_come_page_by_page(self, connect):
        async with connect() as c3d:
            every = await c3d.question_sets.responses(5001, "survey", 1).to_list()
            rest = await c3d.question_sets.responses(5001, "survey", 1, limit=100, page=2).to_list()
        assert len({each.session_id for each in every}) == 250
        assert rest == every[200:]


@pytest.mark.anyio
@pytest.mark.parametrize("whole", ["to_list", "to_arrow"])
async def test_all_pages_of_one_list_are_fetched_at_once_when_the_first_has_said_how_many_there_are(scripted, whole):
    asked, under_way, everyone = [], 0, anyio.Event()

    async def answer(request):
        nonlocal under_way
        page = json.loads(request.content)["page"]
        asked.append(page)
        if page:  # none of the other four is answered before all of them were asked for
            under_way += 1
            if under_way == 4:
                everyone.set()
            await everyone.wait()
        rows = [{"sessionId": f"{page}-{number}"} for number in range(100)]
        return httpx.Response(200, json={"count": 500, "pages": 5, "currentPage": page, "results": rows})

    async with scripted(httpx.MockTransport(answer)) as c3d:
        pager = c3d.sessions.list(4460)
        with anyio.fail_after(30):
            found = await getattr(pager, whole)()
        ids = [each.session_id for each in found] if whole == "to_list" else found["session_id"].to_pylist()
        assert pager.total == 500
    assert asked[0] == 0
    assert sorted(asked) == [0, 1, 2, 3, 4]
    assert ids == [f"{page}-{number}" for page in range(5) for number in range(100)]


@pytest.mark.anyio
async def test_an_error_of_one_page_is_the_error_of_the_list(scripted):
    def answer(request):
        page = json.loads(request.content)["page"]
        rows = [{"sessionId": f"{page}-{number}"} for number in range(100)]
        return httpx.Response(403 if page == 3 else 200, json={"count": 500, "pages": 5, "results": rows})

    async with scripted(httpx.MockTransport(answer)) as c3d:
        with pytest.raises(PermissionDeniedError) as caught:
            await c3d.sessions.list(4460).to_list()
        assert len(await c3d.sessions.list(4460).to_list(250)) == 250
    assert caught.value.cursor == "3"
