"""A project with everything in it, and how to carry it over."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from contexts import services as contexts
from documents import services as documents
from documents.feeding import DraftFeed, Piece, store
from documents.models import Document
from documents.services import runs
from documents.services.runs import writing
from documents.writing.material import OutlineSection
from gamedev_gateway.core.actors import Actor
from gamedev_gateway.exchange.export import take_snapshot
from gamedev_gateway.exchange.json_form import read_json, write_json
from gamedev_gateway.exchange.restore import Restored, restore
from plans import services
from plans.models import Project, Role, Task
from plans.operations import NewTask, operations_adapter
from plans.services import generations
from plans.streams import find_task
from realtime import event_types
from realtime.publishing import publish


def exported(project: Project) -> bytes:
    out = BytesIO()
    write_json(take_snapshot(project), out)
    return out.getvalue()


def imported(document: bytes, path: Path, owner: User, **options: Any) -> Restored:
    path.write_bytes(document)
    return restore(read_json(path), owner=owner, **options)


def task(project: Project, code: str) -> Task:
    return Task.objects.active().get(plan__project=project, code=code)


def complete(project: Project, code: str, actor: Actor, *evidence: dict[str, Any]) -> None:
    services.start_task(task(project, code), actor=actor)
    answers = [{"criterion": text, "met": True, "note": "seen"} for text in task(project, code).acceptance]
    services.complete_task(task(project, code), acceptance=answers, evidence=list(evidence), actor=actor)


class FedAtOnce(DraftFeed):
    """Stores a draft's text in the transaction of the test, which the thread that otherwise does could not see."""

    def add(self, text: str) -> None:
        self.waiting.append(text)

    def flush(self) -> None:
        text = "".join(self.waiting)
        store([Piece(self, self.length, text, len(text.encode()))])


@pytest.fixture
def fed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "DraftFeed", FedAtOnce)


@pytest.fixture
def told(
    alice: User, bob: User, project: Project, fed_at_once: None, django_capture_on_commit_callbacks: Any
) -> Iterator[Project]:
    """A project with a past: two accepted versions, a proposal, work, artifacts, contexts, chat, a deleted artifact, documents."""
    people = alice.pk, bob.pk
    if people not in lives:
        with django_capture_on_commit_callbacks(execute=True):
            live_a_life(project, alice, bob)
        lives[people] = all_rows()
    else:
        put_rows(lives[people])
    project.refresh_from_db()
    return project


Rows = dict[str, list[tuple[Any, ...]]]
lives: dict[tuple[int, int], Rows] = {}
"""What a life has left in the tables, by the ids of Alice and Bob: it takes half a second, and is the same each time."""


def all_rows() -> Rows:
    with connection.cursor() as cursor:
        tables = connection.introspection.django_table_names(only_existing=True)
        return {table: cursor.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables}


def put_rows(rows: Rows) -> None:
    """These rows and no others; what points to what is looked at when the test's transaction ends."""
    with connection.cursor() as cursor:
        for table, kept in rows.items():
            cursor.execute(f'DELETE FROM "{table}"')
            if kept:
                places = ", ".join(["%s"] * len(kept[0]))
                cursor.executemany(f'INSERT INTO "{table}" VALUES ({places})', kept)


def live_a_life(project: Project, alice: User, bob: User) -> None:
    person, agent = Actor.person(alice), Actor.agent(bob, id="0d5e", name="Scripted 🤖")
    services.set_member(project, bob, Role.EDITOR, actor=person)
    services.activate_project(project, actor=person)
    first = services.propose_tasks(project, new_tasks(), actor=agent, summary="Primero: ¡saltar! 🎮")
    services.accept_plan(first, actor=person)
    picture = {"type": "png", "category": "screenshot", "path": "shots/jump.png", "size_bytes": 12_345}
    shot = services.register_artifact(task(project, "T-001"), actor=agent, **picture)
    services.validate_artifact(shot, status="valid", report={"b": 1, "a": [1.5, None]}, actor=person)
    lost = services.register_artifact(task(project, "T-001"), actor=agent, type="log", category="code", uri="x:y")
    complete(project, "T-001", agent, {"kind": "screenshot", "artifact": shot.pk}, {"kind": "log", "artifact": lost.pk})
    services.delete_artifact(lost, actor=person)
    services.block_task(task(project, "T-002"), reason="No sprites", actor=agent)
    contexts.write_context(project, scope="task", task="T-002", content={"z": 1, "a": {"c": "ü"}}, actor=person)
    edit = [{"op": "add", "task": {"title": "Music"}}, {"op": "drop", "code": "T-003"}]
    second = services.propose_tasks(project, as_new(first), actor=person, base=first)
    services.edit_plan(second, operations_adapter.validate_python(edit), actor=person, reason="Höre!")
    remark = services.comment_on_plan(second, body="¿Música?", code="T-004", field="title", blocking=True, actor=person)
    services.comment_on_plan(second, body="Sí 🎵", in_reply_to=remark.pk, actor=agent)
    services.resolve_comment(remark, actor=person)
    services.review_plan(second, verdict="advise", body="Good", actor=agent)
    services.review_plan(second, verdict="approve", actor=Actor.person(bob))
    services.change_rule(project, {"roles": ["owner"]}, actor=person)
    services.accept_plan(second, actor=person)
    services.propose_tasks(project, new_tasks()[:1], actor=person)
    with transaction.atomic():
        chat = event_types.Chat(text="Hola\nseñor 🙂", data={"z": 1, "a": 2})
        publish(project.pk, chat, actor=person, task=find_task(project.pk, "T-002"), key="k1")
    services.remove_member(project.memberships.get(user=bob), actor=person)
    services.set_member(project, bob, Role.VIEWER, actor=person)
    write_documents(project, person, agent)


def write_documents(project: Project, person: Actor, agent: Actor) -> None:
    """One by hand with a locked section and one that is rewritten, one of a task by a run, and one that is deleted."""
    lost = make_document(project, "Lost", person)
    story = make_document(project, "The *story* 📖", person)
    vision, core, _ = story.sections.all()
    documents.update_section(vision, actor=person, text="Erstens: ü 🙂\n")
    documents.update_section(vision, actor=agent, text="Jump! See T-002.", brief="Short")
    documents.adopt_draft(vision, 1, actor=person)
    documents.update_section(core, actor=person, text="```\nopen", locked=True)
    kept = [documents.OutlineEntry(each.level, each.heading, each.brief, each.pk) for each in (core, vision)]
    documents.update_document(story, actor=person, outline=[documents.OutlineEntry(2, "New", ""), *kept])
    music = make_document(project, "Music", agent, task="T-004")
    generations.run_generation(runs.start_run(music, actor=person, instructions="Loud").pk)
    last = music.sections.all()[2]
    generations.run_generation(runs.start_run(music, actor=agent, sections=[last]).pk)
    documents.delete_document(lost, actor=person)


def make_document(project: Project, title: str, actor: Actor, task: str = "") -> Document:
    outline = [OutlineSection(level, heading, "") for level, heading in ((1, "Vision"), (2, "Core"), (3, "Look"))]
    return documents.create_document(project, actor=actor, title=title, kind="gdd", task=task, outline=outline)


def new_tasks() -> list[NewTask]:
    tasks = [
        {"title": "Set up", "acceptance": ["It opens"], "priority": 1, "estimates": {"time_hours": 2.5}},
        {"title": "Jump | run", "dependencies": ["T-001"], "description": "Line\n\n# No heading"},
        {"title": "Gems", "dependencies": ["T-001"], "deliverables": ["gem.png"], "mcp_tools": ["blender"]},
    ]
    return [NewTask.model_validate(task) for task in tasks]


def as_new(plan: Any) -> list[NewTask]:
    return [NewTask.model_validate(spec.model_dump()) for spec in plan.specs()]
