"""What only the services show: who may, what is told, what a transaction leaves behind."""

import pytest
from django.db import transaction

from gamedev_gateway.core.actors import SYSTEM, Actor
from gamedev_gateway.core.errors import InvalidInput
from plans import services
from plans.errors import AgentsDoNotDecide, DependencyCycle, NotProposed
from plans.models import TaskPlan
from plans.operations import operations_adapter
from plans.services.planning import create_task_plan
from plans.spec import TaskSpec
from realtime.models import Stream
from tests.api.answers import event_types, events, task_of


@pytest.fixture
def person(alice):
    return Actor.person(alice)


@pytest.fixture
def agent(alice):
    return Actor.agent(alice, id="a-1", name="Builder")


def test_an_agent_accepts_nothing_through_any_door(agent, proposed):
    with pytest.raises(AgentsDoNotDecide):
        services.accept_plan(proposed, actor=agent)
    proposed.refresh_from_db()
    assert proposed.status == "proposed"


def test_an_agent_changes_no_members(agent, project, bob):
    for change in (
        lambda: services.set_member(project, bob, "owner", actor=agent),
        lambda: services.add_member(project, bob, "viewer", actor=agent),
        lambda: services.remove_member(project.memberships.get(), actor=agent),
        lambda: services.delete_project(project, actor=agent),
    ):
        with pytest.raises(AgentsDoNotDecide):
            change()
    assert project.memberships.count() == 1


def test_the_laws_hold_for_whoever_makes_a_plan(project):
    ring = [
        TaskSpec(code="T-001", title="a", dependencies=["T-002"]),
        TaskSpec(code="T-002", title="b", dependencies=["T-001"]),
    ]
    with pytest.raises(DependencyCycle) as caught:
        create_task_plan(project, ring, actor=SYSTEM)
    assert caught.value.data["path"] == ["T-001", "T-002", "T-001"]
    with pytest.raises(InvalidInput):
        create_task_plan(project, [ring[0], ring[0]], actor=SYSTEM)
    assert not TaskPlan.objects.exists()


def test_a_plan_that_was_accepted_meanwhile_is_not_edited(proposed, person):
    stale = TaskPlan.objects.get(pk=proposed.pk)
    services.accept_plan(proposed, actor=person)
    with pytest.raises(NotProposed):
        services.edit_plan(stale, operations_adapter.validate_python([{"op": "drop", "code": "T-003"}]), actor=person)
    assert proposed.tasks.filter(code="T-003").exists()


def test_the_event_and_the_change_come_together_or_not_at_all(proposed, project, person):
    before = event_types(project)
    with pytest.raises(RuntimeError), transaction.atomic():
        services.accept_plan(proposed, actor=person)
        raise RuntimeError("the power went out")
    proposed.refresh_from_db()
    assert proposed.status == "proposed"
    assert event_types(project) == before
    assert Stream.objects.get(name="project:pixel-jumper").head == len(before)


def test_versions_rise_by_one_whatever_makes_them(project, propose, person):
    propose({"title": "by hand"})
    services.generate_now(project, "plan", {}, actor=person)
    services.generate_now(
        project, "refine", {"plan": project.plans.first().pk, "instructions": "Add a boss"}, actor=person
    )
    assert sorted(project.plans.values_list("version", flat=True)) == [1, 2, 3]


def test_events_of_an_acceptance_name_it_as_their_cause(accepted, propose, person, project):
    services.accept_plan(propose({"code": "T-001", "title": "Set up"}), actor=person)
    cause = events(project, "plan.accepted")[-1]["id"]
    caused = events(project, "task.changed", "task.dropped")
    assert [event["task_code"] for event in caused] == ["T-001", "T-002", "T-003"]
    assert {event["causation_id"] for event in caused} == {cause}


def test_a_generated_plan_leaves_what_was_begun_as_it_is(project, accepted, person):
    services.start_task(task_of(accepted, "T-001"), actor=person)
    plan = services.generate_now(project, "plan", {}, actor=person)
    assert plan.base == accepted
    assert plan.tasks.get(code="T-001").title == "Set up the project"
    services.accept_plan(plan, actor=person)
    assert plan.tasks.get(code="T-001").status == "in_progress"


def test_what_a_dead_worker_left_is_queued_again(project, person, django_capture_on_commit_callbacks):
    generation = services.generate_later(project, "plan", {}, actor=person)
    assert services.take_up_abandoned() == 1
    generation.refresh_from_db()
    assert generation.status == "done"
    assert services.take_up_abandoned() == 0


def test_a_dropped_task_that_comes_back_is_as_far_as_it_was(propose, accepted, alice):
    actor = Actor.person(alice)
    first = accepted.tasks.get(code="T-001")
    services.start_task(first, actor=actor)
    answers = [{"criterion": criterion, "met": True} for criterion in first.acceptance]
    services.complete_task(first, acceptance=answers, evidence=[], actor=actor)
    without = services.accept_plan(propose({"title": "Something else", "code": "T-002"}), actor=actor)
    assert without.tasks.get(code="T-001").status == "dropped"
    back = services.accept_plan(propose({"title": first.title}, base=None), actor=actor)
    assert back.tasks.get(code="T-001").status == "dropped"
    revived = services.create_task_plan(accepted.project, accepted.specs(), actor=actor)
    statuses = {task.code: task.status for task in services.accept_plan(revived, actor=actor).tasks.all()}
    assert (statuses["T-001"], statuses["T-003"]) == ("done", "pending")
