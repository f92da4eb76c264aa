"""The stored log: streams of events, each event with its place."""

import os
import uuid
from typing import Any

import orjson
from django.db import models
from django.utils import timezone


class Stream(models.Model):
    """One log, e.g. `project:pixel-jumper`.

    `head` is the seq of its last event. Appending updates this row first, so that the row lock makes the order of seq the
    order of commits, on SQLite and on PostgreSQL.

    `kept_from` is the low-water mark: the seq of the first event that is still kept, or `head` + 1 where there is none. All
    events from it to `head` are there, none before it. It only rises, in the transaction that deletes what is before it.
    """

    name = models.CharField(max_length=90, unique=True)
    head = models.PositiveBigIntegerField(default=0)
    kept_from = models.PositiveBigIntegerField(default=1)

    class Meta:
        db_table = "streams"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kept_from__gte=1, kept_from__lte=models.F("head") + 1),
                name="stream_kept_from_within_log",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """What happened, once and for all. Rows are appended, never changed, and deleted only by retention.

    `body` is the JSON that every reader gets, without its opening brace: a frame is `{"stream": …, "prev": …, ` + body.
    It is encoded once, when the event is published.
    """

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveBigIntegerField()
    uuid = models.UUIDField(default=uuid.uuid4)
    type = models.CharField(max_length=40)
    task_code = models.CharField(max_length=16, default="", blank=True)
    author = models.CharField(max_length=120, help_text="Kind and id of the actor.")
    key = models.CharField(  # noqa: DJ001  NULL is "no key": unique per author only where there is one
        max_length=255, null=True, blank=True, help_text="The author's own word for it; makes a retry harmless."
    )
    correlation_id = models.CharField(max_length=128, db_index=True)
    timestamp = models.DateTimeField(default=timezone.now)
    body = models.TextField()

    class Meta:
        db_table = "events"
        ordering = ["stream", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["stream", "seq"], name="event_seq_once_per_stream"),
            models.UniqueConstraint(
                fields=["stream", "author", "key"],
                condition=models.Q(key__isnull=False),
                name="event_key_once_per_author",
            ),
        ]
        indexes = [
            models.Index(fields=["stream", "type", "seq"], name="event_by_type"),
            models.Index(fields=["stream", "task_code", "seq"], name="event_by_task"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"

    def as_dict(self) -> dict[str, Any]:
        """The event as a client sees it, without the members that depend on the reader (`stream`, `prev`)."""
        return orjson.loads("{" + self.body)

    @property
    def cursor(self) -> str:
        return make_cursor(self.seq, self.uuid)


class NoRows(models.Manager["Socket"]):
    def get_queryset(self) -> models.QuerySet["Socket"]:
        return super().get_queryset().none()


class Socket(models.Model):
    """An open socket, as the admin and its permissions name it. Sockets live in memory (see insight.py): there is no table."""

    objects = NoRows()

    class Meta:
        managed = False
        default_permissions = ("view",)

    def __str__(self) -> str:
        return "socket"


def make_cursor(seq: int, event_uuid: uuid.UUID) -> str:
    """A position that can be checked: the seq and the first eight digits of the event's own id."""
    return f"{seq}-{event_uuid.hex[:8]}"


def event_ids(count: int) -> list[uuid.UUID]:
    """Random ids for many events, from one draw of random bytes."""
    drawn = os.urandom(16 * count)
    return [uuid.UUID(bytes=drawn[place : place + 16], version=4) for place in range(0, len(drawn), 16)]
