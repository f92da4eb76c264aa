"""Old artifacts of tasks. Those without a task are told of in the log."""

from typing import Any

from gamedev_gateway.legacy.arrival import Arrival
from gamedev_gateway.legacy.old_file import name_of
from gamedev_gateway.legacy.reading import Reading
from plans.models import Artifact

LONGEST_TYPE, LONGEST_PATH = 100, 1_000
CATEGORY = {
    **dict.fromkeys(["code", "script", "source"], "code"),
    **dict.fromkeys(["asset", "image", "sprite", "audio", "model", "scene", "prefab"], "asset"),
    **dict.fromkeys(["document", "doc", "markdown", "text", "report"], "document"),
    **dict.fromkeys(["screenshot", "capture"], "screenshot"),
}
VALIDATION = {
    **dict.fromkeys(["pending", "unknown", "none"], "pending"),
    **dict.fromkeys(["valid", "passed", "ok", "validated"], "valid"),
    **dict.fromkeys(["invalid", "failed", "error"], "invalid"),
}


def place_artifacts(arrival: Arrival, old_id: str) -> None:
    last_time = arrival.now
    for row in arrival.layout.artifacts.get(old_id, []):
        placed = arrival.tasks.get(name_of(row.values.get("task_id")))
        if arrival.ledger.fate(row) is not None or placed is None:
            continue
        reading = Reading(row)
        last_time = reading.time("ts", last_time) or last_time
        artifact = Artifact.objects.create(project_id=placed.project_id, task_id=placed.ref.id, **fields_of(reading))
        Artifact.objects.filter(pk=artifact.pk).update(created_at=last_time)
        arrival.ledger.remember(reading, "artifact", artifact.pk, placed.project_id)


def fields_of(reading: Reading) -> dict[str, Any]:
    return {
        "type": short(reading, "type", LONGEST_TYPE) or "unknown",
        "category": category_of(reading),
        "path": short(reading, "path", LONGEST_PATH),
        "size_bytes": reading.number("size_bytes", 0, 2**53, None),
        "validation_status": validation_of(reading),
        "validation_report": report_of(reading),
    }


def short(reading: Reading, column: str, longest: int) -> str:
    text = reading.text(column, required=True)
    if len(text) > longest:
        reading.note(f"{column} is too long; it is cut, and whole among the legacy rows.")
        return text[: longest - 1] + "…"
    return text


def category_of(reading: Reading) -> str:
    """As it was called; where nothing was said, what the type tells."""
    if reading.raw("category") is not None:
        return reading.choice("category", CATEGORY, "document")
    found = CATEGORY.get(reading.text("type").strip().lower(), "document")
    reading.note(f"It had no category; {found!r} was taken.")
    return found


def validation_of(reading: Reading) -> str:
    return (
        reading.choice("validation_status", VALIDATION, "pending")
        if "validation_status" in reading.row.values
        else "pending"
    )


def report_of(reading: Reading) -> dict[str, Any]:
    meta = reading.json("meta_json")
    return {} if meta is None else {"meta": meta}
