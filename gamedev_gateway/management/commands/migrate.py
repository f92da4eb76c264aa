"""Django's `migrate`, which first adopts a database of the first version that lies where ours should be."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import DEFAULT_DB_ALIAS, connections
from rich.console import Console

from gamedev_gateway.legacy.adopt import adopt_if_legacy
from gamedev_gateway.legacy.recognise import LegacyError
from gamedev_gateway.legacy.report import Screen


class Command(DjangoMigrate):
    def execute(self, *args: Any, **options: Any) -> str | None:
        """Adoption comes first: the checks that follow connect, and a connection of ours would change the old file."""
        only_asks = options.get("plan") or options.get("check_unapplied")
        is_default = options.get("database", DEFAULT_DB_ALIAS) == DEFAULT_DB_ALIAS
        if is_default and not only_asks and (path := database_file()):
            self.adopt(path, options.get("stdout") or self.stdout)
        return super().execute(*args, **options)

    def adopt(self, path: Path, stdout: Any) -> None:
        def migrate() -> None:
            call_command(DjangoMigrate(), verbosity=0, interactive=False)

        try:
            adopt_if_legacy(path, migrate, Screen(Console(file=stdout)))
        except LegacyError as error:
            raise CommandError(str(error)) from error


def database_file() -> Path | None:
    """The file of the default database; None when that is not one."""
    connection = connections[DEFAULT_DB_ALIAS]
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or connection.is_in_memory_db() or name.startswith("file:"):  # type: ignore[attr-defined]
        return None
    return Path(name)
