from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from gamedev_gateway.core.actors import SYSTEM
from gamedev_gateway.core.errors import GatewayError
from plans import services
from plans.models import Project, TaskPlan
from plans.services.planning import next_number
from plans.spec import MAX_TASKS
from plans.task_files import SOURCES, TaskFileError, guess_source, read_tasks

LARGEST = 64 * 1024 * 1024


class Command(BaseCommand):
    help = (
        "Propose a plan made from another tool's task list and print its id: Task Master's tasks.json, beads' issues.jsonl. "
        "A project with an active plan gets its tasks added to that. Nothing is accepted; what could not be taken as it is "
        "is told on stderr."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--project", required=True, help="The project's id, e.g. pixel-jumper.")
        parser.add_argument(
            "--from", dest="source", choices=list(SOURCES), help="Whose file it is; guessed from its name if absent."
        )
        parser.add_argument("--tag", help="Task Master: which tag's list (default: master). beads: only this label.")

    def handle(self, *args: Any, **options: Any) -> None:
        file = options["file"]
        try:
            if file.stat().st_size > LARGEST:
                raise CommandError(f"{file}: It is larger than {LARGEST >> 20} MB.")
            text = file.read_text(encoding="utf-8-sig")
            plan, remarks = self.propose(text, options)
        except (OSError, UnicodeDecodeError, TaskFileError, GatewayError) as error:
            raise CommandError(f"{file}: {error}") from error
        for remark in remarks:
            self.stderr.write(remark)
        self.stderr.write(f"Version {plan.version} is proposed. {plan.summary}")
        self.stdout.write(str(plan.pk))

    @transaction.atomic
    def propose(self, text: str, options: dict[str, Any]) -> tuple[TaskPlan, list[str]]:
        project = Project.objects.select_for_update().filter(pk=options["project"]).first()
        if project is None:
            raise CommandError(f"There is no project {options['project']!r}.")
        active = services.get_active_plan(project)
        before = active.specs() if active else []
        source = options["source"] or guess_source(options["file"].name)
        found = read_tasks(text, source, tag=options["tag"], first_number=next_number(project, before))
        tasks = [*before, *found.tasks]
        if len(tasks) > MAX_TASKS:
            raise CommandError(f"With these tasks the plan would have {len(tasks)}; a plan has at most {MAX_TASKS}.")
        plan = services.create_task_plan(project, tasks, actor=SYSTEM, summary=found.summary, base=active)
        return plan, found.remarks
