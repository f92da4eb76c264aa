"""A proposal carried over to the plan that was accepted meanwhile, conflict by conflict."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminRadioSelectWidget

from gamedev_gateway.core.api import actor_of
from gamedev_gateway.core.errors import GatewayError
from plans import services
from plans.admin.conflict_forms import POLICIES, ConflictForm
from plans.admin.pages import admin_url
from plans.admin.plan_pages import PlanPages
from plans.conflicts import Conflict, Resolution, Side
from plans.errors import AlreadyBased, RebaseConflicts
from plans.lineage import Lineage
from plans.models import TaskPlan
from plans.services.rebasing import check_target, merge


class PolicyForm(forms.Form):
    policy = forms.ChoiceField(
        choices=POLICIES,
        required=False,
        label="Wherever nothing is chosen",
        widget=UnfoldAdminRadioSelectWidget,
        help_text="Whether work that somebody has begun is dropped, no such word decides: choose it above.",
    )


class RebasePages(PlanPages):
    """Adds the page `rebase` to the admin of plans."""

    @action(description="Rebase", icon="call_merge", variant=ActionVariant.PRIMARY)
    def rebase(self, request: HttpRequest, object_id: str) -> HttpResponse:
        plan = self.find(request, object_id)
        onto = services.get_active_plan(plan.project)
        page = Rebase(plan, onto, request.POST if request.method == "POST" else None)
        try:
            check_target(plan, onto, page.lineage)
            if page.is_answered() and (made := page.carry_over(request)):
                return HttpResponseRedirect(admin_url(made, "agree"))
        except AlreadyBased as error:
            messages.info(request, error.detail)
            return HttpResponseRedirect(admin_url(plan, "agree"))
        except GatewayError as error:
            messages.error(request, error.detail)
        return self.plan_page(request, plan, "admin/gateway/rebase.html", tab="rebase", **page.shown())


class Rebase:
    """What is to be decided, and what is decided so far. An answer may bring new conflicts: then those are shown, too."""

    def __init__(self, plan: TaskPlan, onto: TaskPlan | None, data: Any) -> None:
        self.plan = plan
        self.onto = onto
        self.data = data
        self.lineage = Lineage(plan.project_id)
        self.policy_form = PolicyForm(data)
        self.forms: list[ConflictForm] = []
        self.open: set[str] = set()
        """The ids of those that an attempt found still to be decided."""
        if onto is not None:
            self.find_conflicts(onto)

    def find_conflicts(self, onto: TaskPlan) -> None:
        """Look at the merge, without writing, until the answers that were given bring no new conflict."""
        waits = waits_in_both(self.plan, onto)
        while True:
            new = self.new_conflicts(onto)
            added = [ConflictForm(conflict, waits, self.data) for conflict in new]
            self.forms += added
            if not any(form.resolution() for form in added):
                return

    def new_conflicts(self, onto: TaskPlan) -> list[Conflict]:
        known = {form.conflict.id for form in self.forms}
        try:
            merge(self.plan.project, self.plan, onto, self.lineage, self.resolutions(), None)
        except RebaseConflicts as error:
            found = [Conflict.model_validate(conflict) for conflict in error.data["conflicts"]]
            return [conflict for conflict in found if conflict.id not in known]
        except GatewayError:
            return []  # a value that cannot be had: told when it is tried
        return []

    def resolutions(self) -> list[Resolution]:
        return [answer for form in self.forms if (answer := form.resolution())]

    def is_answered(self) -> bool:
        """Whether there is anything to try: the button was pressed, and no value is mistyped."""
        return self.data is not None and self.policy_form.is_valid() and not any(form.errors for form in self.forms)

    def carry_over(self, request: HttpRequest) -> TaskPlan | None:
        policy: Side | None = self.policy_form.cleaned_data["policy"] or None
        try:
            made = services.rebase_plan(
                self.plan, actor=actor_of(request), onto=self.onto, resolutions=self.resolutions(), policy=policy
            )
        except RebaseConflicts as error:
            self.mark(error.data["conflicts"])
            messages.warning(request, f"Nothing was changed yet: {len(self.open)} still to be decided.")
            return None
        messages.success(request, told_rebased(self.plan, made))
        return made

    def mark(self, conflicts: list[dict[str, Any]]) -> None:
        """Show which are still to be decided; with a policy there may be others than without."""
        self.open = {conflict["id"] for conflict in conflicts}
        known = {form.conflict.id for form in self.forms}
        waits = waits_in_both(self.plan, self.onto)
        self.forms += [
            ConflictForm(Conflict.model_validate(conflict), waits, self.data)
            for conflict in conflicts
            if conflict["id"] not in known
        ]

    def shown(self) -> dict[str, Any]:
        return {"onto": self.onto, "conflicts": self.forms, "still_open": self.open, "policy_form": self.policy_form}


def waits_in_both(plan: TaskPlan, onto: TaskPlan | None) -> dict[str, list[str]]:
    """What each task waits for in either plan."""
    waits: dict[str, list[str]] = {}
    for task in [*plan.specs(), *(onto.specs() if onto else [])]:
        waits[task.code] = list(dict.fromkeys([*waits.get(task.code, []), *task.dependencies]))
    return waits


def told_rebased(plan: TaskPlan, made: TaskPlan) -> str:
    anew = ", ".join(f"{old} is {new} now" for old, new in made.renumbered.items())
    base = made.base.version if made.base else "?"
    told = f"Version {plan.version} goes on as version {made.version}, on top of version {base}."
    return f"{told} Its new tasks were numbered anew: {anew}." if anew else told
