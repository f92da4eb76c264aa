"""A conflict of a rebase as people decide it: what both sides say, and a value of their own where there can be one."""

from collections.abc import Callable
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextInputWidget

from plans.admin.fields import LinesField, ProseField
from plans.admin.reading import LABELS, value_in_words
from plans.conflicts import Conflict, Resolution
from plans.diff_words import Part, diff_words
from plans.spec import TaskSpec

POLICIES = [("", "I decide each of them"), ("mine", "take this proposal's word"), ("theirs", "take the active plan's")]


class CodesTextField(forms.CharField):
    """Task codes in one line, such as `T-001, T-002`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "widget": UnfoldAdminTextInputWidget(), **options})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        return codes_in(value or "")


class PlaceField(forms.CharField):
    """The task to come after; None for the top."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False, widget=UnfoldAdminTextInputWidget({"placeholder": "empty: the top"}), **options
        )

    def to_python(self, value: Any) -> str | None:
        return (value or "").strip().upper() or None


class WaitsField(LinesField):
    """What tasks wait for, as lines of `T-003: T-001, T-002`."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return "\n".join(f"{code}: {', '.join(codes)}" for code, codes in value.items())

    def to_python(self, value: Any) -> dict[str, list[str]]:  # type: ignore[override]
        lines = (line.partition(":") for line in super().to_python(value))
        return {code.strip().upper(): codes_in(codes) for code, _, codes in lines}


class EstimatesField(forms.CharField):
    """Points and hours, such as `3, 5.5`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=UnfoldAdminTextInputWidget({"placeholder": "points, hours"}), **options)

    def prepare_value(self, value: Any) -> Any:
        return f"{value['story_points']}, {value['time_hours']:g}" if isinstance(value, dict) else value

    def to_python(self, value: Any) -> dict[str, float]:  # type: ignore[override]
        try:
            points, hours = (value or "").replace(";", ",").split(",")
            return {"story_points": int(points), "time_hours": float(hours)}
        except ValueError:
            raise forms.ValidationError("Write points and hours, such as “3, 5.5”.") from None


def codes_in(text: str) -> list[str]:
    return list(dict.fromkeys(text.replace(",", " ").upper().split()))


FIELDS: dict[str, Callable[..., forms.Field]] = {
    "title": lambda **options: forms.CharField(required=False, widget=UnfoldAdminTextInputWidget(), **options),
    "description": ProseField,
    "dependencies": CodesTextField,
    "acceptance": LinesField,
    "mcp_tools": LinesField,
    "deliverables": LinesField,
    "estimates": EstimatesField,
    "priority": lambda **options: forms.IntegerField(required=False, min_value=1, max_value=5, **options),
    "order": PlaceField,
    "cycle": WaitsField,
}
"""How a value of one's own is typed, by the field that is in conflict."""


class ConflictForm(forms.Form):
    """One conflict and its answer. `waits` has what each task waits for in both plans together, for a cycle."""

    take = forms.ChoiceField(required=False, widget=UnfoldAdminRadioSelectWidget)

    def __init__(self, conflict: Conflict, waits: dict[str, list[str]], data: Any) -> None:
        names = (f"{conflict.id}-take", f"{conflict.id}-value")
        super().__init__(data if data and any(name in data for name in names) else None, prefix=conflict.id)
        self.conflict = conflict
        choices = sides_in_words(conflict)
        if typed := FIELDS.get(kind_of_value(conflict)):
            choices.append(("value", "this instead:"))
            start = {code: waits.get(code, []) for code in conflict.path} if conflict.path else conflict.mine
            self.fields["value"] = typed(label="Your own value", initial=start)
        self.fields["take"].choices = choices  # type: ignore[attr-defined]

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and self.data.get(f"{self.prefix}-take") != "value":
            self._errors.pop("value", None)  # type: ignore[attr-defined]  # what nobody asked for cannot be wrong

    def resolution(self) -> Resolution | None:
        """The answer; None while there is none."""
        if not self.is_bound or not self.is_valid() or not self.cleaned_data["take"]:
            return None
        take = self.cleaned_data["take"]
        return Resolution(
            id=self.conflict.id, take=take, value=self.cleaned_data.get("value") if take == "value" else None
        )

    # What is shown

    @property
    def label(self) -> str:
        return {"order": "Place", "": "The task"}.get(
            self.conflict.field or "", LABELS.get(self.conflict.field or "", "")
        )

    @property
    def base(self) -> str:
        return in_words(self.conflict, self.conflict.base).removeprefix("keeps ")

    @property
    def mine(self) -> list[Part]:
        return side_in_words(self.conflict, self.conflict.mine)

    @property
    def theirs(self) -> list[Part]:
        return side_in_words(self.conflict, self.conflict.theirs)


def sides_in_words(conflict: Conflict) -> list[tuple[str, str]]:
    """What can be chosen, in words that tell what comes of it."""
    if conflict.kind in ("work", "dropped_changed"):
        verbs = {side: "keep it" if getattr(conflict, side) else "drop it" for side in ("mine", "theirs")}
        return [("mine", f"{verbs['mine']}, as this proposal"), ("theirs", f"{verbs['theirs']}, as the active plan")]
    return [("mine", "this proposal's"), ("theirs", "the active plan's")]


def kind_of_value(conflict: Conflict) -> str:
    """By what a value is typed: the name of a field, `order` or `cycle`; empty where it is one side or the other."""
    return "cycle" if conflict.kind == "cycle" else conflict.field or ""


def side_in_words(conflict: Conflict, value: Any) -> list[Part]:
    """What one side says; a text word by word against the base."""
    if conflict.kind == "cycle":
        return []
    if conflict.kind == "field" and isinstance(value, str):
        return diff_words(conflict.base, value)
    return [Part("same", in_words(conflict, value))]


def in_words(conflict: Conflict, value: Any) -> str:
    if conflict.kind == "order":
        return f"after {value}" if value else "at the top"
    if conflict.kind in ("work", "dropped_changed"):
        return task_in_words(value) if value else "drops the task"
    if isinstance(value, list):
        return "\n".join(value) or "nothing"
    return value_in_words(value) or "nothing"


def task_in_words(task: dict[str, Any]) -> str:
    spec = TaskSpec.model_validate(task)
    waits = f"\nwaits for {', '.join(spec.dependencies)}" if spec.dependencies else ""
    return f"keeps “{spec.title}”{waits}"
