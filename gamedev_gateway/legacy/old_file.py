"""The old database as it is: tables, columns and rows, in whatever state they are."""

import base64
import math
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

from gamedev_gateway.legacy.recognise import open_read_only

NEVER_CHANGES = {
    "projects": ("id", "name", "path"),
    "chat_messages": ("project_id", "msg_id", "created_at"),
    "timeline_events": ("project_id", "step_index", "tool", "started_at"),
    "sessions": ("project_id", "provider", "started_at"),
    "agent_messages": ("session_id", "role", "content", "ts"),
    "artifacts": ("session_id", "type", "path", "ts"),
    "tasks": ("project_id", "task_id"),
    "task_plans": ("project_id", "version", "created_at"),
    "contexts": ("project_id", "scope", "task_id", "version", "created_at"),
    "event_log": ("project_id", "event_type", "created_at", "payload_json"),
}
"""The tables of the first version, each with the columns by which a row is known again when its file has grown."""


@dataclass(frozen=True)
class OldRow:
    """One row. `values` has what SQLite gives; a text that is not UTF-8 comes as its bytes."""

    table: str
    key: str
    values: dict[str, Any] = field(hash=False)

    @property
    def mark(self) -> str:
        names = NEVER_CHANGES.get(self.table) or tuple(self.values)
        text = repr([self.values.get(name) for name in names])
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()

    def as_json(self) -> str:
        return orjson.dumps({name: plain(value) for name, value in self.values.items()}).decode()


def plain(value: Any) -> Any:
    """A value as JSON can hold it, without loss."""
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, float) and not math.isfinite(value):
        return {"number": str(value)}
    return value


def decoded(raw: bytes) -> str | bytes:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def name_of(value: Any) -> str:
    """An id as text, whatever type the column holds."""
    if isinstance(value, bytes):
        return "x" + value.hex()
    return "" if value is None else str(value)


class OldFile:
    """An old database, opened to be read from its first row to its last. `name` is what people call it."""

    def __init__(self, path: Path, name: str = "") -> None:
        self.path, self.name = path, name or path.name
        self.connection = open_read_only(path)
        self.connection.text_factory = decoded
        self.connection.execute("PRAGMA cache_size = -20000")
        self.tables = {str(name): self.columns(str(name)) for name in self.table_names()}
        self.keys = {name: self.key_column(name) for name in self.tables}

    def close(self) -> None:
        self.connection.close()

    def table_names(self) -> list[Any]:
        """Every table with rows of its own; what a virtual table holds is in its shadow tables."""
        found = self.connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            " AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY rowid"
        )
        return [name for (name,) in found]

    def columns(self, table: str) -> list[str]:
        return [str(row[1]) for row in self.connection.execute(f"PRAGMA table_xinfo({quoted(table)})") if row[6] != 1]

    def key_column(self, table: str) -> str:
        """The name by which a row's number is asked; empty where the table has none."""
        taken = {name.lower() for name in self.tables[table]}
        for name in ("rowid", "_rowid_", "oid"):
            if name not in taken and self.answers(f"SELECT {name} FROM {quoted(table)} LIMIT 1"):  # noqa: S608
                return name
        return ""

    def answers(self, query: str) -> bool:
        try:
            self.connection.execute(query).fetchone()
        except sqlite3.OperationalError:
            return False
        return True

    def count(self, table: str) -> int:
        return int(self.connection.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone()[0])  # noqa: S608

    def rows(self, table: str) -> Iterator[OldRow]:
        """All rows in the order in which they were written, one at a time; none where there is no such table."""
        if table not in self.tables:
            return
        key = self.keys[table]
        names = ", ".join([key or "NULL", *map(quoted, self.tables[table])])
        order = f" ORDER BY {key}" if key else ""
        for number, *values in self.connection.execute(f"SELECT {names} FROM {quoted(table)}{order}"):  # noqa: S608
            yield self.row(table, number, values)

    def row_numbered(self, table: str, number: int) -> OldRow:
        number, *values = self.connection.execute(self.one_row(table), [number]).fetchone()
        return self.row(table, number, values)

    @cache  # noqa: B019  as old as the file
    def one_row(self, table: str) -> str:
        names = ", ".join([self.keys[table], *map(quoted, self.tables[table])])
        return f"SELECT {names} FROM {quoted(table)} WHERE {self.keys[table]} = ?"  # noqa: S608

    def row(self, table: str, number: int | None, values: list[Any]) -> OldRow:
        """A row with its key: its number; of a project its id, since their numbers may change in a copied file."""
        named = dict(zip(self.tables[table], values, strict=True))
        if number is None:
            return OldRow(table, blake2b(repr(values).encode(), digest_size=8).hexdigest(), named)
        if table == "projects" and isinstance(named.get("id"), str):
            return OldRow(table, named["id"], named)
        return OldRow(table, str(number), named)
