from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from gamedev_gateway.core.errors import GatewayError
from gamedev_gateway.exchange.folder import read_folder
from gamedev_gateway.exchange.json_form import read_json
from gamedev_gateway.exchange.restore import restore
from gamedev_gateway.management.owners import find_owner
from plans.models import SLUG


class Command(BaseCommand):
    help = (
        "Make a project from what export_project has written (a JSON document or a folder) and print its id. All of it or "
        "nothing; the log keeps its seqs, ids and times. What is not as it was is told on stderr."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--id", help="Another id than the project had.")
        parser.add_argument("--owner", help="Username of the owner; the first user with all rights if absent.")
        parser.add_argument("--dry-run", action="store_true", help="Do it, say how it went, and take it back.")

    def handle(self, *args: Any, **options: Any) -> None:
        path, dry_run = options["path"], options["dry_run"]
        owner = find_owner(options["owner"])
        try:
            if options["id"]:
                SLUG(options["id"])
            package = read_folder(path) if path.is_dir() else read_json(path)
            restored = restore(package, owner=owner, id=options["id"], dry_run=dry_run)
        except ValidationError as error:
            raise CommandError(f"--id: {' '.join(error.messages)}") from error
        except (OSError, GatewayError, OperationalError) as error:
            raise CommandError(f"{path}: {error}") from error
        for remark in restored.remarks:
            self.stderr.write(remark)
        counted = ", ".join(f"{count} {name}" for name, count in restored.counts.items())
        self.stderr.write(f"{'Would import' if dry_run else 'Imported'} {counted}.")
        if not dry_run:
            self.stdout.write(restored.project_id)
