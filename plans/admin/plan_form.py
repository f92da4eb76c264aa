"""The form of a proposal: its summary and its tasks as rows, checked by rehearsing the very edit that saving will make."""

from collections import Counter
from typing import Any

from django import forms
from django.utils.functional import cached_property
from pydantic import ValidationError as PydanticError

from gamedev_gateway.core.errors import GatewayError
from plans.admin.fields import CodesField, LinesField, ProseField
from plans.admin.row_edits import Row, operations_for
from plans.diff import PlanDiff, diff_plans
from plans.errors import DependencyCycle, NotProposed, UnknownDependency
from plans.models import TaskPlan
from plans.operations import Add, AnyOperation, OperationError, apply_operations
from plans.services.planning import check_laws, next_number
from plans.spec import MAX_TASKS, TaskFields, TaskSpec

CRITERIA = (
    "Acceptance criteria, one a line; the end [test], [screenshot], [asset], [log] or [sign-off] demands such evidence"
)


def number(label: str, **attrs: Any) -> forms.NumberInput:
    return forms.NumberInput({"min": 0, "aria-label": label, "title": label, **attrs})


def area(rows: int) -> forms.Textarea:
    """Plain, for a sheet has many of them; the style sheet dresses all of it."""
    return forms.Textarea({"rows": rows, "class": "gw-grows"})


class TaskRow(forms.Form):
    """One task as a row. What the fields must be like, `TaskFields` knows."""

    code = forms.CharField(required=False, widget=forms.HiddenInput)
    idx = forms.IntegerField(required=False, min_value=0, widget=number("Place in the plan"))
    title = forms.CharField(
        widget=forms.TextInput({"aria-label": "Title", "placeholder": "What is to be done", "maxlength": 200})
    )
    description = ProseField(widget=area(4))
    dependencies = CodesField(required=False, label="Waits for")
    acceptance = LinesField(widget=area(4), label=CRITERIA)
    deliverables = LinesField(widget=area(3), label="Deliverables, one a line")
    mcp_tools = LinesField(widget=area(3), label="MCP tools, one a line")
    story_points = forms.IntegerField(required=False, label="Story points", widget=number("Story points"))
    time_hours = forms.FloatField(required=False, label="Hours", widget=number("Hours", step="any"))
    priority = forms.IntegerField(
        required=False, label="Priority (1 comes first)", widget=number("Priority, 1 comes first", min=1, max=5)
    )

    def __init__(self, *args: Any, stored: TaskSpec | None = None, titles: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.stored = stored
        self.titles = titles
        self.fields_now: TaskFields | None = None

    def clean(self) -> dict[str, Any]:
        values = {**said_by(self.stored), **{name: self.cleaned_data.get(name) for name in self.changed_data}}
        values["estimates"] = {name: values.pop(name) or 0 for name in ("story_points", "time_hours")}
        values["priority"] = 3 if values["priority"] is None else values["priority"]
        try:
            self.fields_now = TaskFields.model_validate({name: values[name] for name in TaskFields.model_fields})
        except PydanticError as error:
            self.tell(error)
        return self.cleaned_data

    def tell(self, error: PydanticError) -> None:
        """What the declaration of a task finds wrong, at the field where it was typed."""
        for item in error.errors(include_url=False):
            name = str(item["loc"][1] if item["loc"][0] == "estimates" else item["loc"][0])
            if name not in self.errors:
                self.add_error(name, item["msg"])

    def chips(self) -> list[tuple[str, str]]:
        """The codes that the row waits for, each with its task's title."""
        codes = self.fields["dependencies"].clean(self["dependencies"].value())
        return [(code, self.titles.get(code, "no such task")) for code in codes]

    def numbers(self) -> list[forms.BoundField]:
        return [self[name] for name in ("story_points", "time_hours", "priority")]

    def has_changed(self) -> bool:
        """An added row that has nothing but its place was left empty."""
        return bool(set(self.changed_data) - {"idx"}) or (self.stored is not None and super().has_changed())

    def as_row(self, *, dropped: bool) -> Row:
        fields = self.stored if dropped else self.fields_now
        assert fields is not None  # noqa: S101  a valid row says something
        return Row(self.stored.code if self.stored else None, fields, self.cleaned_data.get("idx"), dropped)


def said_by(spec: TaskSpec | None) -> dict[str, Any]:
    """What a row shows of a task, or of a new one."""
    if spec is None:
        return {**TaskFields(title="-").model_dump(), "title": "", "story_points": 0, "time_hours": 0}
    return {**spec.model_dump(), **spec.estimates.model_dump()}


class TaskRows(forms.BaseFormSet):
    """The tasks of a proposal. A row is known by its code, so that rows and tasks never get mixed up."""

    def __init__(self, *args: Any, plan: TaskPlan, **options: Any) -> None:
        self.plan = plan
        self.before = plan.specs() if plan.pk else []
        self.by_code = {spec.code: spec for spec in self.before}
        self.titles = {spec.code: spec.title for spec in self.before}
        self.places = {spec.code: place for place, spec in enumerate(self.before)}
        self.ops: list[AnyOperation] = []
        self.after = self.before
        super().__init__(*args, **{**options, "initial": [{}] * len(self.before)})

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        stored = self.stored_at(index)
        initial = {"priority": 3, "story_points": 0, "time_hours": 0}
        if stored is not None:
            initial = {**said_by(stored), "idx": self.places[stored.code]}
        return {"stored": stored, "titles": self.titles, "initial": initial}

    def stored_at(self, index: int | None) -> TaskSpec | None:
        """The stored task of a row: by the code that was sent, else by its place."""
        if index is None:
            return None
        if self.is_bound:
            return self.by_code.get(self.data.get(f"{self.prefix}-{index}-code", ""))
        return self.before[index] if index < len(self.before) else None

    @cached_property
    def living(self) -> list[TaskRow]:
        return [form for form in self.forms if not self._should_delete_form(form)]  # type: ignore[attr-defined]

    def clean(self) -> None:
        if any(form.errors for form in self.living):
            return
        self.refuse_strangers()
        dropped = [form for form in self.forms if self._should_delete_form(form) and form.stored]  # type: ignore[attr-defined]
        meant = [form for form in self.living if form.stored or form.has_changed()]
        rows = [form.as_row(dropped=False) for form in meant] + [form.as_row(dropped=True) for form in dropped]
        self.ops = operations_for(self.before, rows)
        self.rehearse([form for form in meant if form.stored is None])

    def refuse_strangers(self) -> None:
        codes = Counter(form["code"].value() for form in self.forms if form["code"].value())
        if strange := [code for code, times in codes.items() if times > 1 or code not in self.by_code]:
            raise forms.ValidationError(
                f"The plan has no row, or two rows, of {', '.join(strange)}; load the page again."
            )

    def rehearse(self, new: list[TaskRow]) -> None:
        """Make the edit on paper; what it breaks is told at the rows that break it."""
        try:
            first_free = next_number(self.plan.project, self.before)
            self.after, applied = apply_operations(self.before, self.ops, next_number=first_free)
            codes = [op.task.code for op in applied if isinstance(op, Add)]
            self.check(dict(zip(codes, sorted(new, key=self.place_of), strict=True)))
        except OperationError as error:
            raise forms.ValidationError(error.detail) from error

    def place_of(self, form: TaskRow) -> float:
        place = form.cleaned_data.get("idx")
        return float("inf") if place is None else place

    def check(self, new: dict[str | None, TaskRow]) -> None:
        rows = dict(new)
        rows.update({form.stored.code: form for form in self.living if form.stored})
        try:
            check_laws(self.after)
        except DependencyCycle as error:
            self.mark(rows, dict.fromkeys(error.data["path"], error.detail))
            raise forms.ValidationError(error.detail) from error
        except UnknownDependency as error:
            told = {path.split(".")[1]: " ".join(texts) for path, texts in error.data["errors"].items()}
            self.mark(rows, told)
            raise forms.ValidationError([f"{code}: {text}" for code, text in told.items()]) from error
        except GatewayError as error:
            raise forms.ValidationError(error.detail) from error

    def mark(self, rows: dict[Any, TaskRow], told: dict[str, str]) -> None:
        for code, text in told.items():
            if code in rows:
                rows[code].add_error("dependencies", text)

    def diff(self) -> PlanDiff:
        return diff_plans(self.before, self.after)


TaskRowsFormSet: Any = forms.formset_factory(
    TaskRow, formset=TaskRows, extra=0, can_delete=True, max_num=MAX_TASKS, absolute_max=MAX_TASKS + 1_000
)


class PlanForm(forms.ModelForm):
    """A proposal as it was seen: an edit of what somebody else changed meanwhile is refused, and nothing typed is lost."""

    summary = ProseField(max_length=20_000)
    reason = ProseField(
        max_length=2_000,
        rows=2,
        label="Why",
        help_text="Why you change it, for those who decide on it; may stay empty.",
    )
    seen_revision = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = TaskPlan
        fields = ["summary"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["seen_revision"].initial = self.instance.revision
        self.seen_status = self.instance.status
        self.rows = TaskRowsFormSet(self.data if self.is_bound else None, plan=self.instance, prefix="tasks")

    def clean(self) -> dict[str, Any]:
        if self.seen_status != TaskPlan.Status.PROPOSED:
            raise forms.ValidationError(NotProposed(self.instance).detail)
        if self.cleaned_data.get("seen_revision") != self.instance.revision:
            raise forms.ValidationError(
                f"Somebody edited this plan while you did: it is at revision {self.instance.revision} now. Nothing of yours "
                "was saved; what you typed is still below. Open the plan in another tab and bring the two together there."
            )
        if not self.rows.is_valid():
            why = " ".join(map(str, self.rows.non_form_errors())) or "See what is marked in the tasks below."
            raise forms.ValidationError(f"Nothing was saved yet. {why}")
        return self.cleaned_data
