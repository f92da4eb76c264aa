from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import GatewayError
from gamedev_gateway.management.owners import find_owner
from plans.brief_files import BriefError, format_of
from plans.models import Project
from plans.services import create_project
from plans.services.briefs import parse_brief_file


class Command(BaseCommand):
    help = "Make a project from a brief (.yaml, .json or .md) and print its id. What the brief lacks is told on stderr."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--id", help="The project's id, e.g. pixel-jumper; made from the name if absent.")
        parser.add_argument("--owner", help="Username of the owner; the first user with all rights if absent.")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = find_owner(options["owner"])
        try:
            text = options["file"].read_text(encoding="utf-8-sig")
            found = parse_brief_file(text, format_of(options["file"].name))
            slug = options["id"] or found.id
            check_id(slug)
            project = create_project(
                name=found.name or options["file"].stem,
                brief=found.brief,
                id=slug,
                actor=Actor.person(owner),
                owner=owner,
            )
        except (OSError, UnicodeDecodeError, BriefError, GatewayError) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        if missing := found.brief.missing():
            self.stderr.write(f"Before a plan can be made, the brief needs: {', '.join(missing)}.")
        self.stdout.write(project.pk)


def check_id(slug: str | None) -> None:
    """Raise CommandError where it could not be a project's id."""
    field = Project._meta.get_field("id")
    try:
        if slug:
            field.run_validators(slug)
    except ValidationError as error:
        raise CommandError(f"{slug!r} cannot be a project's id. {' '.join(error.messages)}") from error
