"""Who asks for work gets it: chosen, claimed and begun at once."""

from datetime import timedelta

from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from gamedev_gateway.core.actors import Actor
from plans import services
from plans.graph import Downstream, dependents, everything_after
from plans.models import Claim, Task
from plans.next_task import NextTask, WorkItem, choose_next, choose_several
from plans.services.next_claim import Asked, Taken, claim_next_for
from realtime.models import Event


@st.composite
def plans(draw):
    items = []
    for number in range(draw(st.integers(0, 12))):
        before = [item.code for item in items]
        items.append(
            WorkItem(
                code=f"T-{number + 1:03d}",
                title="",
                status=draw(st.sampled_from(["pending", "pending", "in_progress", "blocked", "done"])),
                priority=draw(st.integers(1, 3)),
                dependencies=draw(st.lists(st.sampled_from(before), max_size=3, unique=True)) if before else [],
                claimed=draw(st.booleans()),
            )
        )
    return items


@given(plans())
def test_counting_what_waits_is_the_same_as_listing_it(items):
    edges = {item.code: item.dependencies for item in items}
    graph, waiting = Downstream(edges), dependents(edges)
    some = {item.code for item in items if item.status != "done"}
    listed = {code: len(everything_after(code, waiting) & some) for code in edges}
    assert {code: graph.count(code, graph.set_of(some)) for code in edges} == listed


@given(plans(), st.integers(1, 5))
def test_several_are_chosen_as_if_one_after_the_other(items, count):
    one_by_one, left = [], items
    while len(one_by_one) < count:
        choice = choose_next(left)
        one_by_one.append(choice)
        if choice.code is None:
            break
        left = [item._replace(status="in_progress") if item.code == choice.code else item for item in left]
    several = choose_several(items, count)
    assert [choice.code for choice in several] == [choice.code for choice in one_by_one]
    assert several[-1].reason == one_by_one[-1].reason


def agent(user, name):
    return Actor("ai", name, name, user.pk)


def test_it_is_claimed_and_begun_and_both_are_told(project, accepted, alice):
    taken = services.claim_next(project, run=1, ttl=60, actor=agent(alice, "ada"))
    assert isinstance(taken, Taken) and (taken.task.code, taken.claim.fence, taken.claim.run) == ("T-001", 1, 1)
    assert Task.objects.get(pk=taken.task.pk).status == "in_progress"
    claimed, started = Event.objects.order_by("-seq")[:2][::-1]
    assert (claimed.type, started.type) == ("task.claimed", "task.started")
    told = started.as_dict()
    assert told["payload"]["changes"]["status"] == "in_progress" and told["payload"]["current_task"] == "T-001"
    project.refresh_from_db()
    assert project.current_task == taken.task


def test_those_who_ask_together_get_different_tasks(project, propose, alice):
    services.accept_plan(propose({"title": "One"}, {"title": "Two"}), actor=Actor.person(alice))
    asked = [Asked(run, 60, agent(alice, f"a{run}"), f"call-{run}") for run in (1, 2, 3, 1)]
    one, two, none, again = claim_next_for(project, asked)
    assert (one.task.code, two.task.code, again) == ("T-001", "T-002", one)
    assert isinstance(none, NextTask) and none.reason.startswith("Nothing can be started: 2 in progress")
    calls = Event.objects.filter(type="task.claimed").order_by("seq").values_list("correlation_id", flat=True)
    assert list(calls) == ["call-1", "call-2"]


def test_a_claim_that_ran_out_is_ended_and_its_last_report_goes_on(project, accepted, alice):
    first = services.claim_next(project, run=1, ttl=60, actor=agent(alice, "ada"))
    Claim.objects.filter(pk=first.claim.pk).update(
        progress=40, note="It opens.", expires_at=timezone.now() - timedelta(seconds=1)
    )
    taken = services.claim_next(project, run=2, ttl=60, actor=agent(alice, "ben"))
    assert (taken.task.code, taken.claim.fence, taken.handoff) == ("T-001", 2, "40 %: It opens.")


def test_a_run_that_asks_again_gets_the_same_task_and_more_time(project, accepted, alice):
    first = services.claim_next(project, run=1, ttl=60, actor=agent(alice, "ada"))
    again = services.claim_next(project, run=1, ttl=600, actor=agent(alice, "ada"))
    assert (again.claim.pk, again.claim.fence) == (first.claim.pk, first.claim.fence)
    assert again.claim.expires_at > first.claim.expires_at
