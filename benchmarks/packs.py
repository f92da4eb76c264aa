"""What a context pack costs in a large project: 2,000 tasks, 6,000 dependencies, 300 decisions, 400 sections, 500 artifacts.

python -m benchmarks.packs [--tasks 2000] [--rounds 50]

No server: the functions that REST and MCP call, on a database of its own, which is SQLite in a temporary folder. Each round is about another
task. Prints each question's median and slowest round in ms, and the median of the processor's time, which is what counts where others use
the machine too.
"""

import argparse
import os
import random
import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.plans import make_plan, milliseconds, words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=50)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        begin(Path(folder))
        project = furnish(given.tasks, random.Random(7))
        print(f"| {given.tasks} tasks | median ms | slowest ms | processor ms |\n|---|---:|---:|---:|")
        for name, ask in questions(project, random.Random(8)):
            clock, processor = milliseconds(ask, given.rounds)
            print(
                f"| {name} | {statistics.median(clock):.1f} | {max(clock):.1f} | {statistics.median(processor):.1f} |"
            )


def begin(folder: Path) -> None:
    """Django with an empty database; before it nothing of ours that knows Django can be imported."""
    os.environ |= {
        "DATABASE_URL": f"sqlite:///{folder / 'gateway.db'}",
        "SECRET_KEY": "for benchmarks",
        "LOG_LEVEL": "ERROR",
    }
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def furnish(tasks: int, dice: random.Random) -> Any:
    """A project in full swing."""
    from django.contrib.auth.models import User
    from django.db import transaction

    from contexts.services import create_context
    from gamedev_gateway.core.actors import Actor
    from plans import services
    from plans.brief import Brief
    from plans.operations import NewTask

    alice = User.objects.create(username="alice")
    person = Actor.person(alice)
    with transaction.atomic():
        brief = Brief(pitch=words(dice, 30), genre="platformer", mechanics=[words(dice, 8) for _ in range(8)])
        project = services.create_project(id="large", name="Large", brief=brief, actor=person, owner=alice)
        specs = make_plan(tasks, 3 * tasks, dice)
        made = [NewTask.model_validate(spec.model_dump(mode="json")) for spec in specs]
        plan = services.accept_plan(services.propose_tasks(project, made, actor=person), actor=person)
        codes = [spec.code for spec in specs]
        said = [{"text": words(dice, 15), "why": words(dice, 10), "code": dice.choice(codes)} for _ in range(300)]
        content = {"summary": words(dice, 60), "decisions": said, "open_questions": [], "risks": []}
        create_context(project, scope="global", content=content, actor=person, source="manual-edit")
        for task in plan.tasks.filter(code__in=dice.sample(codes, min(500, tasks))):
            services.register_artifact(task, type="scene", category="asset", path=f"{task.code}.tscn", actor=person)
        for _ in range(20):
            write_document(project, codes, person, dice)
    return project


def write_document(project: Any, codes: list[str], person: Any, dice: random.Random) -> None:
    from documents import services
    from documents.services import OutlineEntry

    outline = [OutlineEntry(level=1, heading=words(dice, 3)) for _ in range(20)]
    document = services.create_document(project, title=words(dice, 3), kind="gdd", outline=outline, actor=person)
    for section in document.sections.all():
        services.update_section(section, text=f"{dice.choice(codes)} {words(dice, 300)}", actor=person)


def questions(project: Any, dice: random.Random) -> Iterator[tuple[str, Callable[[], object]]]:
    from agents.packs import pack_for_project, pack_for_task, pack_from
    from agents.shelves import read_shelf
    from contexts.entries import add_entry
    from gamedev_gateway.core.actors import SYSTEM
    from plans.services.progress import live_tasks

    tasks = list(live_tasks(project).select_related("plan__project"))
    for budget in (200, 4_000, 20_000):
        yield f"a task's pack, {budget} tokens", lambda budget=budget: pack_for_task(dice.choice(tasks), budget)
    yield "the project's pack, 4000 tokens", lambda: pack_for_project(project)

    def for_fifty() -> None:
        some = dice.sample(tasks, 50)
        shelf = read_shelf(project, some)
        for task in some:
            pack_from(shelf, task, 4_000)

    yield "the packs of 50 claims at once", for_fifty
    versions = {task.code: pack_for_task(task)["version"] for task in dice.sample(tasks, 50)}
    known = [task for task in tasks if task.code in versions]

    def newer() -> object:
        task = dice.choice(known)
        return pack_for_task(task, since=versions[task.code])

    yield "what is new since, when nothing is", newer
    add_entry(project, "decisions", words(dice, 15), why=words(dice, 10), actor=SYSTEM)
    yield "what is new since, after a decision", newer


if __name__ == "__main__":
    main()
