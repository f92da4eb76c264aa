import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gamedev_gateway.core.errors import GatewayError
from gamedev_gateway.exchange.export import Snapshot, take_snapshot
from gamedev_gateway.exchange.folder import write_folder
from gamedev_gateway.exchange.json_form import write_json
from plans.models import Project


class Command(BaseCommand):
    help = (
        "Write a whole project to a file: plans with all versions, work, contexts, artifacts' metadata and the log. "
        "import_project makes it again, here or in another gateway."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="The project's id, e.g. pixel-jumper.")
        parser.add_argument(
            "--as",
            dest="form",
            choices=["json", "folder"],
            default="json",
            help="One JSON document (default), or a folder of Markdown and JSON that reads well in git.",
        )
        parser.add_argument(
            "--output", default=None, help="Where to. Default: the terminal for json, ./PROJECT for a folder."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        slug, output = options["project"], options["output"]
        project = Project.objects.filter(pk=slug).first() if "\x00" not in slug else None
        if project is None:
            raise CommandError(f"There is no project {slug!r}.")
        try:
            if options["form"] == "folder":
                self.write_folder(project, output or f"./{slug}")
            elif output in (None, "-"):
                write_json(take_snapshot(project), sys.stdout.buffer)
            else:
                self.write_file(take_snapshot(project), Path(output))
        except (GatewayError, OSError) as error:
            raise CommandError(f"{slug}: {error}") from error

    def write_folder(self, project: Project, output: str) -> None:
        if output == "-":
            raise CommandError("A folder needs an --output that is a path.")
        write_folder(take_snapshot(project), Path(output))
        self.stderr.write(f"Exported to {output}.")

    def write_file(self, snapshot: Snapshot, path: Path) -> None:
        """All of it or nothing: what was there before stays until the new file is complete."""
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as out:
            part = Path(out.name)
            try:
                write_json(snapshot, out)  # type: ignore[arg-type]
                out.flush()
                part.replace(path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        self.stderr.write(f"Exported to {path}.")
