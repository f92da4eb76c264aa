"""Projects with a random past, carried over: the second export is the first, byte for byte."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contexts import services as contexts
from contexts.models import Context
from documents import services as documents
from documents.models import Document, Draft, Section
from documents.services import runs
from documents.writing.material import OutlineSection
from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import GatewayError
from gamedev_gateway.exchange.export import take_snapshot
from gamedev_gateway.exchange.folder import read_folder, write_folder
from gamedev_gateway.exchange.restore import restore
from plans import services
from plans.brief import Brief
from plans.models import Artifact, Generation, Project, Task
from plans.operations import NewTask, operations_adapter
from plans.proposed_changes import proposed_changes
from plans.services import generations
from plans.streams import find_task
from realtime.spoken import Spoken, publish_spoken
from tests.conftest import BRIEF
from tests.exchange.conftest import exported, imported

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=30)
WISHES = ("Add daily challenges.", "Drop the tutorial.", "Add localization into four languages.", "Nothing sensible.")


class Life:
    """A project that things happen to, at random but the same for one seed."""

    def __init__(self, project: Project, people: list[User], seed: int, words: list[str]) -> None:
        self.project, self.people = project, people
        self.random, self.words = Random(seed), words

    def word(self) -> str:
        return self.random.choice(self.words)

    def actor(self) -> Actor:
        person = self.random.choice(self.people)
        return self.random.choice([Actor.person(person), Actor.agent(person, id="a-1", name=self.word())])

    def task(self) -> Task:
        return self.random.choice(list(Task.objects.filter(plan__project=self.project)))

    def plan(self) -> Any:
        return self.random.choice(list(self.project.plans.all()))

    def event(self) -> None:
        act: Callable[[], Any] = getattr(self, self.random.choice(EVENTS))
        try:
            act()
        except (GatewayError, IndexError, ValueError):
            return

    # What may happen

    def generate(self) -> None:
        services.generate_now(self.project, Generation.Kind.PLAN, {"instructions": ""}, actor=self.actor())

    def refine(self) -> None:
        request = {"plan": self.plan().pk, "instructions": self.random.choice(WISHES)}
        services.generate_now(self.project, Generation.Kind.REFINE, request, actor=self.actor())

    def propose(self) -> None:
        tasks = [NewTask(title=f"x{self.word()}", acceptance=[f"y{self.word()}"]) for _ in range(3)]
        services.propose_tasks(self.project, tasks, actor=self.actor(), summary=self.word())

    def edit(self) -> None:
        add = {"op": "add", "task": {"title": f"x{self.word()}", "estimates": {"time_hours": self.random.random()}}}
        drop = {"op": "drop", "code": self.task().code}
        ops = operations_adapter.validate_python([self.random.choice([add, drop])])
        services.edit_plan(self.plan(), ops, actor=self.actor())

    def accept(self) -> None:
        services.accept_plan(self.plan(), actor=Actor.person(self.people[0]))

    def accept_a_part(self) -> None:
        plan = self.plan()
        codes = [change.code for change in proposed_changes(plan).changes]
        services.accept_plan(plan, actor=Actor.person(self.people[0]), only=self.random.sample(codes, 1))

    def rebase(self) -> None:
        services.rebase_plan(self.plan(), policy="theirs", actor=self.actor())

    def comment(self) -> None:
        comment = services.comment_on_plan(self.plan(), body=self.word(), code=self.task().code, actor=self.actor())
        self.random.choice([services.resolve_comment, services.reopen_comment])(comment, actor=self.actor())

    def review(self) -> None:
        services.review_plan(self.plan(), verdict=self.random.choice(["approve", "advise"]), actor=self.actor())

    def work(self) -> None:
        task, actor = self.task(), self.actor()
        services.start_task(task, actor=actor)
        services.report_progress(task, percent=self.random.randrange(101), note=self.word(), actor=actor)

    def block(self) -> None:
        services.block_task(self.task(), reason=self.word(), actor=self.actor())

    def complete(self) -> None:
        task = self.task()
        made = list(task.artifacts.values_list("pk", flat=True))
        evidence = [{"kind": "file", "artifact": pk, "note": self.word()} for pk in made]
        answers = [{"criterion": criterion, "met": True} for criterion in task.acceptance]
        services.complete_task(task, acceptance=answers, evidence=evidence, actor=self.actor())

    def make(self) -> None:
        services.register_artifact(self.task(), type="x", category="code", path=self.word(), actor=self.actor())

    def unmake(self) -> None:
        services.delete_artifact(self.random.choice(list(Artifact.objects.all())), actor=self.actor())

    def know(self) -> None:
        content = {self.word(): self.random.random(), "decisions": [self.word()]}
        contexts.write_context(self.project, scope="global", content=content, actor=self.actor())

    def roll_back(self) -> None:
        contexts.activate_context(self.random.choice(list(Context.objects.all())), actor=self.actor())

    def say(self) -> None:
        task = find_task(self.project.pk, self.task().code)
        payload = {"text": self.word(), "data": {self.word(): [self.random.random(), None, True]}}
        said = Spoken(self.project.pk, "chat", payload, self.actor(), task.code, key=self.word())
        with transaction.atomic():
            publish_spoken(self.project.pk, [said], lambda code: task)

    def document(self) -> Document:
        return self.random.choice(list(Document.objects.all()))

    def section(self) -> Section:
        return self.random.choice(list(Section.objects.all()))

    def begin_document(self) -> None:
        outline = [OutlineSection(1, f"x{self.word()}", self.word()) for _ in range(self.random.randint(1, 3))]
        codes = Task.objects.active().filter(plan__project=self.project).values_list("code", flat=True)
        task = self.random.choice(["", *codes])
        title = f"x{self.word()}"
        documents.create_document(self.project, actor=self.actor(), title=title, kind="gdd", task=task, outline=outline)

    def write_section(self) -> None:
        words = {name: self.word() for name in self.random.sample(["text", "brief"], self.random.randint(1, 2))}
        locked = self.random.choice([None, True, False])
        documents.update_section(self.section(), actor=self.actor(), locked=locked, **words)

    def adopt(self) -> None:
        draft = self.random.choice(list(Draft.objects.all()))
        documents.adopt_draft(draft.section, draft.number, actor=self.actor())

    def reorder(self) -> None:
        document = self.document()
        sections = self.random.sample(list(document.sections.all()), document.sections.count())
        kept = [documents.OutlineEntry(each.level, each.heading, each.brief, each.pk) for each in sections[1:]]
        outline = [documents.OutlineEntry(2, f"x{self.word()}", ""), *kept]
        documents.update_document(document, actor=self.actor(), outline=outline)

    def write_document(self) -> None:
        run = runs.start_run(self.document(), actor=self.actor(), instructions=self.word())
        generations.run_generation(run.pk)

    def unwrite(self) -> None:
        documents.delete_document(self.document(), actor=self.actor())

    def rename(self) -> None:
        services.update_project(self.project, {"name": self.word(), "description": self.word()}, actor=self.actor())


CHOICES = ("word", "actor", "task", "plan", "document", "section", "event")
EVENTS = [name for name in vars(Life) if not name.startswith("_") and name not in CHOICES]
OFTEN = [
    name
    for name in EVENTS
    if name
    in ("accept", "propose", "work", "complete", "make", "say", "begin_document", "write_section", "write_document")
]
EVENTS += OFTEN * 2


@pytest.mark.stories
@pytest.mark.parametrize("form", ["json", "folder"])
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), length=st.integers(0, 50), words=st.lists(TEXT, min_size=1, max_size=5))
def test_a_random_project_survives(
    form, seed, length, words, alice, bob, fed_at_once, tmp_path_factory, django_capture_on_commit_callbacks
):
    person = Actor.person(alice)
    project = services.create_project(name="Life", brief=Brief.model_validate(BRIEF), actor=person, owner=alice)
    with django_capture_on_commit_callbacks(execute=True):
        life = Life(project, [alice, bob], seed, words)
        for _ in range(length):
            life.event()
    first = exported(project)
    package = tmp_path_factory.mktemp("exchange")
    if form == "folder":
        write_folder(take_snapshot(project), package / "out")
    services.delete_project(project, actor=person)
    if form == "folder":
        restore(read_folder(package / "out"), owner=alice)
    else:
        imported(first, package / "export.json", alice)
    restored = Project.objects.get()
    second = exported(restored)
    services.delete_project(restored, actor=person)
    assert second == first
