"""What is asked of a plan costs as many queries with fifty tasks as with five."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from plans.models import TaskPlan
from tests.api.answers import accept

OF_A_PLAN = ("", "diff/", "diff/?as=json", "diff/?as=markdown", "changes/", "overlaps/", "consensus/", "analysis/")
OF_A_PROJECT = ("next-task/", "tasks/", "state/", "plans/active/", "plans/")


def chain(tasks: int, **fields: str) -> list[dict]:
    """Tasks of which each waits for the one before it."""
    codes = [f"T-{number:03}" for number in range(1, tasks + 1)]
    return [
        {"code": code, "title": f"Task {code}", "dependencies": codes[max(place - 1, 0) : place], **fields}
        for place, code in enumerate(codes)
    ]


def queries(client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
    assert response.status_code == 200, response.content
    return len(captured)


def costs(client, plan: TaskPlan) -> dict[str, int]:
    of_plan = {f"plan {what}": queries(client, f"/api/v1/plans/{plan.pk}/{what}") for what in OF_A_PLAN}
    project = f"/api/v1/projects/{plan.project_id}"
    return of_plan | {f"project {what}": queries(client, f"{project}/{what}") for what in OF_A_PROJECT}


def test_a_plan_of_fifty_tasks_takes_as_many_queries_as_one_of_five(as_alice, propose):
    found = []
    for size in (5, 50):
        active = propose(*chain(size))
        accept(as_alice, active.pk)
        proposal = propose(*chain(size, description="Told anew"), base=active)
        found.append(costs(as_alice, proposal))
        proposal.delete()
    few, many = found
    assert many == few
