"""How the versions of a project's plan come from each other."""

from collections.abc import Iterator
from datetime import datetime
from itertools import takewhile
from typing import NamedTuple

from plans.models import Task, TaskPlan
from plans.spec import TaskSpec


class Version(NamedTuple):
    """What the lineage knows of a version, whose `pk` names it."""

    pk: int
    base: int | None
    continues: int | None
    version: int
    status: str
    numbered_from: int
    renumbered: dict[str, str]
    created_at: datetime
    accepted_at: datetime | None


COLUMNS = ("pk", "base", "continues", "version", "status", "numbered_from", "renumbered", "created_at", "accepted_at")


class Lineage:
    """The versions of one project, read in one query.

    What a version was made from never changes: an open proposal that something is made from is superseded by it. So the way
    from any version back to another is what was really done.
    """

    def __init__(self, project_id: str) -> None:
        rows = TaskPlan.objects.filter(project=project_id).values_list(*COLUMNS)
        self.versions = {row[0]: Version(*row) for row in rows}

    def __getitem__(self, pk: int) -> Version:
        return self.versions[pk]

    @property
    def active(self) -> Version | None:
        return next((each for each in self.versions.values() if each.status == TaskPlan.Status.ACCEPTED), None)

    def way_back(self, pk: int | None) -> Iterator[Version]:
        """A version, what it was made from, what that was made from, and so on."""
        while pk is not None:
            yield self.versions[pk]
            pk = self.versions[pk].base

    def ground(self, pk: int) -> Version | None:
        """What accepting a version would change: the accepted version that it was made from, over others if need be.

        For one that comes from nothing accepted this is the active plan, which it would replace.
        """
        accepted = (each for each in self.way_back(self[pk].base) if each.accepted_at)
        found = next(accepted, None)
        if found is None and self[pk].status == TaskPlan.Status.PROPOSED:
            return self.active
        return found

    def own_way(self, pk: int) -> list[Version]:
        """The versions whose operations lead from the accepted version that this one was made from up to it."""
        way: list[Version] = []
        for each in self.way_back(pk):
            if way and each.accepted_at:
                break
            way.append(each)
        return way[::-1]

    def shared(self, one: int, other: int) -> Version | None:
        """The nearest version that both come from; one of them where the other comes from it."""
        others = {each.pk for each in self.way_back(other)}
        return next((each for each in self.way_back(one) if each.pk in others), None)

    def way_from(self, other: int | None, pk: int) -> list[Version]:
        """The versions after the nearest shared one that lead to this one."""
        start = self.shared(pk, other) if other is not None else None
        return list(takewhile(lambda each: each != start, self.way_back(pk)))[::-1]

    def written_on(self, pk: int) -> Version | None:
        """The plan that was active when the first of a version's forebears was written from nothing."""
        began = self.own_way(pk)[0].created_at
        earlier = [each for each in self.versions.values() if each.accepted_at and each.accepted_at <= began]
        return max(earlier, key=lambda each: each.accepted_at or began, default=None)

    def continued(self, pk: int) -> list[Version]:
        """A version and those that it takes the place of, the newest first."""
        found: list[Version] = []
        at: int | None = pk
        while at is not None:
            found.append(self[at])
            at = found[-1].continues
        return found

    def newest(self, pk: int) -> Version:
        """The version in which a version goes on now; itself where nothing took its place."""
        later = {each.continues: each for each in sorted(self.versions.values(), key=lambda each: each.version)}
        found = self[pk]
        while found.pk in later:
            found = later[found.pk]
        return found

    def code_in(self, pk: int, made_on: int, code: str) -> str:
        """What a task of an earlier version that a version continues is called in it."""
        since = []
        for each in self.continued(pk):
            if each.pk == made_on:
                break
            since.append(each)
        for each in reversed(since):
            code = each.renumbered.get(code, code)
        return code


def specs_of(*versions: Version | None) -> dict[int, list[TaskSpec]]:
    """What versions say, in one query, by the version's id."""
    ids = [each.pk for each in versions if each]
    found: dict[int, list[TaskSpec]] = {pk: [] for pk in ids}
    for task in Task.objects.filter(plan__in=ids).exclude(status=Task.Status.DROPPED):
        found[task.plan_id].append(task.spec())
    return found
