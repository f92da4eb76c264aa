"""The log is enough to rebuild the board as it was after any event, whatever people did and in whatever order."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contexts import services as contexts
from contexts.models import Context
from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import GatewayError
from plans import history, services
from plans.board import FOLDED, Board, fold
from plans.models import Artifact, Checkpoint, Project, Task, TaskPlan
from plans.operations import NewTask, operations_adapter
from tests.api.answers import events

HERE = "/api/v1/projects/pixel-jumper/"


class Walk:
    """Somebody works on a project: each step picks among what is there by a number."""

    def __init__(self, project: Project, user: User) -> None:
        self.project, self.actor = project, Actor.person(user)

    def task(self, number: int, *statuses: str) -> Task | None:
        tasks = Task.objects.active().filter(plan__project=self.project)
        found = list(tasks.filter(status__in=statuses) if statuses else tasks)
        return found[number % len(found)] if found else None

    def plan(self, number: int) -> TaskPlan:
        plans = list(self.project.plans.filter(status="proposed"))
        return plans[number % len(plans)] if plans else self.propose(number)

    def propose(self, number: int) -> TaskPlan:
        """Another version: some of the tasks there are, changed in words and order, and a new one."""
        active = services.get_active_plan(self.project)
        kept = [spec for place, spec in enumerate(active.specs() if active else []) if (number + place) % 3]
        codes = {spec.code for spec in kept}
        known = [
            NewTask(
                **spec.model_dump() | {"priority": 1 + number % 5, "dependencies": codes & {*spec.dependencies}},
            )
            for spec in kept[number % 2 :] + kept[: number % 2]
        ]
        tasks = [*known, NewTask(title=f"Build {number} 島", acceptance=["It works"])]
        return services.propose_tasks(self.project, tasks, actor=self.actor, base=active, summary=f"No. {number}")

    def edit(self, number: int) -> None:
        plan = self.plan(number)
        ops = [{"op": "update", "code": plan.specs()[0].code, "fields": {"title": f"Better {number}"}}]
        services.edit_plan(plan, operations_adapter.validate_python(ops), actor=self.actor, summary=f"Edit {number}")

    def accept(self, number: int) -> None:
        services.accept_plan(self.plan(number), actor=self.actor)

    def start(self, number: int) -> None:
        if task := self.task(number, "pending"):
            services.start_task(task, actor=self.actor)

    def progress(self, number: int) -> None:
        if task := self.task(number, "in_progress"):
            services.report_progress(task, percent=number, note="on", actor=self.actor)

    def block(self, number: int) -> None:
        if task := self.task(number, "pending", "in_progress"):
            services.block_task(task, reason=f"Waiting for {number}", actor=self.actor)

    def unblock(self, number: int) -> None:
        if task := self.task(number, "blocked"):
            services.unblock_task(task, actor=self.actor)

    def complete(self, number: int) -> None:
        if task := self.task(number, "in_progress"):
            answers = [{"criterion": text, "met": True, "note": "seen"} for text in task.acceptance]
            evidence = [{"kind": "video", "note": f"Take {number}"}]
            services.complete_task(task, acceptance=answers, evidence=evidence, actor=self.actor)

    def reopen(self, number: int) -> None:
        if task := self.task(number, "done"):
            services.reopen_task(task, reason="broken", actor=self.actor)

    def claim(self, number: int) -> None:
        if task := self.task(number, "pending", "in_progress", "blocked"):
            services.claim_task(task, actor=self.actor)

    def release(self, number: int) -> None:
        if task := self.task(number):
            services.release_task(task, reason="enough", actor=self.actor)

    def write_context(self, number: int) -> None:
        task = self.task(number) if number % 2 else None
        scope, code = ("task", task.code) if task else ("global", "")
        contexts.write_context(self.project, scope=scope, content={"n": number}, actor=self.actor, task=code)

    def roll_back(self, number: int) -> None:
        versions = list(Context.objects.filter(project=self.project))
        if versions:
            contexts.activate_context(versions[number % len(versions)], actor=self.actor)

    def rename(self, number: int) -> None:
        brief = self.project.parsed_brief.model_copy(update={"pitch": f"Pitch {number}"})
        changes = {"name": f"Jumper {number}", "description": "d" * number, "brief": brief.model_dump(mode="json")}
        services.update_project(self.project, changes, actor=self.actor)

    def activate(self, number: int) -> None:
        services.activate_project(self.project, actor=self.actor)

    def make_artifact(self, number: int) -> None:
        if task := self.task(number):
            fields = {"type": "png", "category": "asset", "path": f"a/{number}", "sha256": "0" * 64, "size_bytes": 9}
            services.register_artifact(task, actor=self.actor, **fields)

    def judge_artifact(self, number: int) -> None:
        if artifact := Artifact.objects.first():
            services.validate_artifact(artifact, status="valid", report={}, actor=self.actor)

    def drop_artifact(self, number: int) -> None:
        if number % 2 and (artifact := Artifact.objects.last()):
            services.delete_artifact(artifact, actor=self.actor)


WORK = (Walk.start, Walk.start, Walk.progress, Walk.block, Walk.unblock, Walk.complete, Walk.complete, Walk.reopen)
OTHER = (Walk.claim, Walk.claim, Walk.release, Walk.write_context, Walk.roll_back, Walk.rename, Walk.activate)
ARTIFACTS = (Walk.make_artifact, Walk.judge_artifact, Walk.drop_artifact)
PLANNING = (Walk.propose, Walk.edit, Walk.accept, Walk.accept)
STEPS = st.tuples(st.sampled_from([*WORK, *WORK, *OTHER, *ARTIFACTS, *PLANNING]), st.integers(0, 99))


def read(client: Any, path: str, **query: Any) -> dict[str, Any]:
    response = client.get(HERE + path, query)
    assert response.status_code == 200, response.content
    return response.json()


def check_against_the_api(client: Any, state: dict[str, Any]) -> None:
    """The state says what the other resources say at the same moment."""
    shown = read(client, "")
    assert (state["seq"], state["cursor"]) == (shown["seq"], shown["cursor"])
    assert state["project"] == {name: shown[name] for name in state["project"]}
    if state["plan"]:
        plan = read(client, "plans/active/")
        assert state["plan"] == {name: plan[name] for name in state["plan"]}
        assert [compared(task) for task in state["tasks"]] == [compared(task) for task in plan["tasks"]]
    active = Context.objects.filter(is_active=True).values_list("pk", flat=True)
    assert {context["id"] for context in state["contexts"]} == set(active)


def compared(task: dict[str, Any]) -> dict[str, Any]:
    """A task without what only the state or only the plan tells of it."""
    kept = {name: value for name, value in task.items() if name not in ("acceptance_answers", "handoff")}
    held = task["claim"] and task["status"] != "dropped"
    return kept | {"claim": task["claim"]["id"] if held else None}


@pytest.mark.stories
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=5, max_size=12))
def test_every_state_that_ever_was_is_found_again(
    as_alice: Any, alice: User, project: Project, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[Callable, int]]
) -> None:
    monkeypatch.setattr(history, "EVERY", 5)
    with transaction.atomic():
        walk, seen = Walk(project, alice), []
        for step, number in [(Walk.accept, 1), (Walk.start, 0), *steps]:
            with suppress(GatewayError), transaction.atomic():
                step(walk, number)
            seen.append(read(as_alice, "state/"))
            check_against_the_api(as_alice, seen[-1])
        for state in seen:
            assert history.state_at(project, state["seq"]).model_dump(mode="json") == state
        transaction.set_rollback(True)


def test_a_log_of_before_is_replayed_as_well_as_it_can_be(as_alice: Any, project: Project, accepted: TaskPlan) -> None:
    """Older gateways told neither the brief nor the moment of acceptance."""
    board = Board({"id": project.pk, "name": project.name})
    for event in events(project, *FOLDED):
        if event["type"] == "project":
            event["payload"]["changes"].pop("brief", None)
        event["payload"].pop("accepted_at", None)
        fold(board, event)
    state = board.state(3, "3", None)
    assert state.project.brief is None
    assert state.plan and state.plan.accepted_at
    assert [task.code for task in state.tasks] == ["T-001", "T-002", "T-003"]


def test_what_a_log_does_not_tell_of_a_task_is_left_open(accepted: TaskPlan) -> None:
    """E.g. of an accepted plan whose previous one is not in the log."""
    told = events(accepted.project, "plan.accepted")[0]
    told["payload"]["diff"]["added"] = []
    board = Board({"id": "pixel-jumper", "name": "Pixel Jumper"})
    fold(board, told)
    assert [(task.code, task.title, task.status) for task in board.state(1, "1", None).tasks] == [
        (code, code, "pending") for code in ("T-001", "T-002", "T-003")
    ]


def test_events_that_change_no_board_are_not_read(project: Project) -> None:
    assert "chat" not in FOLDED
    assert {"project", "plan.accepted", "task.completed", "context.updated", "artifact.created"} <= FOLDED


def test_checkpoints_may_be_thrown_away(as_alice: Any, accepted: TaskPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "EVERY", 2)
    state = read(as_alice, "state/", at=3)
    assert Checkpoint.objects.count() == 1
    Checkpoint.objects.all().delete()
    assert read(as_alice, "state/", at=3) == state
