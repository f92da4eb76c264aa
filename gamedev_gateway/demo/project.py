"""The demo project: made once, with the services, so that its log tells a true story."""

from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from gamedev_gateway.core.actors import Actor
from plans.models import Generation, Project, TaskPlan
from plans.services import accept_plan, activate_project, create_project, generate_now
from plans.services.briefs import parse_brief_file
from realtime import access
from realtime.models import Event
from realtime.publishing import project_stream
from realtime.spoken import Spoken

PROJECT_ID = "pixel-jumper"
BRIEF = Path(__file__).with_name("pixel-jumper.yaml")
MARK = "demo:welcome"
"""The key of the demo's first words. A project that has them is the demo, whatever else has the same id is not."""
DESCRIPTION = "The demo project. A scripted agent works on it while `serve --demo` runs."
CHATS = [
    "Welcome to Pixel Jumper! The brief is in; next the planner turns it into tasks.",
    "I would rather see the jump feel right before anything else. Everything hangs on that.",
]
AFTERWARDS = "Accepted. The agent may begin; I look in now and then, and everything it does shows up here."


@transaction.atomic
def make_demo_project() -> Project | None:
    """The demo project, made when it is not there. None when another project has its id, or nobody could own it."""
    found = Project.objects.filter(pk=PROJECT_ID).first()
    if found is not None:
        return found if is_demo(found) else None
    owner = choose_owner()
    return begin_demo(owner) if owner is not None else None


def is_demo(project: Project) -> bool:
    return Event.objects.filter(stream__name=project_stream(project.pk), key=MARK).exists()


def choose_owner() -> AbstractBaseUser | None:
    """The first user with all rights, else the first one."""
    return get_user_model().objects.filter(is_active=True).order_by("-is_superuser", "pk").first()


def begin_demo(owner: AbstractBaseUser) -> Project:
    person = Actor.person(owner)
    found = parse_brief_file(BRIEF.read_text(encoding="utf-8"), "yaml")
    project = create_project(
        id=PROJECT_ID, name=found.name, brief=found.brief, description=DESCRIPTION, actor=person, owner=owner
    )
    activate_project(project, actor=person)
    for number, text in enumerate(CHATS):
        chat(text, person, key=MARK if number == 0 else None)
    plan: Any = generate_now(project, Generation.Kind.PLAN, {}, actor=person)
    accept_plan(TaskPlan.objects.get(pk=plan.pk), actor=person)
    chat(AFTERWARDS, person)
    return project


def chat(text: str, actor: Actor, key: str | None = None) -> None:
    access.publish_one(Spoken(PROJECT_ID, "chat", {"text": text}, actor, key=key))
