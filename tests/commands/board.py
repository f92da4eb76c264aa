"""The board as a client keeps it that has nothing but the events: folded over an empty start."""

from typing import Any

Board = dict[str, dict[str, Any]]


def fold(events: list[dict[str, Any]]) -> Board:
    """Task code → task, as `GET projects/{id}/tasks/` tells of it."""
    board: Board = {}
    for event in events:
        if event["type"] == "plan.accepted":
            board = accept(board, event)
        elif changes := event["payload"].get("changes") if event["type"].startswith("task.") else None:
            board[event["task_code"]].update(changes)
    return board


def accept(board: Board, event: dict[str, Any]) -> Board:
    payload = event["payload"]
    specs = {spec["code"]: spec for spec in payload["diff"]["added"]}
    changes = {changed["code"]: changed["fields"] for changed in payload["diff"]["changed"]}
    after: Board = {}
    for standing in payload["tasks"]:
        code = standing["code"]
        task = {**untouched(event["project_id"]), **board.get(code, {}), **specs.get(code, {})}
        task |= {field: values["to"] for field, values in changes.get(code, {}).items()}
        after[code] = {**task, **standing, "plan": payload["plan_id"]}
    return after


def untouched(project_id: str) -> dict[str, Any]:
    """What a task is like before anything was done about it."""
    return {
        "project": project_id,
        "blocked_reason": "",
        "claim": None,
        "evidence": [],
        "started_at": None,
        "completed_at": None,
    }
