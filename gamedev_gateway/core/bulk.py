"""Many rows at once, as fast as the database takes them."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import AutoField, CharField, Field, ForeignKey, IntegerField, Model, TextField

PLAIN = (CharField, TextField, IntegerField, ForeignKey)
"""Fields whose values go to the database as they are; the others are prepared one by one."""


def insert_many(model: type[Model], rows: Sequence[Any]) -> None:
    """Insert rows with one prepared statement. Several times as fast as `bulk_create`; the rows get no ids.

    `rows` have the model's columns as attributes; they need not be instances of it.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    quote = connection.ops.quote_name
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    names = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    query = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608
    readers = [reader_of(field, connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.executemany(query, [[read(row) for read in readers] for row in rows])


def reader_of(field: Field, connection: Any) -> Callable[[Any], Any]:
    """What gives a row's value of a field as the database wants it."""
    name = field.attname
    if isinstance(field, PLAIN):
        return lambda row: getattr(row, name)
    return lambda row: field.get_db_prep_save(getattr(row, name), connection)
