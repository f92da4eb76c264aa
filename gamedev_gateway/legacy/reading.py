"""Reading the values of an old row tolerantly: what is certain is repaired, and each repair is noted in a sentence."""

import re
from datetime import UTC, datetime
from typing import Any

import orjson

from gamedev_gateway.core.storable import MAX_DEPTH
from gamedev_gateway.legacy.old_file import OldRow

UNREADABLE = object()
"""What `parse_json` gives for a text that is not JSON, or is nested too deep to be kept as JSON."""


class Reading:
    """One old row while it is read. `repairs` tells what had to be repaired."""

    def __init__(self, row: OldRow) -> None:
        self.row = row
        self.repairs: list[str] = []

    def note(self, text: str) -> None:
        self.repairs.append(text)

    def raw(self, column: str) -> Any:
        return self.row.values.get(column)

    def text(self, column: str, required: bool = False) -> str:
        value = self.raw(column)
        if value is None:
            if required and column in self.row.values:
                self.note(f"{column} was NULL; it is empty now.")
            return ""
        text = as_text(value)
        if not isinstance(value, str):
            self.note(f"{column} was {kind_name(value)}; it is text now.")
        return self.without_nul(column, text)

    def without_nul(self, column: str, text: str) -> str:
        if "\x00" not in text:
            return text
        self.note(f"{column} had NUL characters; each is ␀ now.")
        return text.replace("\x00", "␀")

    def number(self, column: str, least: int, most: int, default: int | None) -> int | None:
        """A whole number in a range; out of it the nearer end, and without one the default."""
        value = self.raw(column)
        if value is None:
            return default
        number = whole_number(value)
        if number is None:
            self.note(f"{column} {shown(value)} is not a number; {shown(default)} was taken.")
            return default
        if not least <= number <= most:
            nearest = min(max(number, least), most)
            self.note(f"{column} {number} is out of range; {nearest} was taken.")
            return nearest
        return number

    def time(self, column: str, neighbour: datetime | None) -> datetime | None:
        """A time in UTC. One that cannot be read is replaced by its neighbour's; NULL stays None."""
        value = self.raw(column)
        if value is None:
            return None
        parsed = parse_time(value)
        if parsed is None:
            self.note(f"{column} {shown(value)} is not a time; the neighbouring {neighbour} was taken.")
            return neighbour
        if not isinstance(value, str) or not is_iso(value):
            self.note(f"{column} {shown(value)} was read as {parsed}.")
        return parsed

    def choice(self, column: str, known: dict[str, str], default: str) -> str:
        """One of ours for what it was called; noted where that is not the same word."""
        value = self.text(column)
        name = re.sub(r"[\s-]+", "_", value.strip().lower())
        found = known.get(name)
        if found is None:
            if column in self.row.values:
                self.note(f"{column} {shown(self.raw(column))} is not known; {default!r} was taken.")
            return default
        if found != value:
            self.note(f"{column} {shown(value)} is {found!r} now.")
        return found

    def json(self, column: str) -> Any:
        """What the JSON says; the text itself where it is not JSON, None where there is none."""
        text = self.text(column)
        if not text.strip():
            return None
        value = parse_json(text)
        if value is UNREADABLE:
            self.note(f"{column} is not JSON; it was read as text.")
            return text
        return clean(value)


def as_text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def kind_name(value: Any) -> str:
    return "bytes that are not UTF-8 text" if isinstance(value, bytes) else f"the number {value}"


def shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"


def whole_number(value: Any) -> int | None:
    if isinstance(value, float) and not value.is_integer():
        return None
    try:
        return int(value.strip() if isinstance(value, str) else value)
    except (ValueError, OverflowError, TypeError):
        return None


def is_iso(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def parse_time(value: Any) -> datetime | None:
    """A time in UTC; one without a zone is UTC. Numbers are seconds or milliseconds since 1970."""
    try:
        if isinstance(value, str):
            return parse_iso(value.strip().removesuffix(" UTC").strip()) or from_epoch(float(value))
        return from_epoch(float(value))
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def parse_iso(text: str) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def from_epoch(number: float) -> datetime | None:
    if 1e8 <= number < 1e11:
        return datetime.fromtimestamp(number, UTC)
    if 1e11 <= number < 1e14:
        return datetime.fromtimestamp(number / 1000, UTC)
    return None


def parse_json(text: str) -> Any:
    try:
        value = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return UNREADABLE
    return UNREADABLE if too_deep(value) else value


def too_deep(value: Any, depth: int = 0) -> bool:
    if depth > MAX_DEPTH - 10:
        return True
    if isinstance(value, dict):
        return any(too_deep(item, depth + 1) for item in value.values())
    return isinstance(value, list) and any(too_deep(item, depth + 1) for item in value)


def clean(value: Any) -> Any:
    """JSON that every database can store: NUL characters are ␀."""
    if isinstance(value, str):
        return value.replace("\x00", "␀")
    if isinstance(value, dict):
        return {clean(name): clean(item) for name, item in value.items()}
    return [clean(item) for item in value] if isinstance(value, list) else value


def as_line(value: Any) -> str:
    """A JSON value as a line of text."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
