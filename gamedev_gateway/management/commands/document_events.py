from typing import Any

from django.core.management.base import BaseCommand

from realtime.documentation import events_as_markdown


class Command(BaseCommand):
    help = "Print docs/events.md, made from the declarations that the events are checked against."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(events_as_markdown(), ending="")
