"""Which old rows have come already, and what each of them became."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from gamedev_gateway.core.bulk import insert_many
from gamedev_gateway.core.models import LegacyRow, LegacySource
from gamedev_gateway.legacy.old_file import OldFile, OldRow
from gamedev_gateway.legacy.reading import Reading

PAGE = 500
SAMPLE = 200
Item = TypeVar("Item")


class Fate(NamedTuple):
    """What a row became: an id of ours, and the project that it is in."""

    became: str
    became_id: str
    project_id: str


class Line(NamedTuple):
    """A row of the ledger on its way there, in the columns of LegacyRow."""

    source_id: int
    table: str
    key: str
    mark: str
    project_id: str
    became: str
    became_id: str
    reason: str = ""
    repairs: Sequence[str] = ()
    data: str = ""


def pages(items: Iterable[Item], size: int = PAGE) -> Iterator[list[Item]]:
    rest = iter(items)
    while page := list(islice(rest, size)):
        yield page


def identity(row: OldRow) -> tuple[str, str]:
    """By what a row is known again. A project's id is enough: its name may change while its file grows."""
    return row.key, "" if row.table == "projects" else row.mark


class Ledger:
    """The rows of one source. What is remembered is stored by `flush`, in the transaction of what it tells of."""

    def __init__(self, source: LegacySource, is_new: bool) -> None:
        self.source, self.is_new = source, is_new
        self.pending: list[Line] = []
        self.loaded: dict[str, dict[tuple[str, str], Fate]] = {}

    @classmethod
    def of(cls, old: OldFile) -> "Ledger":
        """The ledger of the source that the file is, or is a grown copy of; a new one where it is neither."""
        for source in LegacySource.objects.all():
            if is_copy(old, source):
                return cls(source, is_new=False)
        begun = LegacySource.objects.filter(name=old.name, rows=None).first()
        return cls(begun or LegacySource.objects.create(name=old.name), is_new=True)

    def fates(self, table: str) -> dict[tuple[str, str], Fate]:
        """All known rows of a table; for the small ones."""
        if table not in self.loaded:
            known = {} if self.is_new else self.read_fates(table)
            self.loaded[table] = known
        return self.loaded[table]

    def read_fates(self, table: str) -> dict[tuple[str, str], Fate]:
        rows = LegacyRow.objects.filter(source=self.source, table=table)
        columns = rows.values_list("key", "mark", "became", "became_id", "project_id")
        return {(key, "" if table == "projects" else mark): Fate(*fate) for key, mark, *fate in columns}

    def fate(self, row: OldRow) -> Fate | None:
        return self.fates(row.table).get(identity(row))

    def count(self, table: str) -> int:
        return LegacyRow.objects.filter(source=self.source, table=table).count()

    def unknown(self, page: Sequence[OldRow]) -> list[OldRow]:
        """The rows of a page (of one table) that have not come yet."""
        found = LegacyRow.objects.filter(source=self.source, table=page[0].table, key__in=[row.key for row in page])
        by_key = page[0].table == "projects"
        known = {(key, "" if by_key else mark) for key, mark in found.values_list("key", "mark")}
        return [row for row in page if identity(row) not in known]

    def remember(self, reading: Reading, became: str, became_id: Any, project_id: str, *, told: bool = False) -> None:
        """Note what a row became. `told`: what it became holds the whole row, so that it need not be kept here."""
        data = "" if told else reading.row.as_json()
        self.add(reading.row, became, str(became_id), project_id, data=data, repairs=reading.repairs)
        if not told:
            self.fates(reading.row.table)[identity(reading.row)] = Fate(became, str(became_id), project_id)

    def keep(self, row: OldRow, reason: str, project_id: str = "") -> None:
        """Keep a row as it was, and say why."""
        self.add(row, "", "", project_id, data=row.as_json(), reason=reason)

    def add(self, row: OldRow, became: str, became_id: str, project_id: str, **more: Any) -> None:
        project_id = project_id.replace("\x00", "␀")
        self.pending.append(Line(self.source.pk, row.table, row.key, row.mark, project_id, became, became_id, **more))

    def flush(self) -> None:
        insert_many(LegacyRow, self.pending)
        self.pending = []


def is_copy(old: OldFile, source: LegacySource) -> bool:
    """Whether the file has rows of the source, and at least as many of them as rows of another life."""
    same = different = 0
    for table in old.tables:
        rows = {row.key: row.mark for row in islice(old.rows(table), SAMPLE)}
        known = LegacyRow.objects.filter(source=source, table=table, key__in=list(rows))
        for key, mark in known.values_list("key", "mark"):
            same += rows[key] == mark
            different += rows[key] != mark
    return same > 0 and same >= different
