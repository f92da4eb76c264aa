"""A real task list's history, replayed as proposals by one author while somebody else edits by hand and work goes on.

Runs in the process, against Django's database, through the services that all doors use.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.utils.text import slugify

from gamedev_gateway.core.actors import Actor
from plans import services
from plans.brief import Brief
from plans.conflicts import Resolution
from plans.diff import apply_diff
from plans.errors import CodesTaken, NeedsMoreChanges, RebaseConflicts, StaleBase
from plans.graph import find_cycle, missing_dependencies
from plans.history import state_at, state_now
from plans.lineage import Lineage, specs_of
from plans.merge import renamed
from plans.models import Project, Role, Task, TaskPlan
from plans.operations import NewTask
from plans.services.planning import next_number
from plans.spec import TaskSpec
from realtime.models import Event
from storms.author import Author
from storms.edits import edits_between, lost_in_merge
from storms.handwork import Hand
from storms.histories import History

HAND_EDITS = 4
"""So many between two versions of the list."""


@dataclass
class Report:
    """What a replay met, and what was wrong."""

    faults: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, what: str, by: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + by

    @property
    def line(self) -> str:
        told = ", ".join(f"{count} {what}" for what, count in self.counts.items())
        return f"{'FAULTY' if self.faults else 'ok'}: {told}"


def replay(history: History, seed: int) -> Report:
    """In a project of its own, with two people of its own."""
    name = f"{slugify(history.name)}-{seed}"
    author, hand = (User.objects.create_user(f"{name}-{who}") for who in ("author", "hand"))
    actor = Actor.person(author)
    project = services.create_project(id=name, name=name, brief=Brief(), actor=actor, owner=author)
    services.set_member(project, hand, Role.EDITOR, actor=actor)
    return Replay(project, actor, Actor.person(hand), seed).run(history)


class Replay:
    """`author` proposes the list's versions, `hand` edits in between; both are people who may accept."""

    def __init__(self, project: Project, author: Actor, hand: Actor, seed: int) -> None:
        self.project = project
        self.author, self.hand = author, hand
        self.chance = random.Random(seed)
        self.list = Author()
        self.writer = Hand(self.chance, hand.name)
        self.report = Report()
        self.done: set[str] = set()
        self.accepted: list[tuple[int, list[TaskSpec]]] = []

    def run(self, history: History) -> Report:
        for before, after in zip([None, *history.versions], history.versions, strict=False):
            ground = self.specs()
            wanted = self.list.wanted(ground, before, after, next_number(self.project_now(), ground))
            if wanted == ground:
                continue
            plan = self.propose(self.author, wanted)
            self.report.count("versions proposed")
            if ground:
                self.meanwhile(plan)
            self.take(plan, in_parts=bool(ground) and self.chance.random() < 0.25)
        self.check_log()
        return self.report

    def project_now(self) -> Project:
        return Project.objects.get(pk=self.project.pk)

    def active(self) -> TaskPlan | None:
        return services.get_active_plan(self.project)

    def specs(self) -> list[TaskSpec]:
        active = self.active()
        return active.specs() if active else []

    def propose(self, actor: Actor, tasks: Sequence[TaskSpec]) -> TaskPlan:
        new = [NewTask.model_validate(task.model_dump()) for task in tasks]
        return services.propose_tasks(self.project_now(), new, actor=actor, base=self.active())

    # While the proposal is open

    def meanwhile(self, plan: TaskPlan) -> None:
        """Others edit the plan, and the proposal itself; and work goes on."""
        self.work()
        before = self.specs()
        by_hand = self.propose(self.hand, before)
        self.edit(by_hand, HAND_EDITS)
        self.accept(by_hand, None)
        if self.chance.random() < 0.4:
            self.edit(plan, 1)
        self.work()

    def edit(self, plan: TaskPlan, count: int) -> None:
        before = plan.specs()
        number = next_number(self.project_now(), before)
        ops = self.writer.edits(before, number=number, count=count, begun=self.begun())
        services.edit_plan(plan, ops, actor=self.hand, reason="By hand.")
        after = TaskPlan.objects.get(pk=plan.pk).specs()
        self.report.count("hand edits", len(list(edits_between(before, after))))
        self.report.count("hand operations", len(ops))

    def begun(self) -> set[str]:
        rows = Task.objects.active().filter(plan__project=self.project).exclude(status__in=["pending", "dropped"])
        return set(rows.values_list("code", flat=True))

    def work(self) -> None:
        """Somebody finishes a task, and begins another."""
        for finishes in (True, False):
            task, _ = services.next_task(self.project_now())
            if task is None:
                return
            services.start_task(task, actor=self.hand)
            self.report.count("tasks begun")
            if finishes:
                answers = [{"criterion": each, "met": True} for each in task.acceptance]
                services.complete_task(task, acceptance=answers, evidence=[], actor=self.hand)
                self.done.add(task.code)
                self.report.count("tasks finished")

    # Accepting

    def take(self, plan: TaskPlan, *, in_parts: bool) -> None:
        """Accept it, carried over where it has to be; in parts: one half first, then what remains."""
        plan = self.carried_over(plan)
        if in_parts and (rest := self.accept(plan, self.a_part(plan))):
            self.report.count("taken in parts")
            plan = self.carried_over(rest)
            self.accept(plan, None)
        elif not in_parts:
            self.accept(plan, None)

    def a_part(self, plan: TaskPlan) -> list[str]:
        ground = self.specs()
        changed = sorted({edit.code for edit in edits_between(ground, plan.specs())})
        return self.chance.sample(changed, -(-len(changed) // 2))

    def accept(self, plan: TaskPlan, only: list[str] | None) -> TaskPlan | None:
        """What remains of it is given back."""
        said = TaskPlan.objects.get(pk=plan.pk).specs()
        if only is not None and not only:
            only = None
        try:
            accepted = services.accept_plan(plan, actor=self.hand, only=only)
        except NeedsMoreChanges as error:
            more = {code for needed in error.data["needs"].values() for code in needed}
            return self.accept(plan, sorted({*(only or ()), *more}))
        self.check_accepted(accepted, said, whole=only is None)
        return accepted.continued_by.first()

    def carried_over(self, plan: TaskPlan) -> TaskPlan:
        while True:
            lineage = Lineage(self.project.pk)
            if self.active() is None or not self.is_stale(plan, lineage):
                return plan
            plan = self.rebase(plan, lineage)

    def is_stale(self, plan: TaskPlan, lineage: Lineage) -> bool:
        from plans.services.accepting import check_base

        try:
            check_base(plan, self.active(), lineage)
        except (StaleBase, CodesTaken):
            return True
        return False

    def rebase(self, plan: TaskPlan, lineage: Lineage) -> TaskPlan:
        """Asked about conflicts, the author answers by a rule: work stays, else one side or the other by chance."""
        ground = lineage.ground(plan.pk)
        base = specs_of(ground)[ground.pk] if ground else []
        mine, theirs = plan.specs(), self.specs()
        told: list[dict[str, Any]] = []
        while True:
            answers = [Resolution(id=each["id"], take=each["rule"]) for each in told]
            try:
                made = services.rebase_plan(plan, actor=self.author, resolutions=answers)
                break
            except RebaseConflicts as error:
                told += [{**each, "rule": self.rule(each)} for each in error.data["conflicts"]]
        self.report.count("rebased")
        self.report.count("conflicts", len(told))
        self.list.rename(made.renumbered)
        mine = [renamed(task, made.renumbered) for task in mine]
        faults = lost_in_merge(base, mine, theirs, made.specs(), told)
        self.report.faults += [f"version {made.version}: {fault}" for fault in faults]
        return made

    def rule(self, conflict: Mapping[str, Any]) -> str:
        return "theirs" if conflict["kind"] == "work" else self.chance.choice(["mine", "theirs"])

    # What must be true

    def check_accepted(self, plan: TaskPlan, said: Sequence[TaskSpec], *, whole: bool) -> None:
        self.report.count("accepted")
        now = self.specs()
        self.accepted.append((plan.pk, now))
        faults = [*broken_laws(now)]
        if whole and now != list(said):
            faults.append("what was accepted is not what was proposed")
        if self.project.plans.accepted().count() != 1:
            faults.append("there is not one accepted plan")
        told = Event.objects.filter(stream__name=f"project:{self.project.pk}", type="plan.accepted").latest("seq")
        left_out = {each["code"] for each in told.as_dict()["payload"]["work_dropped"]}
        status = dict(Task.objects.filter(plan=plan).values_list("code", "status"))
        for code in sorted(self.done):
            if status.get(code) == "dropped" and code in left_out:
                self.done.remove(code)
                self.report.count("finished tasks left out, with a word")
            elif status.get(code) != "done":
                faults.append(f"{code} was done and is {status.get(code)}")
        self.report.faults += [f"version {plan.version}: {fault}" for fault in faults]

    def check_log(self) -> None:
        """The differences in the log, one after the other, give each accepted plan; the log folded gives the board."""
        events = Event.objects.filter(stream__name=f"project:{self.project.pk}", type="plan.accepted").order_by("seq")
        plan: list[TaskSpec] = []
        for event, (pk, tasks) in zip(events, self.accepted, strict=True):
            payload = event.as_dict()["payload"]
            plan = apply_diff(plan, payload["diff"])
            if payload["plan_id"] != pk or plan != tasks:
                self.report.faults.append(f"the log does not give version {payload['version']}")
        now = state_now(self.project_now())
        if state_at(self.project_now(), now.seq) != now:
            self.report.faults.append("the log does not give the board")
        self.report.count("done in the end", len(self.done))


def broken_laws(tasks: Sequence[TaskSpec]) -> list[str]:
    edges = {task.code: task.dependencies for task in tasks}
    faults = [] if len(edges) == len(tasks) else ["a code is there twice"]
    if missing := missing_dependencies(edges):
        faults.append(f"tasks wait for what is not there: {missing}")
    if cycle := find_cycle(edges):
        faults.append(f"a cycle: {cycle}")
    return faults
