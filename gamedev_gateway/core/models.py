from typing import Any

import orjson
from django.conf import settings
from django.db import models


class IdempotencyRecord(models.Model):
    """The stored answer to a POST that carried an Idempotency-Key.

    Written in the transaction of the effect: either both are there or neither is.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, path and body.")
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        db_table = "idempotency_records"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once_per_user")]

    def __str__(self) -> str:
        return self.key


class LegacySource(models.Model):
    """A database of the first version that was brought over. A grown copy of the same file is the same source."""

    name = models.TextField(help_text="What the file was called.")
    imported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "legacy_sources"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name


class LegacyRow(models.Model):
    """What one row of a first version's database became. Every row that was read has one, so that nothing is lost or comes twice.

    A row that became an event is told whole by that event; of every other row `data` keeps the old columns as JSON.
    """

    source = models.ForeignKey(LegacySource, on_delete=models.CASCADE, related_name="rows", db_index=False)
    table = models.TextField()
    key = models.TextField(help_text="The row's own key: its id, or its number in the file.")
    mark = models.CharField(max_length=16, help_text="Digest of what never changes in such a row.")
    project_id = models.TextField(blank=True, default="", help_text="Our project, or the old one's id where none came.")
    became = models.CharField(max_length=10, blank=True, default="", help_text="Empty: kept as it was.")
    became_id = models.TextField(blank=True, default="", help_text="Of an event its seq in the project's log.")
    reason = models.TextField(blank=True, default="", help_text="Why it was kept as it was.")
    repairs = models.JSONField(default=list, blank=True, help_text="What was repaired, one sentence each.")
    data = models.TextField(blank=True, default="", help_text="The old row as JSON; empty for one that is an event.")

    class Meta:
        db_table = "legacy_rows"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "table", "key", "mark"], name="legacy_row_once_per_source")
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"

    def as_dict(self) -> dict[str, Any] | None:
        """The old row's columns."""
        return orjson.loads(self.data) if self.data else None
