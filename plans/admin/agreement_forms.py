"""What people fill in while they come to agree: what they say, and what they think of it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanWidget,
)

from plans.admin.fields import one_newline
from plans.admin.reading import LABELS, cut
from plans.agreement_serializers import MAX_COMMENT
from plans.models import Review
from plans.spec import TaskSpec

VERDICTS = {
    Review.Verdict.APPROVE: "Approve: I want it as it is now",
    Review.Verdict.REQUEST_CHANGES: "Ask for changes: not like this",
    Review.Verdict.ADVISE: "Advise: a word that binds nobody",
}


class WordsField(forms.CharField):
    """What somebody says, in several lines."""

    def __init__(self, *, rows: int = 3, **options: Any) -> None:
        widget = UnfoldAdminTextareaWidget({"rows": rows, "class": "gw-grows"})
        super().__init__(**{"max_length": MAX_COMMENT, "widget": widget, **options})

    def to_python(self, value: Any) -> str:
        return super().to_python(one_newline(value) if isinstance(value, str) else value) or ""


class CommentForm(forms.Form):
    """Something to say about the plan, a task, or a field of a task."""

    code = forms.ChoiceField(required=False, label="About", widget=UnfoldAdminSelectWidget)
    field = forms.ChoiceField(
        required=False,
        label="Of the task",
        choices=[("", "all of it"), *LABELS.items()],
        widget=UnfoldAdminSelectWidget,
    )
    body = WordsField(label="What you want to say")
    blocking = forms.BooleanField(
        required=False,
        label="It blocks: nobody accepts the proposal before this is resolved",
        widget=UnfoldBooleanWidget,
    )

    def __init__(self, tasks: Sequence[TaskSpec], data: Any, *, may_block: bool, **options: Any) -> None:
        super().__init__(data, **options)
        titles = [(task.code, f"{task.code} {cut(task.title, 70)}") for task in tasks]
        self.fields["code"].choices = [("", "the whole plan"), *titles]  # type: ignore[attr-defined]
        if not may_block:
            del self.fields["blocking"]


class ReplyForm(forms.Form):
    """An answer to a comment; it is about the same."""

    in_reply_to = forms.IntegerField(widget=forms.HiddenInput)
    body = WordsField(rows=2, label="Reply")


class ReviewForm(forms.Form):
    """What somebody thinks of the proposal as it is now."""

    verdict = forms.ChoiceField(widget=UnfoldAdminRadioSelectWidget, label="What you think of it")
    body = WordsField(rows=2, required=False, label="Why, if you like")

    def __init__(self, data: Any, *, may_decide: bool, **options: Any) -> None:
        super().__init__(data, **options)
        allowed = VERDICTS if may_decide else {Review.Verdict.ADVISE: VERDICTS[Review.Verdict.ADVISE]}
        self.fields["verdict"].choices = list(allowed.items())  # type: ignore[attr-defined]
