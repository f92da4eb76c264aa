"""What tests ask of answers."""

from typing import Any

from plans.models import Project, Task, TaskPlan
from realtime.models import Event

PROBLEM = "application/problem+json"


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document of a refusal, which must be one in every respect."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == PROBLEM
    document = response.json()
    assert document["code"] == code
    assert document["status"] == status
    assert document["type"] and document["title"] and document["detail"]
    return document


def wrong_fields(response: Any, code: str = "invalid") -> set[str]:
    """The fields that a 400 names."""
    return set(refused(response, 400, code)["errors"])


def events(project: Project, *types: str) -> list[dict[str, Any]]:
    """The project's log in order; of the types given, or all."""
    log = Event.objects.filter(stream__name=f"project:{project.pk}").order_by("seq")
    return [event.as_dict() for event in log if not types or event.type in types]


def event_types(project: Project) -> list[str]:
    return [event["type"] for event in events(project)]


def task_of(plan: TaskPlan, code: str) -> Task:
    return plan.tasks.get(code=code)


def accept(client: Any, plan_id: int) -> Any:
    response = client.post(f"/api/v1/plans/{plan_id}/accept/")
    assert response.status_code == 200, response.content
    return response


def act(client: Any, task: Task, verb: str, **body: Any) -> Any:
    return client.post(f"/api/v1/tasks/{task.pk}/{verb}/", body)


def done(client: Any, task: Task) -> None:
    """Start and complete a task, every criterion answered with yes."""
    act(client, task, "start")
    answers = [{"criterion": criterion, "met": True} for criterion in task.acceptance]
    response = act(client, task, "complete", acceptance=answers)
    assert response.status_code == 200, response.content
