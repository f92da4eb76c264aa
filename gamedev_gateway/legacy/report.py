"""A look back: what came, table by table, and what was repaired, row by row."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import orjson
from django.db.models import Count, QuerySet
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from gamedev_gateway.core.models import LegacyRow, LegacySource
from gamedev_gateway.legacy.arrival import Arrival
from gamedev_gateway.legacy.old_file import OldFile

SHOWN = 15
TIMES = "Times without a zone are taken as UTC."
BECAME = ("project", "plan", "task", "context", "artifact", "event")


@dataclass
class TableCount:
    """One old table: rows in the file, and what they are now. `gone`: rows that came before and left the file since."""

    rows: int
    new: int = 0
    kept: int = 0
    repaired: int = 0
    gone: int = 0
    became: dict[str, int] = field(default_factory=dict)

    @property
    def balanced(self) -> bool:
        return self.rows + self.gone == sum(self.became.values()) + self.kept


@dataclass
class Report:
    """One run. Repairs and kept rows are read from the ledger when they are told, however many they are."""

    source: LegacySource
    renamed: dict[str, str]
    tables: dict[str, TableCount]
    dry_run: bool = False

    @property
    def balanced(self) -> bool:
        return all(count.balanced for count in self.tables.values())

    @property
    def new(self) -> int:
        return sum(count.new for count in self.tables.values())

    def repaired(self) -> QuerySet[LegacyRow]:
        return LegacyRow.objects.filter(source=self.source).exclude(repairs=[])

    def kept(self) -> QuerySet[LegacyRow]:
        return LegacyRow.objects.filter(source=self.source, became="")

    def head(self) -> dict[str, Any]:
        tables = {name: {**vars(count), "balanced": count.balanced} for name, count in self.tables.items()}
        return {
            "file": self.source.name,
            "dry_run": self.dry_run,
            "new_rows": self.new,
            "balanced": self.balanced,
            "tables": tables,
            "renamed": self.renamed,
            "times": TIMES,
        }


def last_row() -> int:
    """Rows of the ledger after this one are new."""
    newest = LegacyRow.objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def report_on(arrival: Arrival, after: int = 0, dry_run: bool = False) -> Report:
    rows = LegacyRow.objects.filter(source=arrival.ledger.source)
    tables = {name: TableCount(arrival.old.count(name)) for name in arrival.old.tables}
    for table, became, count in rows.values_list("table", "became").annotate(count=Count("pk")).order_by():
        entry = tables.setdefault(table, TableCount(0))
        if became:
            entry.became[became] = count
        else:
            entry.kept = count
    for name, count in counted(rows.filter(pk__gt=after)).items():
        tables[name].new = count
    for name, count in counted(rows.exclude(repairs=[])).items():
        tables[name].repaired = count
    for entry in tables.values():
        entry.gone = max(sum(entry.became.values()) + entry.kept - entry.rows, 0)
    return Report(arrival.ledger.source, arrival.renamed, tables, dry_run)


def counted(rows: QuerySet[LegacyRow]) -> dict[str, int]:
    return dict(rows.values_list("table").annotate(count=Count("pk")).order_by())


def write_report(report: Report, path: Path) -> None:
    """All of it as JSON, written row by row."""
    head = orjson.dumps(report.head(), option=orjson.OPT_INDENT_2).rstrip(b"\n}")
    with path.open("wb") as file:
        file.write(head)
        write_list(file, "repairs", report.repaired(), lambda row: {"repairs": row.repairs})
        write_list(file, "kept", report.kept(), lambda row: {"reason": row.reason})
        file.write(b"\n}\n")


def write_list(
    file: IO[bytes], name: str, rows: QuerySet[LegacyRow], more: Callable[[LegacyRow], dict[str, Any]]
) -> None:
    file.write(f',\n  "{name}": ['.encode())
    for place, row in enumerate(rows.order_by("pk").defer("data").iterator()):
        line = {"table": row.table, "key": row.key, "project": row.project_id, "became": became(row), **more(row)}
        file.write((b",\n    " if place else b"\n    ") + orjson.dumps(line))
    file.write(b"\n  ]")


def became(row: LegacyRow) -> str | None:
    return f"{row.became} {row.became_id}" if row.became else None


class Screen:
    """What people see while it happens, and after."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def say(self, text: str) -> None:
        self.console.print(escape(text), highlight=False, soft_wrap=True)

    @contextmanager
    def progress(self, title: str, old: OldFile) -> Iterator[Callable[[int], object]]:
        """A bar on a terminal; nothing where nobody watches."""
        total = sum(old.count(table) for table in old.tables)
        bar = Progress(console=Console(stderr=True), transient=True)
        with bar:
            task = bar.add_task(title, total=total)
            yield lambda count: bar.advance(task, count)

    def show(self, report: Report) -> None:
        self.console.print(table_of(report))
        for old, new in report.renamed.items():
            self.say(f"Project {old!r} is {new!r} here.")
        self.list_rows("repaired", report.repaired(), lambda row: " ".join(row.repairs))
        self.list_rows("kept as they were, readable in the admin", report.kept(), lambda row: row.reason)
        self.say(TIMES)
        self.say("Every row has its place." if report.balanced else "The counts differ: please keep the old file.")

    def list_rows(self, title: str, rows: QuerySet[LegacyRow], told: Callable[[LegacyRow], str]) -> None:
        if not (count := rows.count()):
            return
        self.say(f"{count} rows were {title}{f'; the first {SHOWN}' if count > SHOWN else ''}:")
        for row in rows.order_by("pk").defer("data")[:SHOWN]:
            self.say(f"  {row.table} {row.key}: {told(row)}")


def table_of(report: Report) -> Table:
    title = f"{report.source.name}{' (dry run: nothing was changed)' if report.dry_run else ''}"
    table = Table(title=escape(title), title_justify="left")
    table.add_column("table")
    for name in ("rows in", "new"):
        table.add_column(name, justify="right")
    table.add_column("became")
    for name in ("kept", "repaired"):
        table.add_column(name, justify="right")
    for name, count in report.tables.items():
        table.add_row(
            escape(name), str(count.rows), str(count.new), in_words(count), *or_blank(count.kept, count.repaired)
        )
    table.add_section()
    all_of = total(report.tables.values())
    table.add_row("all", str(all_of.rows), str(all_of.new), in_words(all_of), *or_blank(all_of.kept, all_of.repaired))
    return table


def total(counts: Iterable[TableCount]) -> TableCount:
    found = TableCount(0)
    for count in counts:
        found.rows += count.rows
        found.new += count.new
        found.kept += count.kept
        found.repaired += count.repaired
        for kind, number in count.became.items():
            found.became[kind] = found.became.get(kind, 0) + number
    return found


def in_words(count: TableCount) -> str:
    parts = [(count.became[kind], kind) for kind in BECAME if count.became.get(kind)]
    return ", ".join(f"{number} {kind}{'s' if number > 1 else ''}" for number, kind in parts)


def or_blank(*numbers: int) -> list[str]:
    return [str(number or "") for number in numbers]
