"""The order in which the log's rows happened, over all tables. Kept in a temporary file: its size is no matter of memory."""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from gamedev_gateway.legacy.arrival import Arrival
from gamedev_gateway.legacy.ledger import pages
from gamedev_gateway.legacy.old_file import OldRow, name_of
from gamedev_gateway.legacy.reading import parse_time

TIMES = {
    "sessions": "started_at",
    "chat_messages": "created_at",
    "agent_messages": "ts",
    "timeline_events": "started_at",
    "artifacts": "ts",
    "event_log": "created_at",
}
"""The tables that tell what happened, in the order in which rows of the same moment come, and when each row happened."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Moment(NamedTuple):
    """A row that happened, and when: its own time, or its neighbour's where it has none."""

    table: str
    number: int
    at: datetime


class Timetable:
    def __init__(self) -> None:
        self.database = sqlite3.connect("", isolation_level=None)
        self.database.execute("PRAGMA journal_mode = OFF")
        self.database.execute("CREATE TABLE moments (project TEXT, at INTEGER, place INTEGER, number INTEGER)")
        self.tables = list(TIMES)

    def close(self) -> None:
        self.database.close()

    def add(self, table: str, rows: Sequence[tuple[str, int | None, int]]) -> None:
        place = self.tables.index(table)
        values = [(project, at, place, number) for project, at, number in rows]
        self.database.executemany("INSERT INTO moments VALUES (?, ?, ?, ?)", values)

    def settle(self, table: str, first: int) -> None:
        """Give rows before the first readable time that time."""
        query = "UPDATE moments SET at = ? WHERE at IS NULL AND place = ?"
        self.database.execute(query, [first, self.tables.index(table)])

    def projects(self) -> Iterator[tuple[str, Iterator[Moment]]]:
        """Each project with what happened in it, in order."""
        found = self.database.execute("SELECT * FROM moments ORDER BY project, at, place, number")
        for project, rows in groupby(found, key=lambda row: row[0]):
            yield project, (Moment(self.tables[place], number, moment(at)) for _, at, place, number in rows)


def moment(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


def timetable_of(arrival: Arrival) -> Timetable:
    """The rows of the file that are to be events and have not come yet."""
    timetable = Timetable()
    for table in TIMES:
        if arrival.old.keys.get(table):
            enter(arrival, timetable, table)
    return timetable


def enter(arrival: Arrival, timetable: Timetable, table: str) -> None:
    last: int | None = None
    first: int | None = None
    for page in pages(arrival.old.rows(table)):
        new = page if arrival.ledger.is_new else arrival.ledger.unknown(page)
        entries = []
        for row in new:
            parsed = parse_time(row.values.get(TIMES[table]))
            last = last if parsed is None else (parsed - EPOCH) // MICROSECOND
            first = last if first is None else first
            if project := project_of(arrival, row):
                entries.append((project, last, int(row.key)))
        timetable.add(table, entries)
    now = (arrival.now - EPOCH) // MICROSECOND
    timetable.settle(table, now if first is None else first)


def project_of(arrival: Arrival, row: OldRow) -> str:
    """Our project that a log row belongs to; empty where there is none. Artifacts of tasks are no log rows."""
    if row.table == "artifacts" and arrival.layout.artifact_home(row):
        return ""
    if row.table in ("artifacts", "agent_messages"):
        home = arrival.layout.session_home.get(name_of(row.values.get("session_id")), "")
    else:
        home = arrival.layout.home(row)
    return arrival.slugs.get(home, "")
