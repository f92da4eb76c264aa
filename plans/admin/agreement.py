"""The page on which people come to agree: what a proposal changes, what is said of it, who approves, and accepting."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action
from unfold.enums import ActionVariant

from gamedev_gateway.core.api import actor_of
from gamedev_gateway.core.errors import GatewayError
from plans import services
from plans.admin.access import may, require
from plans.admin.agreement_forms import CommentForm, ReplyForm, ReviewForm
from plans.admin.discussion import reviews_on, threads_on
from plans.admin.pages import admin_url
from plans.admin.plan_pages import PlanPages
from plans.admin.reading import diff_in_words, readable_by_code
from plans.admin.standing import without_address
from plans.diff import PlanDiff, diff_plans
from plans.errors import NeedsMoreChanges, NotAgreed
from plans.lineage import Lineage, Version, specs_of
from plans.models import Comment, Role, TaskPlan
from plans.proposed_changes import proposed_changes
from plans.spec import TaskSpec

COLOURS = {"added": "success", "dropped": "danger", "changed": "info", "moved": "default"}
KINDS = {"added": "new", "dropped": "left out", "changed": "changed", "moved": "moved"}


class AgreementPages(PlanPages):
    """Adds the page `agree` to the admin of plans."""

    @action(description="Discuss and accept", icon="how_to_vote", variant=ActionVariant.PRIMARY)
    def agree(self, request: HttpRequest, object_id: str) -> HttpResponse:
        page = Agreement(request, self.find(request, object_id, Role.VIEWER))
        if request.method == "POST" and (goes_to := page.act()):
            return HttpResponseRedirect(goes_to)
        return self.plan_page(request, page.plan, "admin/gateway/agree.html", tab="agree", **page.shown())


class Agreement:
    """One request to the page. Each verb gives the address to go to, or None where the page is to be shown again, with
    what was typed and what is wrong with it."""

    def __init__(self, request: HttpRequest, plan: TaskPlan) -> None:
        self.request = request
        self.plan = plan
        self.actor = actor_of(request)
        self.verb = request.POST.get("do", "")
        self.editor = may(request, plan.project_id, Role.EDITOR)
        self.missing: dict[str, dict[str, str]] = {}
        """The changes that those chosen need besides, by chosen code, with the reason."""

    # What is done

    def act(self) -> str | None:
        verbs: dict[str, Callable[[], str | None]] = {
            "accept": self.accept,
            "accept_chosen": self.accept_chosen,
            "comment": self.say,
            "reply": self.reply,
            "resolve": self.resolve,
            "reopen": self.reopen,
            "review": self.review,
        }
        try:
            return verbs[self.verb]() if self.verb in verbs else None
        except NeedsMoreChanges as error:
            self.missing = error.data["needs"]
        except NotAgreed as error:
            messages.error(self.request, f"Not accepted: {error.detail} What stands in the way is listed below.")
        except GatewayError as error:
            messages.error(self.request, without_address(error.detail))
        return None

    def accept(self) -> str | None:
        return self.take(None)

    def accept_chosen(self) -> str | None:
        if not self.chosen:
            messages.warning(self.request, "Tick the changes that you want first.")
            return None
        return self.take(self.chosen)

    def take(self, codes: list[str] | None) -> str | None:
        require(self.request, self.plan.project_id, Role.EDITOR)
        if not self.is_as_seen("Nothing is accepted yet"):
            return None
        accepted = services.accept_plan(self.plan, actor=self.actor, only=codes)
        messages.success(self.request, told_accepted(accepted))
        return admin_url(accepted)

    def is_as_seen(self, so: str) -> bool:
        """Whether the plan is still what somebody who decides on it has looked at; they are told where it is not."""
        if self.request.POST.get("seen") == self.seen:
            return True
        messages.warning(self.request, f"It was edited since you looked at it. {so}: look again.")
        return False

    def say(self) -> str | None:
        return self.comment(self.comment_form)

    def reply(self) -> str | None:
        return self.comment(self.reply_form)

    def comment(self, form: forms.Form) -> str | None:
        if not form.is_valid():
            return None
        made = services.comment_on_plan(self.plan, actor=self.actor, **form.cleaned_data)
        return self.here(f"comment-{made.in_reply_to_id or made.pk}")

    def resolve(self) -> str | None:
        return self.here(f"comment-{services.resolve_comment(self.named_comment(), actor=self.actor).pk}")

    def reopen(self) -> str | None:
        return self.here(f"comment-{services.reopen_comment(self.named_comment(), actor=self.actor).pk}")

    def named_comment(self) -> Comment:
        heard = Comment.objects.select_related("plan__project").filter(plan__project=self.plan.project_id)
        found = heard.filter(pk=self.number("comment")).first()
        if found is None:
            raise GatewayError("There is no such comment any more; the page shows those that there are.")
        return found

    def number(self, name: str) -> int:
        given = self.request.POST.get(name, "")
        return int(given) if given.isdecimal() and len(given) < 19 else 0

    def review(self) -> str | None:
        if not self.review_form.is_valid() or not self.is_as_seen("Your review is not sent yet"):
            return None
        made = services.review_plan(self.plan, actor=self.actor, **self.review_form.cleaned_data)
        return self.here(f"review-{made.pk}")

    def here(self, place: str) -> str:
        return f"{admin_url(self.plan, 'agree')}#{place}"

    # What is shown

    def data_of(self, *verbs: str) -> Any:
        """What was sent, where it was sent by one of these verbs."""
        return self.request.POST if self.verb in verbs else None

    @cached_property
    def lineage(self) -> Lineage:
        return Lineage(self.plan.project_id)

    @cached_property
    def seen(self) -> str:
        """The state of things that somebody who decides looks at."""
        active = self.lineage.active
        return f"{self.plan.revision}-{active.pk if active else ''}"

    @property
    def chosen(self) -> list[str]:
        """The codes that are ticked, also where the choice is refused."""
        return self.request.POST.getlist("only")

    @cached_property
    def comment_form(self) -> CommentForm:
        about = {"code": self.request.GET.get("about", "")}
        blocks = self.editor and self.plan.status == TaskPlan.Status.PROPOSED
        return CommentForm(self.tasks, self.data_of("comment"), may_block=blocks, initial=about)

    @cached_property
    def reply_form(self) -> ReplyForm:
        return ReplyForm(self.data_of("reply"))

    @cached_property
    def review_form(self) -> ReviewForm:
        return ReviewForm(self.data_of("review"), may_decide=self.editor)

    @cached_property
    def tasks(self) -> list[TaskSpec]:
        return self.plan.specs()

    @cached_property
    def ground(self) -> Version | None:
        """The plan against which the changes are told."""
        return self.lineage.ground(self.plan.pk)

    @cached_property
    def diff(self) -> PlanDiff:
        return diff_plans(specs_of(self.ground)[self.ground.pk] if self.ground else [], self.tasks)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The changes of the plan, each with its words before and after."""
        parts = readable_by_code(self.diff)
        return [
            {"change": change, "colour": COLOURS[change.kind], "kind": KINDS[change.kind], **parts.get(change.code, {})}
            for change in proposed_changes(self.plan).changes
        ]

    def shown(self) -> dict[str, Any]:
        needed = {code: why for more in self.missing.values() for code, why in more.items()}
        return {
            "rows": self.rows,
            "ground": self.ground,
            "counts": diff_in_words(self.diff),
            "totals": self.diff.totals,
            "seen": self.seen,
            "ticked": {*self.chosen, *needed},
            "needed": needed,
            "is_open": self.plan.status == TaskPlan.Status.PROPOSED,
            "editor": self.editor,
            "threads": threads_on(self.plan, self.lineage, self.tasks, actor=self.actor, editor=self.editor),
            "comment_form": self.comment_form,
            "reply_form": self.reply_form,
            "reviews": reviews_on(self.plan, self.lineage),
            "review_form": self.review_form,
        }


def told_accepted(plan: TaskPlan) -> str | SafeString:
    rest = plan.continued_by.first()
    if rest is None:
        return f"Version {plan.version} is the active plan now."
    return format_html(
        'Version {} is the active plan now, with what you chose. The rest is open as <a class="gw-link" href="{}">version {}</a>.',
        plan.version,
        reverse("admin:plans_taskplan_agree", args=[rest.pk]),
        rest.version,
    )
