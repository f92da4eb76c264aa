from typing import Any

from django.core.management.base import BaseCommand

from realtime.asyncapi import as_yaml, asyncapi_document


class Command(BaseCommand):
    help = "Print docs/asyncapi.yaml, made from the declarations that frames and events are made from."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(as_yaml(asyncapi_document()), ending="")
