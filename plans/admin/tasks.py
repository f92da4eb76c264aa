"""The tasks of the active plans, and the verbs of work. What a task says is changed in a new version of the plan."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.api import actor_of
from plans import services
from plans.admin.access import may
from plans.admin.glance import COLOURS, status_badge
from plans.admin.pages import Confirmation, PagesAdmin, admin_url
from plans.admin.reading import cut
from plans.evidence import Entry
from plans.models import Role, Task
from plans.verdicts import CriterionVerdict

VERBS = {
    Task.Status.PENDING: {"start", "block", "judge"},
    Task.Status.IN_PROGRESS: {"complete", "block", "judge"},
    Task.Status.BLOCKED: {"unblock", "judge"},
    Task.Status.DONE: {"reopen", "judge"},
    Task.Status.DROPPED: set(),
}
"""The buttons that make sense; what is allowed, the services decide."""


class BlockForm(forms.Form):
    reason = forms.CharField(max_length=2_000, widget=UnfoldAdminTextareaWidget({"rows": 3, "autofocus": True}))


class ReopenForm(forms.Form):
    reason = forms.CharField(max_length=2_000, required=False, widget=UnfoldAdminTextInputWidget())


class CompleteForm(forms.Form):
    """Every acceptance criterion as a question, and room for a note."""

    def __init__(self, task: Task, data: Any) -> None:
        super().__init__(data)
        for place, criterion in enumerate(task.acceptance):
            self.fields[f"met_{place}"] = forms.BooleanField(
                label=criterion, required=False, widget=UnfoldBooleanWidget()
            )
        self.fields["note"] = forms.CharField(
            required=False, max_length=2_000, widget=UnfoldAdminTextareaWidget({"rows": 3})
        )


class JudgeForm(forms.Form):
    """Which entry, and what a person thinks of it."""

    number = forms.TypedChoiceField(coerce=int, label="Evidence", widget=UnfoldAdminSelectWidget)
    verdict = forms.ChoiceField(
        choices=[("confirmed", "I have seen it, and confirm it"), ("disputed", "It does not show that")],
        widget=UnfoldAdminSelectWidget,
    )
    note = forms.CharField(required=False, max_length=2_000, widget=UnfoldAdminTextareaWidget({"rows": 3}))

    def __init__(self, task: Task, data: Any) -> None:
        super().__init__(data)
        counting = [entry for entry in task.shown if entry.stale is None]
        self.fields["number"].choices = [(entry.n, entry_in_words(entry)) for entry in counting]  # type: ignore[attr-defined]


@admin.register(Task)
class TaskAdmin(PagesAdmin):
    list_display = ("shown_task", "shown_status", "progress", "priority", "waits_for", "project")
    list_filter = ("status", ("plan__project", admin.RelatedOnlyFieldListFilter), "priority")
    list_filter_sheet = False
    search_fields = ("code", "title", "description")
    ordering = ("plan__project", "idx")
    fields = (
        "project",
        "plan_link",
        ("status", "progress", "priority"),
        "description",
        "waits_for",
        "criteria",
        "things_to_deliver",
        "tools",
        "size",
        ("started_at", "completed_at"),
        "blocked_reason",
        "what_was_done",
        "verdicts",
        "links",
    )
    actions_detail = ("start", "complete", "block", "unblock", "reopen", "judge")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        """The list is of active plans; a task of another version is still found by its address."""
        tasks = super().get_queryset(request).select_related("plan__project")
        match = request.resolver_match
        listing = match is not None and str(match.url_name).endswith("_changelist")
        return tasks.active() if listing else tasks  # type: ignore[attr-defined]

    @display(description="task", ordering="code", header=True)
    def shown_task(self, task: Task) -> list[str]:
        return [task.title, task.code]

    @display(description="status", ordering="status", label=COLOURS)
    def shown_status(self, task: Task) -> tuple[str, str]:
        return status_badge(task.status)

    @display(description="project", ordering="plan__project")
    def project(self, task: Task) -> str:
        return link(task.plan.project, task.plan.project.name)

    @display(description="plan")
    def plan_link(self, task: Task) -> str:
        return link(task.plan, f"v{task.plan.version} ({task.plan.status})")

    @display(description="waits for")
    def waits_for(self, task: Task) -> str:
        return ", ".join(task.dependencies)

    @display(description="acceptance criteria")
    def criteria(self, task: Task) -> str:
        return as_list(task.acceptance)

    @display(description="deliverables")
    def things_to_deliver(self, task: Task) -> str:
        return as_list(task.deliverables)

    @display(description="MCP tools")
    def tools(self, task: Task) -> str:
        return ", ".join(task.mcp_tools)

    @display(description="size")
    def size(self, task: Task) -> str:
        size = task.estimates
        return f"{size.get('story_points', 0)} points, {size.get('time_hours', 0):g} hours"

    @display(description="evidence")
    def what_was_done(self, task: Task) -> str:
        return as_list([entry_in_words(entry) for entry in task.shown]) if task.evidence else ""

    @display(description="verdicts")
    def verdicts(self, task: Task) -> str:
        found = task.verdicts(task.plan.project.needed_level)
        return as_list([verdict_in_words(verdict) for verdict in found])

    @display(description="more")
    def links(self, task: Task) -> str:
        log = f"{reverse('admin:realtime_event_changelist')}?stream=project:{task.plan.project_id}"
        return format_html('<a href="{}">Log of the project</a>', log)

    # The verbs

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        task = self.get_object(request, object_id)
        if task is None or task.plan.status != "accepted" or not may(request, task.plan.project_id, Role.EDITOR):
            return []
        fitting = VERBS[task.status] - (set() if any(entry.stale is None for entry in task.shown) else {"judge"})
        return [verb for verb in super().get_actions_detail(request, object_id) if verb.path in fitting]

    def work_page(
        self, request: HttpRequest, object_id: str, verb: str, do: Any, form: Any = Confirmation
    ) -> HttpResponse:
        task = self.find(request, object_id)
        return self.verb_page(
            request,
            task,
            title=f"{verb} {task.code}",
            note=task.title,
            button=verb,
            form=partial(form, task) if form in (CompleteForm, JudgeForm) else form,
            do=partial(do, task, actor_of(request)),
        )

    @action(description="Start", icon="play_arrow", variant=ActionVariant.PRIMARY)
    def start(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def do(task: Task, actor: Actor, data: dict[str, Any]) -> Task:
            return services.start_task(task, actor=actor)

        return self.work_page(request, object_id, "Start", do)

    @action(description="Complete", icon="task_alt", variant=ActionVariant.PRIMARY)
    def complete(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def do(task: Task, actor: Actor, data: dict[str, Any]) -> Task:
            return services.complete_task(task, actor=actor, **answered(task, data))

        return self.work_page(request, object_id, "Complete", do, CompleteForm)

    @action(description="Block", icon="block")
    def block(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def do(task: Task, actor: Actor, data: dict[str, Any]) -> Task:
            return services.block_task(task, reason=data["reason"], actor=actor)

        return self.work_page(request, object_id, "Block", do, BlockForm)

    @action(description="Unblock", icon="lock_open", variant=ActionVariant.PRIMARY)
    def unblock(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def do(task: Task, actor: Actor, data: dict[str, Any]) -> Task:
            return services.unblock_task(task, actor=actor)

        return self.work_page(request, object_id, "Unblock", do)

    @action(description="Reopen", icon="undo")
    def reopen(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def do(task: Task, actor: Actor, data: dict[str, Any]) -> Task:
            return services.reopen_task(task, reason=data["reason"], actor=actor)

        return self.work_page(request, object_id, "Reopen", do, ReopenForm)

    @action(description="Judge evidence", icon="rate_review")
    def judge(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def do(task: Task, actor: Actor, data: dict[str, Any]) -> Task:
            return services.judge_evidence(task, actor=actor, **data)

        return self.work_page(request, object_id, "Judge evidence", do, JudgeForm)


def answered(task: Task, data: dict[str, Any]) -> dict[str, Any]:
    """The form of a completion as the service takes it."""
    met = [{"criterion": text, "met": data[f"met_{place}"]} for place, text in enumerate(task.acceptance)]
    return {"acceptance": met, "evidence": [{"kind": "note", "note": data["note"]}] if data["note"] else []}


def entry_in_words(entry: Entry) -> str:
    """An entry of evidence in one line: what, for which criterion, who saw it, and what became of it."""
    numbers = {name: getattr(entry, name) for name in ("passed", "failed", "skipped")}
    counted = ", ".join(f"{count} {name}" for name, count in numbers.items() if count is not None)
    said = [entry.verdict, counted, entry.path, entry.note, entry.excerpt]
    by = f", by {entry.by.name}" if entry.by else ""
    judged = f" {entry.judged.verdict.capitalize()} by {entry.judged.by.name}." if entry.judged else ""
    stale = f" Out of date: {entry.stale.why}" if entry.stale else ""
    what = cut("; ".join(filter(None, said)), 200)
    about = f" for “{cut(entry.criterion, 100)}”" if entry.criterion else ""
    return f"{entry.n}. {entry.kind}{about}{f': {what}' if what else ''} ({entry.level}{by}).{judged}{stale}"


def verdict_in_words(verdict: CriterionVerdict) -> str:
    shown = f" by evidence {', '.join(map(str, verdict.evidence))}" if verdict.evidence else ""
    how = f"met ({verdict.level}){shown}" if verdict.verdict == "met" else f"{verdict.verdict}. {verdict.reason}"
    return f"{verdict.criterion}: {how}"


def link(obj: Any, text: str) -> SafeString:
    return format_html('<a class="gw-link" href="{}">{}</a>', admin_url(obj), text)


def as_list(lines: list[str]) -> SafeString:
    return format_html('<ul class="gw-list">{}</ul>', format_html_join("", "<li>{}</li>", ((line,) for line in lines)))
