"""What is known while a file is brought over: which project became which, and which task became which."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils import timezone

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.correlation import correlation_id
from gamedev_gateway.legacy.layout import Layout
from gamedev_gateway.legacy.ledger import Ledger
from gamedev_gateway.legacy.old_file import OldFile
from plans.models import Project, Task
from realtime.publishing import TaskRef

FIRST_VERSION = Actor("system", "legacy", "the first version")
"""The actor of what nobody in particular did."""


class PlacedTask(NamedTuple):
    project_id: str
    ref: TaskRef


@dataclass
class Arrival:
    """One run of bringing a file over. `owner` gets the projects that are new; without one they wait for the first user."""

    old: OldFile
    ledger: Ledger
    layout: Layout
    owner: Any = None
    slugs: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, PlacedTask] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)
    now: Any = field(default_factory=timezone.now)
    correlation_id: str = field(default_factory=correlation_id)

    @classmethod
    def of(cls, old: OldFile, owner: Any) -> "Arrival":
        arrival = cls(old, Ledger.of(old), Layout(old), owner)
        arrival.recall_projects()
        arrival.recall_tasks()
        return arrival

    def recall_projects(self) -> None:
        """Projects that came before, where they are still there."""
        fates = self.ledger.fates("projects")
        here = set(
            Project.objects.filter(pk__in=[fate.became_id for fate in fates.values()]).values_list("pk", flat=True)
        )
        for old_id, row in self.layout.projects.items():
            fate = self.ledger.fate(row)
            if fate is not None and fate.became_id in here:
                self.slugs[old_id] = fate.became_id

    def recall_tasks(self) -> None:
        rows = [row for rows in self.layout.tasks.values() for row in rows]
        fates = {row.values.get("id"): fate for row in rows if (fate := self.ledger.fate(row)) and fate.became}
        codes = dict(Task.objects.filter(plan__project__in=self.slugs.values()).values_list("pk", "code"))
        for old_id, fate in fates.items():
            if (code := codes.get(int(fate.became_id))) is not None:
                self.tasks.setdefault(str(old_id), PlacedTask(fate.project_id, TaskRef(int(fate.became_id), code)))
