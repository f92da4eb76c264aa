"""Alice owns the project, Bob edits and Vera views; all are staff without further rights. Charlie is staff elsewhere."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from gamedev_gateway.core.actors import Actor
from plans import services
from plans.models import Project, Role, TaskPlan
from plans.operations import AnyOperation
from realtime.models import Event


def staff_client(user: User) -> Client:
    user.is_staff = True
    user.save()
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def alice_admin(alice, project) -> Client:
    return staff_client(alice)


@pytest.fixture
def bob_admin(bob, project) -> Client:
    services.set_member(project, bob, Role.EDITOR, actor=Actor.person(bob))
    return staff_client(bob)


@pytest.fixture
def vera_admin(vera, project) -> Client:
    services.set_member(project, vera, Role.VIEWER, actor=Actor.person(vera))
    return staff_client(vera)


@pytest.fixture
def charlie_admin(charlie) -> Client:
    return staff_client(charlie)


@pytest.fixture
def edit(alice) -> Callable[..., TaskPlan]:
    """Edit a proposal by operations, as Alice or somebody else."""

    def make(plan: TaskPlan, *ops: AnyOperation, by: User = alice, reason: str = "") -> TaskPlan:
        return services.edit_plan(plan, ops, actor=Actor.person(by), reason=reason)

    return make


def events_of(project: Project, after: int = 0) -> list[Event]:
    return list(Event.objects.filter(stream__name=f"project:{project.pk}", seq__gt=after).order_by("seq"))


class Sheet:
    """The page of a plan as a browser fills it in."""

    def __init__(self, plan: TaskPlan) -> None:
        plan = TaskPlan.objects.get(pk=plan.pk)
        self.url = f"/admin/plans/taskplan/{plan.pk}/change/"
        self.head = {"summary": plan.summary, "seen_revision": plan.revision}
        specs = plan.specs()
        self.stored = len(specs)
        self.rows = [self.row(spec, place) for place, spec in enumerate(specs)]

    def row(self, spec: Any, place: int) -> dict[str, Any]:
        return {
            "code": spec.code,
            "idx": place,
            "title": spec.title,
            "description": spec.description.replace("\n", "\r\n"),
            "dependencies": list(spec.dependencies),
            "acceptance": "\r\n".join(spec.acceptance),
            "deliverables": "\r\n".join(spec.deliverables),
            "mcp_tools": "\r\n".join(spec.mcp_tools),
            "story_points": spec.estimates.story_points,
            "time_hours": spec.estimates.time_hours,
            "priority": spec.priority,
        }

    def __getitem__(self, code: str) -> dict[str, Any]:
        return next(row for row in self.rows if row["code"] == code)

    def add(self, **fields: Any) -> None:
        self.rows.append(
            {
                "code": "",
                "idx": len(self.rows),
                "title": "",
                "priority": 3,
                "story_points": 0,
                "time_hours": 0,
                **fields,
            }
        )

    def data(self) -> dict[str, Any]:
        fields = {f"tasks-{index}-{name}": value for index, row in enumerate(self.rows) for name, value in row.items()}
        management = {"tasks-TOTAL_FORMS": len(self.rows), "tasks-INITIAL_FORMS": self.stored}
        return {**self.head, **management, **fields}

    def send(self, client: Client, *, follow: bool = True) -> Any:
        return client.post(self.url, self.data(), follow=follow)


def told(response: Any) -> list[str]:
    """The messages on a page."""
    return [str(message) for message in response.context["messages"]]
