"""Reading back: every old row is where the ledger says, to the last byte."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import orjson
from django.db.models import Model, TextField
from django.db.models.functions import Cast

from contexts.models import Context
from gamedev_gateway.core.models import LegacyRow
from gamedev_gateway.legacy.happenings import original_row
from gamedev_gateway.legacy.ledger import Ledger, identity, pages
from gamedev_gateway.legacy.old_file import OldFile, OldRow, plain
from gamedev_gateway.legacy.recognise import LegacyError
from plans.models import Artifact, Project, Task, TaskPlan
from realtime.models import Event
from realtime.publishing import project_stream

WORDS: dict[str, tuple[type[Model], str]] = {
    "project": (Project, "name"),
    "plan": (TaskPlan, "summary"),
    "task": (Task, "title"),
    "context": (Context, ""),
    "artifact": (Artifact, "path"),
}
"""What rows become, and a text of each that is compared with the old one where nothing was repaired."""
COLUMNS = ("key", "mark", "became", "became_id", "project_id", Cast("repairs", TextField()), "data")


class Entry(NamedTuple):
    """What the ledger says of a row."""

    became: str
    became_id: str
    project_id: str
    repairs: str
    data: str


def verify(old: OldFile, ledger: Ledger, progress: Callable[[int], object] = lambda count: None) -> None:
    """Raise LegacyError at the first row that is missing or reads differently."""
    for table in old.tables:
        count = LegacyRow.objects.filter(source=ledger.source, table=table).count()
        if count != old.count(table):
            raise LegacyError(f"Of {old.count(table)} rows of {table}, {count} came.")
        for page in pages(old.rows(table)):
            verify_page(ledger, page)
            progress(len(page))


def verify_page(ledger: Ledger, page: Sequence[OldRow]) -> None:
    table = page[0].table
    found = LegacyRow.objects.filter(source=ledger.source, table=table, key__in=[row.key for row in page])
    came = {
        (key, "" if table == "projects" else mark): Entry(*entry) for key, mark, *entry in found.values_list(*COLUMNS)
    }
    told = payloads([entry for entry in came.values() if entry.became == "event"])
    pairs = []
    for row in page:
        entry = came.get(identity(row))
        if entry is None or not reads_the_same(row, entry, told):
            raise LegacyError(f"Row {row.key} of {table} does not read back as it was.")
        pairs.append((row, entry))
    verify_words([pair for pair in pairs if pair[1].became in WORDS])


def payloads(entries: Sequence[Entry]) -> dict[tuple[str, str], dict[str, Any]]:
    """What the events tell, by (project, seq)."""
    found = {}
    for project_id in {entry.project_id for entry in entries}:
        seqs = [int(entry.became_id) for entry in entries if entry.project_id == project_id]
        events = Event.objects.filter(stream__name=project_stream(project_id), seq__in=seqs)
        for seq, body in events.values_list("seq", "body"):
            found[project_id, str(seq)] = orjson.loads("{" + body)["payload"]
    return found


def reads_the_same(row: OldRow, entry: Entry, told: dict[tuple[str, str], dict[str, Any]]) -> bool:
    expected = {name: plain(value) for name, value in row.values.items()}
    if entry.became != "event":
        return orjson.loads(entry.data) == expected
    payload = told.get((entry.project_id, entry.became_id))
    return payload is not None and original_row(payload) == expected


def verify_words(pairs: Sequence[tuple[OldRow, Entry]]) -> None:
    """What became ours is there, and says what it said."""
    for kind, (model, column) in WORDS.items():
        placed = {entry.became_id: (row, entry) for row, entry in pairs if entry.became == kind}
        here = model._default_manager.filter(pk__in=list(placed)).values_list("pk", column or "pk")
        words = {str(key): text for key, text in here}
        for became_id, (row, entry) in placed.items():
            same = not column or entry.repairs != "[]" or words.get(became_id) == (row.values.get(column) or "")
            if became_id not in words or not same:
                raise LegacyError(f"Row {row.key} of {row.table} is not what it was.")
