"""Properties as columns: nothing falls together, nothing depends on the order of rows, and an empty frame has its types."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import httpx
import pyarrow as pa
import pytest
from hypothesis import given, strategies as st

from asyncsdk.cognitive3d import Session, SessionEvent, SessionObjective, flatten
from asyncsdk.columns import to_batch
from asyncsdk.testing import Script


def frame(*properties, **more):
    rows = [{"sessionId": str(at), **more, "properties": each} for at, each in enumerate(properties)]
    return flatten(to_batch(Session, rows))


def types(table):
    return dict(zip(table.column_names, table.schema.types, strict=True))


@pytest.mark.anyio
class TestAFrame:
    async def test_of_sessions_has_properties_beside_the_models_columns(self, connect):
        async with connect() as c3d:
            table = await c3d.sessions.list(5001).to_arrow()
            frame = await c3d.sessions.list(5001).to_polars()
        assert {"session_id", "duration_s", "hmd", "c3d_metrics_fps_score", "c3d_device_hmd_type"} < set(frame.columns)
        assert types(table)["c3d_metrics_fps_score"] == pa.float64()
        assert types(table)["date"] == pa.timestamp("us", "UTC")
        assert types(table)["store_id"] == pa.int64()
        assert table.column("extra").null_count == table.num_rows == 250
        assert frame["duration_s"].to_list() == [each / 1000 for each in frame["duration"].to_list()]

    async def test_of_sessions_by_scene_names_the_scenes(self, connect):
        async with connect() as c3d:
            table = await c3d.sessions.list(5001, session_type="scene").to_arrow()
        assert set(table.column("scene_name").to_pylist()) == {"Kitchen", "Corridor", "Yard"}
        assert {"scene_id", "scene_version_id"} < set(table.column_names)

    async def test_of_events_tells_the_two_kinds_of_properties_apart(self, connect):
        async with connect() as c3d:
            table = await c3d.sessions.events(5001).to_arrow()
        names = {"event_name", "event_date", "position_x", "position_y", "position_z", "object", "object_id"}
        assert names | {"scene_name", "prop_force", "c3d_metrics_fps_score", "session_date"} < set(table.column_names)
        pairs = set(zip(table["object_id"].to_pylist(), table["object"].to_pylist(), strict=True))
        assert pairs == {(None, None), ("obj-0", "Extinguisher"), ("obj-1", "Door"), ("obj-2", "Alarm"), ("obj-3",) * 2}

    async def test_of_results_and_polls_has_the_columns_that_people_look_for(self, connect):
        async with connect() as c3d:
            tables = [
                await each.to_arrow()
                for each in (
                    c3d.objectives.by_version(5001),
                    c3d.objectives.by_step(5001),
                    c3d.sessions.objectives(5001),
                    c3d.question_sets.answers(5001),
                )
            ]
        for table, names in zip(
            tables,
            (
                {"objective_name", "version_number", "succeeded", "failed", "completion_rate"},
                {"step_name", "step_type", "step_detail", "avg_completion_time_s"},
                {"participant_id", "step_number", "step_description", "step_result", "step_duration_sec"},
                {"question_title", "value", "value_label", "hook", "version"},
            ),
            strict=True,
        ):
            assert names < set(table.column_names)

    async def test_without_a_row_has_its_types(self, scripted):
        script = Script(httpx.Response(200, json={"count": 0, "pages": 0, "results": []}))
        async with scripted(script) as c3d:
            empty = await c3d.sessions.list(4460).to_arrow()
            objectives = await c3d.sessions.objectives(4460).to_arrow()
            events = await c3d.sessions.events(4460).to_arrow()
        assert empty.num_rows == 0
        assert types(empty)["c3d_metrics_fps_score"] == pa.float64()
        assert types(empty)["c3d_session_tag_test"] == pa.bool_()
        assert types(empty)["c3d_geo_country"] == types(empty)["c3d_device_type"] == pa.string()
        assert types(empty)["date"] == types(empty)["end_date"] == pa.timestamp("us", "UTC")
        assert types(events)["event_date"] == pa.timestamp("us", "UTC")
        assert types(events)["c3d_app_name"] == pa.string()
        assert types(objectives)["step_date"] == pa.timestamp("ms", "UTC")
        assert types(objectives)["step_duration_sec"] == pa.float64()


class TestNames:
    def test_that_would_fall_together_stay_apart(self):
        table = frame({"userName": "a", "username": "b", "a__b": 1, "a_b": 2, "a.b": 3, "a b": 4})
        made = [name for name in table.column_names if name.casefold().startswith(("username", "a_"))]
        assert len(made) == len({each.casefold() for each in made}) == 6
        assert sorted(table.select(made).to_pylist()[0].values(), key=str) == [1, 2, 3, 4, "a", "b"]

    def test_never_take_the_place_of_the_models_own(self):
        table = frame({"session_id": "mine", "Duration_S": 1, "extra": "x", "scene name": "y"})
        assert table.column("session_id").to_pylist() == ["0"]
        assert table.column("extra").to_pylist() == [None]
        assert len([name for name in table.column_names if name.casefold().startswith("duration_s")]) == 2

    def test_do_not_depend_on_the_order_of_rows(self):
        rows = [{"userName": 1}, {"username": 2}, {"UserName": 3}, {"b": None}]
        columns = {tuple(frame(*Random(seed).sample(rows, 4)).column_names) for seed in range(8)}
        assert len(columns) == 1

    def test_of_what_is_there_come_before_those_that_are_expected(self):
        table = frame({"c3d.device.hmd.type": "Quest 3"})
        assert [name for name in table.column_names if "hmd_type" in name] == ["c3d_device_hmd_type"]
        assert table["c3d_device_hmd_type"].to_pylist() == ["Quest 3"]


class TestTypes:
    @pytest.mark.parametrize(
        ("values", "kind", "held"),
        [
            ([1, None, 2**53 + 1], pa.int64(), [1, None, 2**53 + 1]),
            ([1, 2**64 + 1], pa.string(), ["1", "18446744073709551617"]),
            ([1, 2.5], pa.float64(), [1.0, 2.5]),
            ([2**53 + 1, 2.5], pa.string(), ["9007199254740993", "2.5"]),
            ([True, None], pa.bool_(), [True, None]),
            ([True, 1], pa.string(), ["true", "1"]),
            (["a", 1, [1], {"b": 2}], pa.string(), ["a", "1", "[1]", '{"b":2}']),
            ([None, None], pa.string(), [None, None]),
        ],
    )
    def test_follow_from_all_values_together(self, values, kind, held):
        column = frame(*({"mine": each} for each in values)).column("mine")
        assert (column.type, column.to_pylist()) == (kind, held)

    def test_are_seen_though_the_first_ten_thousand_rows_have_none(self):
        column = frame(*[{}] * 10_000, {"late": 7}).column("late")
        assert (column.type, column[-1].as_py()) == (pa.int64(), 7)

    def test_of_a_family_are_one_whatever_a_page_holds(self):
        assert types(frame({"c3d.metrics.comfort": 90}))["c3d_metrics_comfort"] == pa.float64()
        assert types(frame({"c3d.metrics.comfort": "n/a"}))["c3d_metrics_comfort"] == pa.string()

    @given(st.lists(st.dictionaries(st.sampled_from("aAbB._"), st.none() | st.booleans() | st.integers() | st.text())))
    def test_no_value_is_lost(self, properties):
        table = frame(*properties)
        own = set(frame().column_names)
        assert len(table.column_names) - len(own) == len({name for each in properties for name in each})
        for row, each in zip(table.to_pylist(), properties, strict=True):
            there = sum(value is not None for name, value in row.items() if name not in own)
            assert there == sum(value is not None for value in each.values())


def test_columns_can_be_chosen_so_that_two_tables_agree():
    rows = [{"sessionId": "a", "properties": {"x": 1, "y": 2}}]
    chosen = flatten(to_batch(Session, rows), properties=["y", "z"])
    assert chosen.column_names[-3:] == ["y", "z", "extra"]
    with pytest.raises(TypeError, match="no properties"):
        flatten(to_batch(Session, rows), str)


def test_what_was_read_back_from_a_target_is_flattened_as_well(tmp_path):
    import pyarrow.parquet as pq

    batch = to_batch(SessionEvent, [{"name": "grab", "properties": {"force": 0.5}, "sessionProperties": {"a": "b"}}])
    pq.write_table(pa.Table.from_batches([batch]), tmp_path / "events.parquet")
    table = flatten(pq.read_table(tmp_path / "events.parquet"), SessionEvent)
    assert (table["prop_force"].to_pylist(), table["a"].to_pylist()) == ([0.5], ["b"])


def test_the_time_of_a_step_is_a_time():
    rows = [{"stepDate": 1_749_535_200_123}, {"stepDate": None}, {"stepDate": "soon"}]
    table = flatten(to_batch(SessionObjective, rows), SessionObjective)
    assert table["step_date"].to_pylist() == [datetime(2025, 6, 10, 6, 0, 0, 123000, UTC), None, None]
    assert table["extra"].to_pylist()[2] == '{"stepDate":"soon"}'


def test_a_time_without_its_own_form_keeps_what_was_sent():
    table = flatten(to_batch(Session, [{"date": "2025-06-10T06:00:00+00:00"}, {"date": "2025-06-10T06:00:00Z"}]))
    assert table.column("date")[0] == table.column("date")[1]
    assert table.column("extra").to_pylist() == ['{"date":"2025-06-10T06:00:00+00:00"}', None]
