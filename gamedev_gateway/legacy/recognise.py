"""What kind of database a file is, told from its schema alone. Nothing is written."""

import sqlite3
from enum import Enum
from pathlib import Path
from urllib.parse import quote

from django.apps import apps

OLD_PROJECT = {"id", "name", "path", "active"}
"""The columns that a project had from the first day on; ours has no `path`."""
OUR_APPS = {"plans", "realtime"}


class Kind(Enum):
    EMPTY = "empty"
    OURS = "ours"
    LEGACY = "legacy"
    FOREIGN = "foreign"


class LegacyError(Exception):
    """It cannot be brought over. The text tells people what to do."""


def open_read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=10)


def recognise(path: Path) -> Kind:
    """The kind of the file at `path`; a file that is not there, or has no table, is empty."""
    if not path.exists() or path.stat().st_size == 0:
        return Kind.EMPTY
    connection = open_read_only(path)
    try:
        return kind_of(connection)
    except sqlite3.OperationalError as error:
        raise LegacyError(f"{path} cannot be read ({error}). Stop whatever else uses it and try again.") from error
    except sqlite3.DatabaseError:
        return Kind.FOREIGN
    finally:
        connection.close()


def kind_of(connection: sqlite3.Connection) -> Kind:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        return Kind.EMPTY
    migrated = migrated_apps(connection) if "django_migrations" in tables else None
    if migrated is not None and migrated >= OUR_APPS:
        return Kind.OURS
    if columns_of(connection, "projects") >= OLD_PROJECT:
        return Kind.LEGACY
    if migrated is not None and migrated <= {config.label for config in apps.get_app_configs()}:
        return Kind.OURS
    return Kind.FOREIGN


def migrated_apps(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT DISTINCT app FROM django_migrations")}


def columns_of(connection: sqlite3.Connection, table: str) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", [table])}
