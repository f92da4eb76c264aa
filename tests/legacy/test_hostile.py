"""Rows that no program of ours would have written: none is lost, nothing raises, and a second run changes nothing."""

import math
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contexts.models import Context
from gamedev_gateway.core.models import LegacyRow
from gamedev_gateway.legacy.old_file import OldFile
from plans.models import Project, TaskPlan
from plans.services.planning import check_laws
from realtime.models import Event, Stream
from tests.legacy.conftest import bring
from tests.legacy.old_files import LAST, build, count_rows

IDS = ["game", "other", "Mi Juego", "", None, 7, "gone"]
ODD = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.binary(max_size=6),
    st.text(max_size=12),
    st.sampled_from(["\x00", "[", "{}", "null", '{"a": NaN}', "[" * 300 + "]" * 300, "🎮" * 30, "x" * 1_100]),
)
TIMES = st.one_of(
    ODD,
    st.sampled_from(["2025-09-17 04:08:47.520289", "2025-09-17T04:08:47Z", "0001-01-01", "9999-12-31 23:59:59-12:00"]),
)
JSONS = st.one_of(
    ODD,
    st.sampled_from(
        [
            '["T-001"]',
            '["T-002", "T-002", 1]',
            '{"summary": 3, "risks": "x"}',
            '"T-001"',
            "[1e400]",
            '{"a": 12345678901234567890123}',
        ]
    ),
)
SMALL = st.one_of(st.integers(-1, 4), ODD)
COLUMNS = {
    "project_id": st.sampled_from(IDS),
    "active_plan_id": SMALL, "current_task_id": SMALL, "active_context_id": SMALL, "plan_id": SMALL, "task_id": SMALL,
    "session_id": SMALL, "version": SMALL, "is_active": SMALL, "active": SMALL,
    "code": st.one_of(st.sampled_from(["T-001", "T-1", "T-002", "setup", "T-999999", None]), ODD),
    "status": st.one_of(st.sampled_from(["accepted", "proposed", "done", "in_progress", "pending", "active"]), ODD),
    "scope": st.one_of(st.sampled_from(["global", "task"]), ODD),
    "role": st.one_of(st.sampled_from(["user", "agent"]), ODD),
    "event_type": st.one_of(st.sampled_from(["chat", "update", "scene", "plan.accepted"]), ODD),
    **dict.fromkeys(["created_at", "started_at", "completed_at", "finished_at", "ended_at", "ts"], TIMES),
    **dict.fromkeys(["deps_json", "content", "payload_json", "args_json", "evidence_json", "estimates", "mcp_tools"], JSONS),
}  # fmt: skip


def column_names(table: str) -> list[str]:
    names = [definition.split()[0] for definition in LAST[table].split(", ")]
    return [name for name in names if name != "id"]


def rows_of(table: str) -> st.SearchStrategy[list[dict]]:
    values = st.fixed_dictionaries({}, optional={name: COLUMNS.get(name, ODD) for name in column_names(table)})
    if table == "projects":
        named = st.fixed_dictionaries({"id": st.sampled_from([name for name in IDS if name != "gone"])})
        both = st.builds(lambda given, more: {**more, **given}, named, values)
        return st.lists(both, max_size=3, unique_by=lambda row: repr(str(row["id"])))
    return st.lists(values, max_size=4).map(lambda rows: [{"id": place + 1, **row} for place, row in enumerate(rows)])


FILES = st.fixed_dictionaries({table: rows_of(table) for table in LAST})
WITHOUT_RULES = {table: columns.replace(" NOT NULL", "") for table, columns in LAST.items()}


def laws_hold() -> None:
    for plan in TaskPlan.objects.prefetch_related("tasks"):
        check_laws(plan.specs())
    for project in Project.objects.all():
        project.full_clean()
        stream = Stream.objects.get(name=f"project:{project.pk}")
        assert list(stream.events.order_by("seq").values_list("seq", flat=True)) == list(range(1, stream.head + 1))
    assert all(math.isfinite(context.version) for context in Context.objects.all())
    assert all(event.as_dict()["seq"] == event.seq for event in Event.objects.all())


@pytest.mark.stories
@pytest.mark.django_db
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(rows=FILES)
def test_no_row_is_lost_and_twice_is_once(alice, rows):
    with TemporaryDirectory() as folder, transaction.atomic():
        path = build(Path(folder) / "old.db", WITHOUT_RULES, rows)
        arrival = bring(path, alice)
        assert LegacyRow.objects.count() == count_rows(path)
        laws_hold()
        before = list(LegacyRow.objects.values()), list(Event.objects.values()), list(Project.objects.values())
        assert bring(path, alice).ledger.source == arrival.ledger.source or not count_rows(path)
        assert (
            list(LegacyRow.objects.values()),
            list(Event.objects.values()),
            list(Project.objects.values()),
        ) == before
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_tables_and_columns_that_somebody_added(tmp_path, alice):
    path = tmp_path / "old.db"
    schema = {
        **LAST,
        "chat_messages": f'{LAST["chat_messages"]}, "mood ""x""" VARCHAR',
        "tags": "id VARCHAR, rowid VARCHAR",
    }
    build(path, schema, {"projects": [{"id": "game", "name": "Game"}]})
    import sqlite3

    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "INSERT INTO chat_messages VALUES (1, 'm', 'game', 'user', 'Hi', '2025-09-17 10:00:00', NULL, 'good')"
        )
        db.execute("INSERT INTO tags VALUES ('a', 'b')")
        db.execute("CREATE TABLE notes (name TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID")
        db.execute("INSERT INTO notes VALUES ('n', x'ff00')")
        db.execute("CREATE VIEW everything AS SELECT * FROM projects")
    bring(path, alice)
    bring(path, alice)
    assert Event.objects.get().as_dict()["payload"]["data"]["legacy"]["row"]['mood "x"'] == "good"
    kept = {row.table: row.as_dict() for row in LegacyRow.objects.filter(became="")}
    assert kept == {"tags": {"id": "a", "rowid": "b"}, "notes": {"name": "n", "body": {"base64": "/wA="}}}
    with closing(OldFile(path)) as old:
        assert "everything" not in old.tables
