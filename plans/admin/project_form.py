"""The form of a project: its name and its brief, question by question."""

from typing import Any

from django import forms
from pydantic import ValidationError as PydanticError
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from plans.admin.fields import LinesField, PairsField, ProseField
from plans.brief import Brief
from plans.models import Membership, Project, Role


def short(**options: Any) -> forms.CharField:
    return forms.CharField(required=False, widget=UnfoldAdminTextInputWidget(), **options)


def whole_number(least: int, most: int, **options: Any) -> forms.IntegerField:
    widget = UnfoldAdminIntegerFieldWidget({"min": least})
    return forms.IntegerField(min_value=least, max_value=most, widget=widget, **options)


class ProjectForm(forms.ModelForm):
    """What a brief must be like, `Brief` knows; fields that nobody touched keep what is stored."""

    description = ProseField(rows=2, help_text="Anything else, for people.")
    pitch = ProseField(rows=3, help_text="What the game is, in a sentence or two. Needed for a plan.")
    genre = short(help_text="For example: platformer. Needed for a plan.")
    mechanics = LinesField(rows=4, help_text="What the player does, one a line. Needed for a plan.")
    visual_style = ProseField(rows=2, help_text="What it looks like. Needed for a plan.")
    platform = LinesField(rows=2, help_text="One a line.")
    target = ProseField(rows=2, help_text="Who the game is for.")
    engine = short()
    references = LinesField(help_text="Games to think of, one a line.")
    constraints = LinesField(help_text="Time, people, hardware; one a line.")
    kpis = PairsField(label="KPIs", help_text="One “name: value” a line, e.g. day_1_retention: 0.35")
    milestones = LinesField(help_text="One a line.")
    seen_revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Project
        fields = ["name", "id", "description"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.stored = self.instance.parsed_brief
        self.initial.update(self.stored.model_dump(mode="json"), seen_revision=self.instance.revision)
        if "id" in self.fields:
            self.fields["id"].required = False
            self.fields["id"].help_text = "Part of addresses, e.g. pixel-jumper. Made from the name when left empty."

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.check_seen()
        typed = {name: self.cleaned_data.get(name) for name in self.changed_data if name in Brief.model_fields}
        try:
            self.brief = Brief.model_validate({**self.stored.model_dump(), **typed})
        except PydanticError as error:
            for item in error.errors(include_url=False):
                self.add_error(str(item["loc"][0]), item["msg"])
        return self.cleaned_data

    def check_seen(self) -> None:
        seen = self.cleaned_data.get("seen_revision")
        if self.instance.pk and seen is not None and seen != self.instance.revision:
            raise forms.ValidationError(
                "Somebody edited this project while you did. Nothing of yours was saved; what you typed is still below. "
                "Open the project in another tab and bring the two together there."
            )

    def changes(self) -> dict[str, Any]:
        """What to save: only what was touched."""
        plain = ("name", "description", "tokens_per_day", "evidence_level", "ai_verification")
        changed: dict[str, Any] = {name: self.cleaned_data[name] for name in plain if name in self.changed_data}
        if set(self.changed_data) & set(Brief.model_fields):
            changed["brief"] = self.brief.model_dump(mode="json")
        return changed

    def rule_changes(self) -> dict[str, Any]:
        """What is to change about who must agree: nothing, but for owners."""
        return {}


class OwnedProjectForm(ProjectForm):
    """With what only an owner decides: who must agree, what evidence is worth, and what models may use."""

    roles = forms.MultipleChoiceField(
        choices=[("owner", "owners"), ("editor", "editors")],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        label="Who must agree on a plan",
    )
    approvals = whole_number(1, 20, label="How many of them", help_text="Whoever accepts a plan is one of them.")
    evidence_level = forms.ChoiceField(
        choices=Project.EvidenceLevel.choices,
        widget=UnfoldAdminSelectWidget,
        label="Evidence must be, at least",
        help_text="A single criterion can demand more by its end: [test], [screenshot], [asset], [log] or [sign-off].",
    )
    ai_verification = forms.BooleanField(
        required=False,
        widget=UnfoldBooleanWidget(),
        label="A model looks at what agents hand in",
        help_text="Where one is set. Its yes makes evidence checked, its no outweighs all but what is checked or confirmed.",
    )
    tokens_per_day = whole_number(
        1,
        2**31 - 1,
        required=False,
        label="Tokens in 24 hours",
        help_text="What models may use for this project, in and out; empty: the server's default.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        own = {name: getattr(self.instance, name) for name in ("tokens_per_day", "evidence_level", "ai_verification")}
        self.initial.update(self.instance.rule.model_dump(), **own)

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.check_rule()
        return self.cleaned_data

    def check_rule(self) -> None:
        """So many people there must be: told here, where what was typed stays, rather than by the service."""
        changes = self.rule_changes()
        if not changes or self.errors:
            return
        rule = {**self.instance.rule.model_dump(), **changes}
        people = self.instance.memberships.filter(role__in=rule["roles"]).count()
        if rule["approvals"] > people:
            self.add_error(
                "approvals",
                f"Only {people} here {'have' if people != 1 else 'has'} such a role; save the people first.",
            )

    def rule_changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in ("roles", "approvals") if name in self.changed_data}


def help_of(name: str) -> str:
    """What the form says of a question of the brief."""
    return str(ProjectForm.base_fields[name].help_text).removesuffix(" Needed for a plan.")


class MemberForm(forms.ModelForm):
    """A member by name. Who may belong, the services decide."""

    username = forms.CharField(widget=UnfoldAdminTextInputWidget({"placeholder": "username"}))
    role = forms.ChoiceField(choices=Role.choices, initial=Role.EDITOR, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = Membership
        fields = ["role"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            self.fields["username"].disabled = True
            self.initial["username"] = self.instance.user.get_username()

    def clean_username(self) -> Any:
        """The user; the field is called after what people type."""
        users = type(self).Meta.model._meta.get_field("user").related_model._default_manager
        user = users.filter(is_active=True, username=self.cleaned_data["username"]).first()
        if user is None and not self.instance.pk:
            raise forms.ValidationError("There is no active user of this name.")
        return user or self.instance.user
