"""Three people edit, accept in part, rebase and work at random: whatever they do, nothing accepted or done disappears."""

from random import Random
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import GatewayError
from plans import services
from plans.authorship import stored_operation
from plans.brief import Brief
from plans.errors import NeedsMoreChanges
from plans.graph import find_cycle, missing_dependencies
from plans.models import Project, Task, TaskPlan
from plans.operations import NewTask, operations_adapter, repeat_operations
from plans.proposed_changes import proposed_changes
from tests.conftest import BRIEF, CHAIN

FIRST = [NewTask.model_validate(task) for task in (*CHAIN, *({"title": f"Level {number}"} for number in range(4)))]


class Team:
    """A project and three people, who do the same things for the same seed."""

    def __init__(self, project: Project, people: list[User], seed: int) -> None:
        self.project, self.random = project, Random(seed)
        self.people = [Actor.person(person) for person in people]
        self.done: set[str] = set()

    def step(self) -> None:
        try:
            getattr(self, self.random.choice(STEPS))()
        except GatewayError:
            return

    def one(self, plans: Any) -> Any:
        return self.random.choice(list(plans) or [None])

    def proposal(self) -> TaskPlan:
        found = self.one(self.project.plans.proposed())
        if found is None:
            raise GatewayError("Nothing is open.")
        return found

    def actor(self) -> Actor:
        return self.random.choice(self.people)

    # Steps

    def propose(self) -> None:
        active = services.get_active_plan(self.project)
        tasks = [NewTask.model_validate(spec.model_dump()) for spec in active.specs()] if active else []
        base = self.random.choice([active, active, active, None])
        services.propose_tasks(self.project, [*tasks, NewTask(title="New")], actor=self.actor(), base=base)

    def edit(self) -> None:
        plan = self.proposal()
        code, other = (self.random.choice(plan.specs()).code for _ in range(2))
        op = self.random.choice(
            [
                {"op": "add", "task": {"title": f"x{self.random.random()}", "dependencies": [code]}},
                {"op": "update", "code": code, "fields": {"title": f"y{self.random.random()}"}},
                {"op": "update", "code": code, "fields": {"dependencies": [other]}},
                {"op": "drop", "code": code},
                {"op": "move", "code": code, "idx": self.random.randrange(4)},
                {"op": "split", "code": code, "into": [{"title": "a"}, {"title": "b"}]},
                {"op": "merge", "codes": [code, other]},
            ]
        )
        services.edit_plan(plan, operations_adapter.validate_python([op]), actor=self.actor(), reason="why not")

    def accept(self) -> None:
        services.accept_plan(self.proposal(), actor=self.actor())

    def accept_a_part(self) -> None:
        plan = self.proposal()
        codes = [change.code for change in proposed_changes(plan).changes]
        only = set(self.random.sample(codes, min(len(codes), 2)))
        try:
            services.accept_plan(plan, actor=self.actor(), only=list(only))
        except NeedsMoreChanges as error:
            more = {code for needed in error.data["needs"].values() for code in needed}
            services.accept_plan(plan, actor=self.actor(), only=[*only, *more])

    def rebase(self) -> None:
        policy = self.random.choice(["mine", "theirs"])
        services.rebase_plan(self.proposal(), policy=policy, actor=self.actor())

    def work(self) -> None:
        task = self.one(Task.objects.active().filter(plan__project=self.project, status="pending"))
        if task:
            actor = self.actor()
            services.start_task(task, actor=actor)
            answers = [{"criterion": text, "met": True} for text in task.acceptance]
            services.complete_task(task, acceptance=answers, evidence=[], actor=actor)
            self.done.add(task.code)


STEPS = [*["propose"] * 2, *["edit"] * 6, "accept", *["accept_a_part"] * 3, *["rebase"] * 4, "work"]


def check(team: Team) -> None:
    """What holds after every step."""
    plans = list(team.project.plans.prefetch_related("tasks", "operations", "base__tasks"))
    assert [plan.status for plan in plans].count("accepted") <= 1
    for plan in plans:
        edges = {spec.code: spec.dependencies for spec in plan.specs()}
        assert not find_cycle(edges)
        assert not missing_dependencies(edges)
        ops = [stored_operation.validate_python(row.op) for row in plan.operations.all()]
        assert repeat_operations(plan.base.specs() if plan.base else [], ops) == plan.specs()
    active = {task.code: task for plan in plans if plan.status == "accepted" for task in plan.tasks.all()}
    was_accepted = {task.code for plan in plans if plan.accepted_at for task in plan.tasks.all()}
    assert was_accepted <= active.keys()
    assert all(active[code].completed_at and active[code].status in ("done", "dropped") for code in team.done)


@pytest.mark.stories
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), length=st.integers(5, 25))
def test_nothing_accepted_or_done_disappears(seed, length, alice, bob, vera, db):
    owner = Actor.person(alice)
    project = services.create_project(name="Life", brief=Brief.model_validate(BRIEF), actor=owner, owner=alice)
    for person in (bob, vera):
        services.set_member(project, person, "editor", actor=owner)
    services.accept_plan(services.propose_tasks(project, FIRST, actor=owner), actor=owner)
    team = Team(project, [alice, bob, vera], seed)
    for _ in range(3):
        team.propose()
    for _ in range(length):
        team.step()
        check(team)
    services.delete_project(project, actor=owner)
