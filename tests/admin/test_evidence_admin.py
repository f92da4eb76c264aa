"""Evidence in the admin: what was shown, how things stand, and a person's word on it."""

import pytest

from gamedev_gateway.core.actors import Actor
from plans import services
from plans.models import Project, Task
from tests.admin.conftest import events_of, told
from tests.admin.test_project_admin import filled
from tests.admin.test_work_and_log import task_page


@pytest.fixture
def task(accepted, alice):
    """A task that an agent has shown something for."""
    task = accepted.tasks.get(code="T-001")
    agent = Actor.agent(alice, id="ada", name="Ada")
    services.start_task(task, actor=agent)
    shown = {"kind": "test", "criterion": 1, "passed": 3, "failed": 0, "note": "Twice <b>over</b>."}
    return services.show_evidence(task, [shown], actor=agent)


def page_of(client, task):
    return client.get(task_page(task, "change")).content.decode()


def test_a_page_tells_what_was_shown_and_how_things_stand(vera_admin, task):
    shown = page_of(vera_admin, task)
    assert (
        "1. test for “The project opens”: 3 passed, 0 failed; Twice &lt;b&gt;over&lt;/b&gt;. (said, by Ada)." in shown
    )
    assert "The project opens: met (said) by evidence 1" in shown
    assert task_page(task, "judge") not in shown


def test_a_person_disputes_and_confirms(bob_admin, task):
    assert "1. test for" in bob_admin.get(task_page(task, "judge")).content.decode()
    bob_admin.post(task_page(task, "judge"), {"number": 1, "verdict": "disputed", "note": "Old build."})
    assert "The project opens: disputed. Old build." in page_of(bob_admin, task)
    assert "Disputed by bob." in page_of(bob_admin, task)
    bob_admin.post(task_page(task, "judge"), {"number": 1, "verdict": "confirmed", "note": ""})
    assert "The project opens: met (confirmed) by evidence 1" in page_of(bob_admin, task)
    assert events_of(task.plan.project)[-1].as_dict()["payload"]["why"] == "Evidence 1 was confirmed."
    log = bob_admin.get("/admin/realtime/event/").content.decode()
    assert "changed the evidence" in log


def test_there_is_nothing_to_judge_where_nothing_counts(bob_admin, vera_admin, task, accepted):
    assert task_page(task, "judge") in page_of(bob_admin, task)
    assert vera_admin.post(task_page(task, "judge"), {"number": 1, "verdict": "confirmed"}).status_code == 403
    Task.objects.filter(pk=task.pk).update(status="done")
    services.reopen_task(task, actor=Actor.person(accepted.project.memberships.get(role="owner").user))
    shown = page_of(bob_admin, task)
    assert "Out of date: The task was reopened." in shown and task_page(task, "judge") not in shown
    refused = bob_admin.post(task_page(task, "judge"), {"number": 1, "verdict": "confirmed"})
    assert refused.status_code == 200 and not told(refused)


def test_only_an_owner_says_what_evidence_is_worth(alice_admin, bob_admin, project):
    filled(alice_admin, evidence_level="seen", ai_verification="on")
    filled(bob_admin, name="Renamed", evidence_level="said")
    stored = Project.objects.get()
    assert (stored.name, stored.evidence_level, stored.ai_verification) == ("Renamed", "seen", True)
