"""What the tests of agreement in the admin do over and over."""

from typing import Any

from django.contrib.messages import get_messages
from django.test import Client

from gamedev_gateway.core.actors import Actor
from plans import services
from plans.models import Task, TaskPlan
from plans.operations import Add, ChangedFields, NewTask, Update
from tests.admin.conftest import told
from tests.conftest import CHAIN

KEPT = tuple({"code": f"T-00{number}", **task} for number, task in enumerate(CHAIN, start=1))


def page(plan: TaskPlan, verb: str = "agree") -> str:
    return f"/admin/plans/taskplan/{plan.pk}/{verb}/"


def do(client: Client, plan: TaskPlan, verb: str, **data: Any) -> Any:
    """Press a button of the page that one has looked at."""
    active = TaskPlan.objects.accepted().filter(project=plan.project_id).first()
    revision = TaskPlan.objects.get(pk=plan.pk).revision
    return client.post(page(plan), {"do": verb, "seen": f"{revision}-{active.pk if active else ''}", **data})


def heard(response: Any) -> list[str]:
    """The messages of an answer, also where it sends the reader on to another page."""
    return told(response) if response.context else [str(each) for each in get_messages(response.wsgi_request)]


def shown(client: Client, plan: TaskPlan, verb: str = "agree") -> str:
    return client.get(page(plan, verb)).content.decode()


def status(plan: TaskPlan) -> str:
    return TaskPlan.objects.get(pk=plan.pk).status


def title(code: str, text: str) -> Update:
    return Update(op="update", code=code, fields=ChangedFields(title=text))


def boss(*after: str) -> Add:
    return Add(op="add", task=NewTask(title="Boss", dependencies=list(after)))


def open_the_project(by: Any) -> None:
    """Do the task that all others wait for."""
    met = [{"criterion": "The project opens", "met": True}]
    task = Task.objects.active().get(code="T-001")
    services.start_task(task, actor=Actor.person(by))
    services.complete_task(task, acceptance=met, evidence=[], actor=Actor.person(by))
