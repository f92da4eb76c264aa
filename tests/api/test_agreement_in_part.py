"""What accepting a part leaves behind: what the accepted plan says of itself, and where comments go on."""

from plans.models import TaskPlan
from tests.api.answers import accept, events


def add(client, base, title) -> dict:
    """A proposal with one more task than its base, T-004."""
    tasks = [{"code": task.code, "title": task.title} for task in base.tasks.all()]
    body = {"base": base.pk, "summary": f"Adds {title}", "tasks": [*tasks, {"title": title}]}
    response = client.post("/api/v1/projects/pixel-jumper/plans/", body)
    assert response.status_code == 201, response.content
    return response.json()


def only(client, plan, *codes) -> dict:
    response = client.post(f"/api/v1/plans/{plan['id']}/accept/", {"only": codes})
    assert response.status_code == 200, response.content
    return response.json()


def places(client, plan_id) -> list[tuple]:
    heard = client.get(f"/api/v1/plans/{plan_id}/comments/").json()["results"]
    return [(comment["body"], comment["now"]["present"]) for comment in heard]


def test_what_is_accepted_in_part_does_not_claim_the_rest(as_alice, accepted, project):
    boss = add(as_alice, accepted, "A boss")
    taken = only(as_alice, boss, "T-001")
    assert taken["summary"] == "In part: T-001. Adds A boss"
    assert events(project, "plan.accepted")[-1]["payload"]["summary"] == taken["summary"]
    rest = TaskPlan.objects.get(pk=taken["remaining"])
    assert rest.summary == "Adds A boss"


def test_a_comment_stays_with_its_task_when_another_gets_its_code(as_alice, accepted):
    boss, shop = add(as_alice, accepted, "A boss"), add(as_alice, accepted, "A shop")
    as_alice.post(f"/api/v1/plans/{boss['id']}/comments/", {"body": "Make it big", "code": "T-004"})
    rest = only(as_alice, boss, "T-001")["remaining"]
    carried = as_alice.post(f"/api/v1/plans/{shop['id']}/rebase/").json()["id"]
    assert places(as_alice, carried) == []
    assert places(as_alice, rest) == [("Make it big", True)]
    accept(as_alice, carried)
    assert places(as_alice, carried) == []


def test_a_claim_that_would_end_is_told_before(as_alice, accepted, project):
    task = accepted.tasks.get(code="T-003")
    as_alice.post(f"/api/v1/tasks/{task.pk}/claim/")
    body = {
        "base": accepted.pk,
        "tasks": [{"code": task.code, "title": task.title} for task in accepted.tasks.all()][:2],
    }
    plan = as_alice.post("/api/v1/projects/pixel-jumper/plans/", body).json()
    changes = as_alice.get(f"/api/v1/plans/{plan['id']}/changes/").json()["changes"]
    warning = next(change["warning"] for change in changes if change["code"] == "T-003")
    assert warning == "T-003 is claimed by alice; it would be left out, and the claim would end."
