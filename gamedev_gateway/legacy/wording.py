"""What a task says, made to fit our limits. What does not fit is never lost: it goes to the end of the description."""

import re
from typing import Any

from gamedev_gateway.legacy.reading import UNREADABLE, Reading, as_line, clean, parse_json, shown
from plans.spec import Estimates

LONGEST_TITLE = 200
LONGEST_LINE = 1_000
LONGEST_NAME = 100
LONGEST_PROSE = 20_000
MOST_LINES = 50
LINE_BREAK = re.compile(r"\r\n|\r|\n")
ESTIMATES = {
    "story_points": "story_points",
    "points": "story_points",
    "time_hours": "time_hours",
    "hours": "time_hours",
}


class Wording:
    """The words of one task. `overflow` has what goes to the end of the description."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.overflow: list[str] = []

    def fields(self, code: str) -> dict[str, Any]:
        said = {
            "title": self.title(code),
            "acceptance": self.lines("acceptance", "Acceptance", LONGEST_LINE),
            "mcp_tools": self.lines("mcp_tools", "Tools", LONGEST_NAME),
            "deliverables": self.lines("deliverables", "Deliverables", LONGEST_LINE),
            "estimates": self.estimates(),
        }
        return {**said, "description": self.description()}

    def title(self, code: str) -> str:
        text = self.reading.text("title", required=True)
        if not text.strip():
            self.reading.note(f"It has no title; it is called {code} now.")
            return f"Task {code}"
        if len(text.strip()) > LONGEST_TITLE:
            self.reading.note("title is too long; it is whole in the description.")
            self.overflow.append(f"Title, in full: {text}")
            return text.strip()[: LONGEST_TITLE - 1] + "…"
        return text if len(text) <= LONGEST_TITLE else text.strip()

    def lines(self, column: str, label: str, longest: int) -> list[str]:
        """A list of lines; too long ones are cut, and whole in the description."""
        items = [item.strip() for item in self.items(column)]
        items = [item for item in items if item]
        for item in items:
            if len(item) > longest:
                self.reading.note(f"{column} has too long a line; it is whole in the description.")
                self.overflow.append(f"{label}, in full: {item}")
        if len(items) > MOST_LINES:
            self.reading.note(f"{column} has {len(items)} lines; those after {MOST_LINES} are in the description.")
            self.overflow.append("\n".join([f"{label}, further:", *items[MOST_LINES:]]))
        return [item if len(item) <= longest else item[: longest - 1] + "…" for item in items[:MOST_LINES]]

    def items(self, column: str) -> list[str]:
        """The members of a JSON list, or the lines of a text. Acceptance was always text."""
        text = self.reading.text(column, required=column == "acceptance")
        value = clean(parse_json(text)) if text.lstrip().startswith(("[", "{", '"')) else UNREADABLE
        if value is not UNREADABLE:
            return members(value)
        if text.strip() and column != "acceptance" and text.strip() != "null":
            self.reading.note(f"{column} is not JSON; its lines were taken.")
        return [] if text.strip() == "null" else LINE_BREAK.split(text)

    def estimates(self) -> dict[str, Any]:
        value = self.reading.json("estimates")
        if not value:
            return Estimates().model_dump(mode="json")
        known = (
            {ESTIMATES[name]: amount for name, amount in value.items() if name in ESTIMATES}
            if isinstance(value, dict)
            else {}
        )
        try:
            estimates = Estimates.model_validate(known)
        except ValueError:
            known, estimates = {}, Estimates()
        if not isinstance(value, dict) or len(known) < len(value):
            self.reading.note(f"estimates {shown(value)} has no place of its own; it is in the description.")
            self.overflow.append(f"Estimates: {as_line(value)}")
        return estimates.model_dump(mode="json")

    def description(self) -> str:
        text = self.reading.text("description", required=True)
        whole = "\n\n".join([*([text] if text else []), *self.overflow])
        if len(whole.strip()) <= LONGEST_PROSE:
            return whole
        self.reading.note("description is too long; the whole of it is kept in the admin, under legacy rows.")
        return whole.strip()[: LONGEST_PROSE - 1] + "…"


def members(value: Any) -> list[str]:
    if isinstance(value, list):
        return [as_line(item) for item in value]
    if isinstance(value, dict):
        return [f"{name}: {as_line(item)}" for name, item in value.items()]
    return [as_line(value)]


def evidence_of(reading: Reading) -> list[dict[str, Any]]:
    """Evidence as {kind, note}; what was another shape is the note."""
    value = reading.json("evidence_json")
    if value is None or value in ([], {}):
        return []
    return [evidence_item(item) for item in (value if isinstance(value, list) else [value])]


def evidence_item(item: Any) -> dict[str, Any]:
    if (
        isinstance(item, dict)
        and set(item) <= {"kind", "note"}
        and all(isinstance(text, str) for text in item.values())
    ):
        return {"kind": "imported", **item}
    return {"kind": "imported", "note": as_line(item)}
