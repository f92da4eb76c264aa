"""Documents: an outline of sections, and every attempt at each section as a draft."""

from typing import Any

from django.db import models
from django.db.models import F, Q, QuerySet

from documents.writing.material import OutlineSection
from plans.models import Generation, Project


class DocumentQuerySet(QuerySet["Document"]):
    def visible_to(self, user: Any) -> "DocumentQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))


class Document(models.Model):
    """A document of a project, or of one task by its code.

    draft → generating → ready | failed | cancelled, and generating again whenever somebody asks. `last_draft` numbers the
    drafts of all its sections in the order in which they were begun. `run` is the generation that writes it now; there is
    one at a time. `ends` counts the runs that have ended, so that a reader knows whether it was told of the last one.
    """

    class Kind(models.TextChoices):
        GDD = "gdd", "Game design document"
        TECHNICAL_DESIGN = "technical_design"
        PITCH = "pitch"
        ART_BIBLE = "art_bible"
        LEVEL_BRIEF = "level_brief"
        TEST_PLAN = "test_plan"
        RELEASE_NOTES = "release_notes"
        POST_MORTEM = "post_mortem"
        OTHER = "other"

    class Status(models.TextChoices):
        DRAFT = "draft"
        GENERATING = "generating"
        READY = "ready"
        FAILED = "failed"
        CANCELLED = "cancelled"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="documents")
    task_code = models.CharField(max_length=16, blank=True, default="")
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.GDD)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    global_summary = models.TextField(blank=True, default="")
    summary_revision = models.PositiveIntegerField(default=0)
    last_draft = models.PositiveIntegerField(default=0, editable=False)
    run = models.ForeignKey(Generation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    ends = models.PositiveIntegerField(default=0, editable=False)
    elapsed_ms = models.PositiveIntegerField(null=True, blank=True, help_text="How long the last run took.")
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        db_table = "documents"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title

    def lock(self) -> "Document":
        """This document, read again under its row lock."""
        return Document.objects.select_for_update().select_related("project").get(pk=self.pk)

    @property
    def stream(self) -> str:
        return f"document:{self.pk}"


class Section(models.Model):
    """A place in a document's outline. A locked one is touched by no run. `told_of` are the codes of the tasks it tells of."""

    class Status(models.TextChoices):
        EMPTY = "empty"
        WRITING = "writing"
        DONE = "done"
        FAILED = "failed"
        STALE = "stale"

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="sections")
    idx = models.PositiveIntegerField(help_text="Its place in the document, from 0.")
    level = models.PositiveSmallIntegerField(default=1)
    heading = models.CharField(max_length=300)
    brief = models.TextField(blank=True, default="")
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.EMPTY)
    locked = models.BooleanField(default=False)
    current_draft = models.ForeignKey("Draft", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    told_of = models.JSONField(default=list, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        db_table = "document_sections"
        ordering = ["document", "idx"]
        constraints = [
            models.CheckConstraint(condition=Q(level__range=(1, 3)), name="section_level_1_to_3"),
        ]
        indexes = [models.Index(fields=["document", "idx"], name="section_by_place")]

    def __str__(self) -> str:
        return self.heading

    @property
    def outline(self) -> OutlineSection:
        return OutlineSection(self.level, self.heading, self.brief)


class Draft(models.Model):
    """One attempt at one section. A `proposed` one waits for a person who adopts it.

    While it is written, text is only ever appended, at the byte where the last piece ended (`length`), and only while it
    has the status `writing`: so no two workers can write it, and one that was given up for dead writes no more.
    """

    class Status(models.TextChoices):
        WRITING = "writing"
        DONE = "done"
        PROPOSED = "proposed"
        FAILED = "failed"
        CANCELLED = "cancelled"

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="drafts")
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="drafts")
    generation = models.ForeignKey(Generation, null=True, blank=True, on_delete=models.SET_NULL, related_name="drafts")
    number = models.PositiveIntegerField(help_text="Rises through the document's life.")
    text = models.TextField(blank=True, default="")
    length = models.PositiveIntegerField(default=0, help_text="Bytes of the text in UTF-8.")
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.WRITING)
    author = models.JSONField(default=dict, help_text="The actor who asked for it, or wrote it.")
    instructions = models.TextField(blank=True, default="")
    summary = models.TextField(blank=True, default="")
    told_of = models.JSONField(default=list, blank=True)
    model = models.CharField(max_length=200, blank=True, default="")
    tokens = models.PositiveIntegerField(default=0)
    elapsed_ms = models.PositiveIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    error = models.JSONField(null=True, blank=True, help_text="{code, message} of a failed one.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "drafts"
        ordering = ["document", "number"]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="draft_number_once_per_document")]
        indexes = [models.Index(fields=["section", "number"], name="draft_by_section")]

    def __str__(self) -> str:
        return f"draft {self.number}"


def next_draft_number(document: Document) -> int:
    """The number of the draft that is begun now; the document's row stays locked until commit."""
    Document.objects.filter(pk=document.pk).update(last_draft=F("last_draft") + 1)
    document.refresh_from_db(fields=["last_draft"])
    return document.last_draft
