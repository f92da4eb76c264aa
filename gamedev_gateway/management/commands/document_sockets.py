from typing import Any

import yaml
from django.core.management.base import BaseCommand

from realtime.asyncapi import asyncapi_document


class Command(BaseCommand):
    help = "Print docs/asyncapi.yaml, made from the declarations that frames and events are made from."

    def handle(self, *args: Any, **options: Any) -> None:
        text = yaml.safe_dump(asyncapi_document(), sort_keys=False, allow_unicode=True, width=120)
        self.stdout.write(text, ending="")
