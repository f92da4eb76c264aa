"""The agents' sessions: what each told, the questions that wait for an answer, and a way to stop one."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from agents import runs
from agents.models import Activity, Run
from gamedev_gateway.core.api import actor_of
from plans.admin.access import may
from plans.admin.pages import PagesAdmin
from plans.models import Role

COLOURS = {
    "pending": "default",
    "active": "info",
    "awaiting_input": "warning",
    "complete": "success",
    "error": "danger",
    "stale": "default",
}
ACTIVITIES_SHOWN = 200
"""The newest ones; whoever wants all reads the log."""


class StopForm(forms.Form):
    reason = forms.CharField(
        max_length=20_000, widget=UnfoldAdminTextareaWidget({"rows": 3, "autofocus": True}), help_text="For the agent."
    )


class AnswerForm(forms.Form):
    """The answer to an agent's question: one of those that it offers, or another."""

    offered = forms.ChoiceField(required=False, widget=UnfoldAdminRadioSelectWidget, label="It offers")
    own = forms.CharField(
        required=False, max_length=20_000, label="Or in your words", widget=UnfoldAdminTextareaWidget({"rows": 2})
    )

    def __init__(self, question: Activity, data: Any) -> None:
        super().__init__(data, auto_id=f"id_{question.pk}_%s")
        self.fields["offered"].choices = [(text, text) for text in question.options]  # type: ignore[attr-defined]
        if not question.options:
            del self.fields["offered"]
            self.fields["own"].label = "Your answer"

    def clean(self) -> dict[str, Any]:
        own, offered = self.cleaned_data.get("own"), self.cleaned_data.get("offered")
        if own and offered:
            self.add_error("own", "Choose an answer or write one, not both.")
        elif not own and not offered:
            self.add_error("own", "Choose an answer, or write one.")
        return {**self.cleaned_data, "answer": own or offered}


@admin.register(Run)
class RunAdmin(PagesAdmin):
    list_display = ("agent", "project", "shown_status", "questions", "on_behalf_of", "created_at", "seen_at")
    list_filter = ("status", ("project", admin.RelatedOnlyFieldListFilter))
    list_filter_sheet = False
    list_select_related = ("project",)
    search_fields = ("agent", "model")
    ordering = ("-pk",)
    fields = (
        ("project", "how_it_stands"),
        ("model", "on_behalf_of"),
        "abilities",
        "summary",
        ("created_at", "seen_at"),
    )
    change_form_outer_after_template = "admin/gateway/run_activities.html"
    actions_detail = ("stop", "answer")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        asked = Q(activities__kind=Activity.Kind.ELICITATION, activities__answered_at=None)
        runs_seen = super().get_queryset(request).select_related("project")
        return runs_seen.annotate(waiting=Count("activities", filter=asked))

    @display(description="status", ordering="status", label=COLOURS)
    def shown_status(self, run: Run) -> tuple[str, str]:
        return run.status, run.status.replace("_", " ")

    @display(description="status")
    def how_it_stands(self, run: Run) -> str:
        return run.get_status_display()

    @display(description="questions", ordering="waiting")
    def questions(self, run: Run) -> str:
        waiting: int = run.waiting  # type: ignore[attr-defined]
        return f"{waiting} to answer" if waiting else ""

    @display(description="with the token of")
    def on_behalf_of(self, run: Run) -> str:
        return run.actor["name"]

    @display(description="it can")
    def abilities(self, run: Run) -> str:
        return ", ".join(run.capabilities)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        run = kwargs["obj"]
        open_questions = run.activities.filter(kind=Activity.Kind.ELICITATION, answered_at=None)
        editor = may(request, run.project_id, Role.EDITOR)
        context |= {
            "title": f"{run.agent} in {run.project.name}",
            "subtitle": None,
            "questions": [(each, AnswerForm(each, None) if editor else None) for each in open_questions],
            "activities": list(run.activities.order_by("-pk")[:ACTIVITIES_SHOWN])[::-1],
        }
        return super().render_change_form(request, context, *args, **kwargs)

    # The verbs

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        run = self.get_object(request, object_id)
        may_stop = run is not None and run.is_open and may(request, run.project_id, Role.EDITOR)
        return [verb for verb in super().get_actions_detail(request, object_id) if may_stop and verb.path == "stop"]

    @action(description="Stop", icon="stop_circle", variant=ActionVariant.DANGER)
    def stop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        run = self.find(request, object_id)

        def do(data: dict[str, Any]) -> Run:
            stopped = runs.end_run(run, status=Run.Status.ERROR, summary=data["reason"], actor=actor_of(request))
            messages.success(request, f"The run of {stopped.agent} is stopped; its claims are given up.")
            return stopped

        return self.verb_page(
            request,
            run,
            title=f"Stop {run.agent}",
            note="What it does in this run is refused from now on, and what it has claimed is free again.",
            button="Stop it",
            form=StopForm,
            do=do,
        )

    @action(description="Answer", icon="reply")
    def answer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The answer to the question that the address names: `?question=` its id."""
        run = self.find(request, object_id)
        number = request.GET.get("question", "")
        question = run.activities.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None
        if question is None:
            raise Http404

        def do(data: dict[str, Any]) -> Run:
            runs.answer_question(question, answer=data["answer"], actor=actor_of(request))
            messages.success(request, "The agent has your answer.")
            return run

        return self.verb_page(
            request,
            run,
            title=f"Answer {run.agent}",
            note=question.body,
            button="Answer",
            form=partial(AnswerForm, question),
            do=do,
        )
