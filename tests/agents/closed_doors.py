"""A project with one of everything in it, and every address of the API that could lead to it."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from drf_spectacular.generators import EndpointEnumerator

from agents import runs, tokens
from agents.models import AccessToken, ToolCall
from contexts.services import generate_context
from documents import services as documents
from documents.services import OutlineEntry
from gamedev_gateway.core.actors import Actor
from plans import services
from plans.brief import Brief
from plans.models import Generation, Membership, Project, Review, Role, TaskPlan
from plans.operations import NewTask
from tests.conftest import BRIEF, CHAIN

PARAMETER = re.compile(r"\{\w+\}")
OURS = ("agents", "auth", "contexts", "documents", "plans", "realtime")
RESTLESS = {"last_used_at", "last_login", "seen_at"}
"""When somebody was seen last, which looking changes."""


def routes() -> Iterator[tuple[str, str]]:
    """(method, path) of every operation below /api/v1/, with its parameters in braces, as the OpenAPI document lists them."""
    for path, _, method, _ in EndpointEnumerator().get_api_endpoints():
        if path.startswith("/api/v1/"):
            yield method, path


def place(route: tuple[str, str]) -> str:
    """A route in short: `POST plans/{}/accept/`."""
    method, path = route
    return f"{method} {PARAMETER.sub('{}', path.removeprefix('/api/v1/'))}"


def filled(path: str, ids: dict[str, Any]) -> str:
    """A path with the ids of a project. One that says nothing of what it wants by the word before it is an error here."""
    parts = path.split("/")
    return "/".join(
        str(ids[before]) if PARAMETER.fullmatch(part) else part
        for before, part in zip(["", *parts], parts, strict=False)
    )


def furnished(project_id: str, owner: User, guest: User) -> dict[str, Any]:
    """Make a project with one of everything; the ids by the word that goes before them in an address."""
    person = Actor.person(owner)
    project = services.create_project(
        id=project_id, name=project_id, brief=Brief.model_validate(BRIEF), actor=person, owner=owner
    )
    member = services.set_member(project, guest, Role.VIEWER, actor=person)
    tasks = [NewTask.model_validate(task) for task in CHAIN]
    plan = services.accept_plan(services.propose_tasks(project, tasks, actor=person), actor=person)
    proposal = services.propose_tasks(project, [NewTask(title="Run")], actor=person, base=plan)
    task = plan.tasks.get(code="T-001")
    claim = services.claim_task(task, actor=person)
    services.show_evidence(task, [{"kind": "log", "note": "It opens."}], actor=person)
    comment = services.comment_on_plan(proposal, body="Too much.", blocking=True, actor=person)
    document = documents.create_document(
        project, title="Design", kind="gdd", outline=[OutlineEntry(level=1, heading="Core")], actor=person
    )
    section = documents.update_section(document.sections.get(), text="A secret of the house.", actor=person)
    token, _ = tokens.create_token(owner, name="of the house", scopes=["agent"])
    run = runs.start_run(project, agent="Hal", actor=token.as_actor())
    question = runs.note_activity(run, kind="elicitation", body="Which engine?", actor=token.as_actor())
    assert section.current_draft is not None
    return {
        "projects": project.pk,
        "members": member.pk,
        "plans": proposal.pk,
        "active": plan.pk,
        "tasks": task.pk,
        "claims": claim.pk,
        "evidence": 1,
        "tool-calls": ToolCall.objects.create(
            project=project,
            server="godot",
            tool="export",
            claim=claim.pk,
            fence=claim.fence,
            requested_by=token.as_actor().as_json(),
            status=ToolCall.Status.WAITING,
            correlation_id="x",
        ).pk,
        "artifacts": services.register_artifact(task, type="x", category="code", path="x.gd", actor=person).pk,
        "comments": comment.pk,
        "contexts": generate_context(project, scope="global", actor=person).pk,
        "documents": document.pk,
        "sections": section.pk,
        "drafts": section.current_draft.number,
        "generations": Generation.objects.create(
            project=project, kind="plan", correlation_id="x", requested_by=person.as_json()
        ).pk,
        "runs": run.pk,
        "activities": question.pk,
        "tokens": token.uid,
    }


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of all our tables, by table."""
    return {
        model._meta.label: [
            {name: value for name, value in row.items() if name not in RESTLESS}
            for row in model._default_manager.order_by("pk").values()
        ]
        for app in OURS
        for model in apps.get_app_config(app).get_models()
    }


def powers() -> list[Any]:
    """Who may do what, and what people have agreed on."""
    return [
        list(Membership.objects.order_by("pk").values()),
        list(AccessToken.objects.order_by("pk").values_list("uid", "scopes", "expiry")),
        list(User.objects.order_by("pk").values_list("pk", "is_staff", "is_superuser", "password")),
        list(TaskPlan.objects.accepted().order_by("pk").values()),
        list(Project.objects.order_by("pk").values_list("consensus", "evidence_level", "tokens_per_day")),
        list(Review.objects.exclude(verdict="advise").order_by("pk").values()),
    ]


def arguments_for(schema: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Arguments for any tool: what is known by name, and anything of the right type for the rest that it requires."""
    plausible = {"string": "x", "integer": 1, "array": [], "object": {}, "boolean": False}
    members = schema["properties"]
    rest = {name: plausible[members[name]["type"]] for name in schema.get("required", [])}
    return rest | {name: value for name, value in known.items() if name in members}
