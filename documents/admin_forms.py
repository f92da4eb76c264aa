"""The forms of the admin's page of a document: its title, and its outline row by row."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from documents.models import Document, Section
from documents.services import OutlineEntry
from plans.admin.fields import ProseField


class DocumentForm(forms.ModelForm):
    """A document as it was seen: an edit of what somebody else edited meanwhile is refused."""

    seen_revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Document
        fields = ["title"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["seen_revision"] = self.instance.revision

    def clean_seen_revision(self) -> int | None:
        """Checked under the project's lock, so that nobody edits the document between this and the save."""
        seen: int | None = self.cleaned_data["seen_revision"]
        self.instance.project.lock()
        if seen is not None and seen != self.instance.lock().revision:
            raise forms.ValidationError(
                "Somebody edited this document while you did. Nothing of yours was saved; what you typed is still below."
            )
        return seen


class NewDocumentForm(forms.ModelForm):
    """What a document is begun with; its outline is made for it."""

    class Meta:
        model = Document
        fields = ["project", "title", "kind", "task_code"]
        help_texts = {"task_code": "For a document of one task of the active plan, e.g. T-003; else empty."}


class SectionForm(forms.ModelForm):
    heading = forms.CharField(max_length=300, widget=UnfoldAdminTextInputWidget())
    level = forms.TypedChoiceField(
        coerce=int, choices=[(1, "1"), (2, "2"), (3, "3")], initial=1, widget=UnfoldAdminSelectWidget
    )
    brief = ProseField(rows=2, max_length=5_000, help_text="What the section should say.")

    class Meta:
        model = Section
        fields = ["idx", "level", "heading", "brief", "locked"]
        widgets = {"idx": forms.HiddenInput}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["idx"].required = False

    @property
    def place(self) -> float:
        """Where it was dragged to; a new one comes last."""
        idx = self.cleaned_data.get("idx")
        return float("inf") if idx is None or not self.instance.pk else idx

    def as_entry(self) -> OutlineEntry:
        said = {name: self.cleaned_data[name] for name in ("level", "heading", "brief")}
        return OutlineEntry(**said, id=self.instance.pk)
