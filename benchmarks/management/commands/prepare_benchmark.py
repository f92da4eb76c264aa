"""What a load generator needs before it starts."""

import json
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction

from agents.tokens import create_token
from benchmarks.tokens import find_or_create_document
from gamedev_gateway.core.actors import Actor
from plans import services
from plans.brief import Brief
from plans.models import Project

USER = "bench"
BRIEF = Brief(
    pitch="Jump across floating islands and beat your own time.",
    genre="platformer",
    mechanics=["run and jump with coyote time", "collect gems that open the exit"],
    visual_style="16x16 pixel art",
)


class Command(BaseCommand):
    help = "Migrate; make a user, a token and projects; print them as JSON: {user, token, projects}. Harmless when repeated."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--projects", type=int, default=1, help="Default: %(default)s.")
        parser.add_argument(
            "--documents", action="store_true", help="Also a document for each project, printed as `documents`."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        user, _ = get_user_model().objects.get_or_create(username=USER)
        _, token = create_token(user, name="benchmark")
        projects = [find_or_create(f"bench-{number}", user) for number in range(options["projects"])]
        told = {"user": user.get_username(), "token": token, "projects": projects}
        if options["documents"]:
            told["documents"] = [document_of(slug, user) for slug in projects]
        self.stdout.write(json.dumps(told))


def find_or_create(slug: str, user: Any) -> str:
    if not Project.objects.filter(pk=slug).exists():
        services.create_project(id=slug, name=slug, brief=BRIEF, actor=Actor.person(user), owner=user)
    return slug


def document_of(slug: str, user: Any) -> str:
    """The stream of the project's document for benchmarks."""
    with transaction.atomic():
        project = Project.objects.get(pk=slug).lock()
        return find_or_create_document(project, Actor.person(user)).stream
