"""How long adopting a large database of the first version takes, and how much memory: 10 projects, 5,000 tasks, 200,000 log rows.

python benchmarks/adoption.py [--rows 200000]
"""

import json
import os
import resource
import sqlite3
import subprocess
import sys
import time
from argparse import ArgumentParser
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
PROJECTS, TASKS = 10, 5_000
START = datetime(2025, 9, 17, 4, 8, 47)
SCHEMA = """
CREATE TABLE projects (id VARCHAR PRIMARY KEY, name VARCHAR, path VARCHAR, active BOOLEAN, active_context_id INTEGER,
    active_plan_id INTEGER, current_task_id INTEGER, status VARCHAR);
CREATE TABLE chat_messages (id INTEGER PRIMARY KEY, msg_id VARCHAR, project_id VARCHAR, role VARCHAR, content VARCHAR,
    created_at DATETIME, task_id INTEGER);
CREATE TABLE timeline_events (id INTEGER PRIMARY KEY, project_id VARCHAR, step_index INTEGER, tool VARCHAR, args_json VARCHAR,
    status VARCHAR, result_json VARCHAR, correlation_id VARCHAR, started_at DATETIME, finished_at DATETIME);
CREATE TABLE task_plans (id INTEGER PRIMARY KEY, project_id VARCHAR, version INTEGER, status VARCHAR, summary VARCHAR,
    created_by VARCHAR, created_at DATETIME);
CREATE TABLE tasks (id INTEGER PRIMARY KEY, project_id VARCHAR, task_id VARCHAR, title VARCHAR, description VARCHAR,
    acceptance VARCHAR, status VARCHAR, deps_json VARCHAR, evidence_json VARCHAR, plan_id INTEGER, idx INTEGER, code VARCHAR,
    mcp_tools VARCHAR, deliverables VARCHAR, estimates VARCHAR, priority INTEGER, started_at DATETIME, completed_at DATETIME);
CREATE TABLE event_log (id INTEGER PRIMARY KEY, project_id VARCHAR, event_type VARCHAR, payload_json VARCHAR, created_at DATETIME);
"""


def build(path: Path, rows: int) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(SCHEMA)
        for number in range(PROJECTS):
            name = f"game-{number}"
            db.execute(
                "INSERT INTO projects VALUES (?, ?, ?, 0, NULL, ?, NULL, 'active')", [name, name, name, number + 1]
            )
            plan = [number + 1, name, 1, "accepted", "Plan v1", "ai", str(START)]
            db.execute("INSERT INTO task_plans VALUES (?, ?, ?, ?, ?, ?, ?)", plan)
        db.executemany(f"INSERT INTO tasks VALUES ({', '.join('?' * 18)})", map(task, range(TASKS)))
        for place, (table, make, columns) in enumerate(LOG):
            count = rows // 3 + (place < rows % 3)
            db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})", map(make, range(count)))


def project_of(number: int) -> str:
    return f"game-{number % PROJECTS}"


def at(number: int) -> str:
    return str(START + timedelta(milliseconds=137 * number + 1))


def task(number: int) -> tuple:
    place = number // PROJECTS
    code = f"T-{place + 1:03d}"
    deps = json.dumps([f"T-{place:03d}"] if place else [])
    words = [
        f"Tarea {number}: diseño y construcción",
        "Crear el nivel 🎮 con el sistema de Tilemap. " * 4,
        "Se abre\nSe juega",
    ]
    work = ["pending", deps, None, number % PROJECTS + 1, place, code, "[]", "[]", "{}", 1 + place % 5, None, None]
    return (number + 1, project_of(number), code, *words, *work)


def chat(number: int) -> tuple:
    role = "agent" if number // PROJECTS % 2 else "user"
    return (number + 1, f"m{number}", project_of(number), role, f"¿Qué tal el salto {number}? 🎮", at(number), None)


def step(number: int) -> tuple:
    args = json.dumps({"path": f"Assets/Scripts/Hero{number}.cs", "lines": number % 90})
    return (number + 1, project_of(number), number, "unity.edit", args, "ok", '{"done": true}', None, at(number), None)


def event(number: int) -> tuple:
    return (number + 1, project_of(number), "update", json.dumps({"text": f"Paso {number}", "n": number}), at(number))


LOG = (("chat_messages", chat, 7), ("timeline_events", step, 10), ("event_log", event, 5))


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    rows = parser.parse_args().rows
    with TemporaryDirectory() as folder:
        path = Path(folder) / "gateway.db"
        build(path, rows)
        print(f"{rows} log rows, {path.stat().st_size / 1e6:.0f} MB")
        env = {**os.environ, "DATABASE_URL": f"sqlite:///{path}", "SECRET_KEY": "for the benchmark"}
        started = time.monotonic()
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=env, check=True)
        seconds = time.monotonic() - started
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"adopted in {seconds:.1f} s, peak {peak:.0f} MB, {path.stat().st_size / 1e6:.0f} MB afterwards")


if __name__ == "__main__":
    main()
