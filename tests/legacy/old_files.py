"""Databases of the first version in every stage of its schema, built from their own SQL."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "data" / "legacy"
REAL = {"pixel-jumper.db": 49, "before-plans.db": 4}
"""The real files, with how many rows each has."""

PROJECTS = "id VARCHAR NOT NULL, name VARCHAR, path VARCHAR, active BOOLEAN"
CHAT = "id INTEGER NOT NULL, msg_id VARCHAR, project_id VARCHAR, role VARCHAR, content VARCHAR, created_at DATETIME"
TIMELINE = (
    "id INTEGER NOT NULL, project_id VARCHAR, step_index INTEGER, tool VARCHAR, args_json VARCHAR, status VARCHAR, "
    "result_json VARCHAR, correlation_id VARCHAR, started_at DATETIME, finished_at DATETIME"
)
SESSIONS = "id INTEGER NOT NULL, project_id VARCHAR, provider VARCHAR, started_at DATETIME, ended_at DATETIME, summary_text VARCHAR"
AGENT = (
    "id INTEGER NOT NULL, session_id INTEGER, role VARCHAR, content VARCHAR, ts DATETIME, tool_name VARCHAR, "
    "tool_args_json VARCHAR, tool_result_json VARCHAR"
)
ARTIFACTS = "id INTEGER NOT NULL, session_id INTEGER, type VARCHAR, path VARCHAR, meta_json VARCHAR, ts DATETIME"
TASKS = (
    "id INTEGER NOT NULL, project_id VARCHAR, task_id VARCHAR, title VARCHAR, description VARCHAR, acceptance VARCHAR, "
    "status VARCHAR, deps_json VARCHAR, evidence_json VARCHAR"
)
PLANS = (
    "id INTEGER NOT NULL, project_id VARCHAR, version INTEGER, status VARCHAR, summary VARCHAR, created_by VARCHAR, "
    "created_at DATETIME"
)
CONTEXTS = (
    "id INTEGER NOT NULL, project_id VARCHAR, scope VARCHAR, task_id INTEGER, content VARCHAR, created_by VARCHAR, "
    "source VARCHAR, version INTEGER, is_active BOOLEAN, created_at DATETIME"
)
LOG = "id INTEGER NOT NULL, project_id VARCHAR, event_type VARCHAR, payload_json VARCHAR, created_at DATETIME"

FIRST = {"projects": PROJECTS}
TALKING = {**FIRST, "chat_messages": CHAT, "timeline_events": TIMELINE}
WORKING = {**TALKING, "sessions": SESSIONS, "agent_messages": AGENT, "artifacts": ARTIFACTS, "tasks": TASKS}
PLANNING = {
    **WORKING,
    "projects": f"{PROJECTS}, active_context_id INTEGER, active_plan_id INTEGER, current_task_id INTEGER, status VARCHAR",
    "tasks": (
        f"{TASKS}, plan_id INTEGER, idx INTEGER, code VARCHAR, mcp_tools VARCHAR, deliverables VARCHAR, estimates VARCHAR, "
        "priority INTEGER, started_at DATETIME, completed_at DATETIME"
    ),
    "artifacts": f"{ARTIFACTS}, task_id INTEGER, category VARCHAR, validation_status VARCHAR, size_bytes INTEGER",
    "task_plans": PLANS,
    "contexts": CONTEXTS,
}
LAST = {**PLANNING, "event_log": LOG, "chat_messages": f"{CHAT}, task_id INTEGER"}
HALF_WAY = {**WORKING, "task_plans": PLANS, "tasks": f"{TASKS}, plan_id INTEGER, code VARCHAR"}
STAGES = {
    "first": FIRST,
    "talking": TALKING,
    "working": WORKING,
    "half way": HALF_WAY,
    "planning": PLANNING,
    "last": LAST,
}

Rows = Mapping[str, Iterable[Mapping[str, Any]]]
WHEN = "2025-09-17 04:08:47.520289"
STORY: dict[str, list[dict[str, Any]]] = {
    "projects": [
        {"id": "mars-miner", "name": "Minero de Marte 🚀", "path": "mars-miner", "active": 1, "status": "active"}
    ],
    "task_plans": [
        {
            "id": 1,
            "project_id": "mars-miner",
            "version": 1,
            "status": "accepted",
            "created_by": "ai",
            "created_at": WHEN,
        }
    ],
    "tasks": [
        {
            "id": 1,
            "project_id": "mars-miner",
            "task_id": "T-001",
            "title": "Excavación básica",
            "description": "Cavar túneles 🕳️",
            "acceptance": "Se puede cavar\nEl túnel queda abierto",
            "status": "done",
            "deps_json": "[]",
            "plan_id": 1,
            "idx": 0,
            "code": "T-001",
            "priority": 1,
        },
        {
            "id": 2,
            "project_id": "mars-miner",
            "task_id": "T-002",
            "title": "Oxígeno",
            "description": "",
            "acceptance": "",
            "status": "in_progress",
            "deps_json": '["T-001"]',
            "plan_id": 1,
            "idx": 1,
            "code": "T-002",
            "priority": 2,
            "started_at": WHEN,
        },
    ],
    "sessions": [{"id": 1, "project_id": "mars-miner", "provider": "gemini_cli", "started_at": "2025-09-17 04:00:00"}],
    "agent_messages": [
        {"id": 1, "session_id": 1, "role": "assistant", "content": "Empiezo", "ts": "2025-09-17 04:05:00"},
        {"id": 2, "session_id": 1, "role": "tool", "tool_name": "blender", "tool_args_json": '{"a": 1}', "ts": WHEN},
    ],
    "artifacts": [
        {
            "id": 1,
            "session_id": 1,
            "type": "script",
            "path": "Assets/Dig.cs",
            "meta_json": '{"l": 9}',
            "ts": WHEN,
            "task_id": 1,
        }
    ],
    "contexts": [
        {
            "id": 1,
            "project_id": "mars-miner",
            "scope": "global",
            "content": '{"summary": "Cavamos."}',
            "created_by": "system",
            "source": "ai-generate",
            "version": 1,
            "is_active": 1,
            "created_at": WHEN,
        }
    ],
    "chat_messages": [
        {
            "id": 1,
            "msg_id": "m1",
            "project_id": "mars-miner",
            "role": "user",
            "content": "¿Cavamos? 🚀",
            "created_at": WHEN,
        },
        {"id": 2, "project_id": "mars-miner", "role": "agent", "content": "Sí", "created_at": "2025-09-17 04:08:48"},
    ],
    "timeline_events": [
        {"id": 1, "project_id": "mars-miner", "step_index": 0, "tool": "unity", "args_json": "{}", "started_at": WHEN}
    ],
    "event_log": [
        {
            "id": 1,
            "project_id": "mars-miner",
            "event_type": "chat",
            "payload_json": '{"role": "user", "content": "\\u00bfCavamos? \\ud83d\\ude80"}',
            "created_at": "2025-09-17 04:08:47.600000",
        },
        {"id": 2, "project_id": "gone", "event_type": "project", "payload_json": "{}", "created_at": WHEN},
    ],
}


def build(path: Path, schema: Mapping[str, str], rows: Rows, *, journal: str = "DELETE") -> Path:
    """A file with these tables, and of the rows what the tables have columns for."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(f"PRAGMA journal_mode = {journal}")
        for table, columns in schema.items():
            db.execute(f"CREATE TABLE {table} ({columns}, PRIMARY KEY (id))")
            for row in rows.get(table, ()):
                insert(db, table, row)
    return path


def insert(db: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> None:
    known = {column for (column,) in db.execute("SELECT name FROM pragma_table_info(?)", [table])}
    given = {column: value for column, value in row.items() if column in known}
    places = ", ".join("?" * len(given))
    db.execute(f"INSERT INTO {table} ({', '.join(given)}) VALUES ({places})", list(given.values()))


def add(path: Path, table: str, *rows: Mapping[str, Any]) -> None:
    """The first version goes on working with its file."""
    with closing(sqlite3.connect(path)) as db, db:
        for row in rows:
            insert(db, table, row)


def count_rows(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return sum(db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables)
