"""The board as it was, kept every so many events: from the nearest one on, few events have to be read again."""

from django.db import models

from plans.models.projects import Project


class Checkpoint(models.Model):
    """A project's board right after one event of its log. Worth nothing that the log does not tell: it may be deleted.

    The exception is the log that was trimmed: there one stands right before the first event that is kept.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="checkpoints")
    seq = models.PositiveBigIntegerField(help_text="The last event that it tells of.")
    board = models.JSONField(help_text="As plans.board writes it.")

    class Meta:
        db_table = "checkpoints"
        ordering = ["project", "seq"]
        constraints = [models.UniqueConstraint(fields=["project", "seq"], name="checkpoint_seq_once_per_project")]

    def __str__(self) -> str:
        return f"{self.project_id} at {self.seq}"
