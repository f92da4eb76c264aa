"""What is true in the end of a storm of planners: what became of each edit that was answered, and what the log says."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx

from plans.diff import apply_diff
from plans.spec import TaskSpec
from storms.planners import PROJECT, Edit, World, specs_of
from storms.truth import Log, check_log, read_log

MADE = ("plan.created", "plan.generated", "plan.refined", "plan.rebased")
FATES = ("in the plan", "open", "overwritten", "decided", "taken back")
"""What may become of an edit. Taken back: a drop of a task that only its own proposal had added."""


class Truth:
    """All versions of the plan, and the log."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self.log: Log = read_log(http, PROJECT)
        self.plans = {plan["id"]: plan for plan in self.every_plan()}
        self.tasks = {pk: {task.code: task for task in specs_of(plan)} for pk, plan in self.plans.items()}
        self.next = {plan["continues"]: pk for pk, plan in self.plans.items() if plan["continues"]}
        self.accepted = [event["payload"]["plan_id"] for event in self.of("plan.accepted")]
        self.made = {event["payload"]["plan_id"]: event for event in self.of(*MADE)}
        self.said_at: dict[str, int] = {}
        self.drops: set[str] = set()

    def every_plan(self) -> Iterator[dict[str, Any]]:
        url: str | None = f"projects/{PROJECT}/plans/?limit=50"
        while url:
            page = self.http.get(url).raise_for_status().json()
            yield from page["results"]
            url = page["next"]

    def of(self, *types: str) -> list[dict[str, Any]]:
        return [event for event in self.log if event["type"] in types]

    def check(self, world: World) -> tuple[list[str], dict[str, int]]:
        """The faults, and how many edits had which fate."""
        faults = [
            *check_log(PROJECT, self.log),
            *self.check_versions(),
            *self.check_accepted(),
            *self.check_board(world),
        ]
        self.said_at = {edit.marker: self.seq_of(edit) for edit in world.edits}
        self.drops = {edit.code for edit in world.edits if edit.kind == "drop"}
        fates = [(edit, self.fate(edit)) for edit in world.edits]
        faults += [f"{edit} is {fate}" for edit, fate in fates if fate not in FATES]
        return faults, {name: sum(fate == name for _, fate in fates) for name in FATES}

    # The log

    def check_versions(self) -> list[str]:
        versions = [event["payload"]["version"] for event in self.of(*MADE)]
        if versions != list(range(1, len(self.plans) + 1)):
            return [f"versions do not rise by one: {versions}"]
        return []

    def check_accepted(self) -> list[str]:
        """One plan after the other is accepted; their differences alone give the active one."""
        faults = []
        now, tasks = None, list[TaskSpec]()
        for event in self.of("plan.accepted"):
            payload = event["payload"]
            if payload["previous"] != now:
                faults.append(f"{payload['plan_id']} followed {payload['previous']}, not {now}")
            now, tasks = payload["plan_id"], apply_diff(tasks, payload["diff"])
            if tasks != list(self.tasks[now].values()):
                faults.append(f"the log does not give plan {now}")
        active = [pk for pk, plan in self.plans.items() if plan["status"] == "accepted"]
        return faults if active == [now] else [*faults, f"{active} are accepted, the log says {now}"]

    def check_board(self, world: World) -> list[str]:
        now = self.http.get(f"projects/{PROJECT}/state/").raise_for_status().json()
        then = self.http.get(f"projects/{PROJECT}/state/?at={len(self.log)}").raise_for_status().json()
        faults = [f"the log does not give the state: {name}" for name in now if now[name] != then[name]]
        status = {task["code"]: task["status"] for task in self.plans[self.accepted[-1]]["tasks"]}
        left_out = {each["code"] for event in self.of("plan.accepted") for each in event["payload"]["work_dropped"]}
        undone = [code for code in world.done if status.get(code) != "done" and code not in left_out]
        return [*faults, *(f"{code} was done and is {status.get(code)}" for code in undone)]

    # Edits

    def seq_of(self, edit: Edit) -> int:
        """When it was committed."""
        for event in self.of("plan.edited"):
            if event["payload"]["reason"] == edit.marker:
                return int(event["seq"])
        return int(self.made[edit.plan]["seq"])

    def fate(self, edit: Edit) -> str:
        pk: int | None = edit.plan
        code = edit.code
        if edit.kind == "drop" and code not in self.ground(edit.plan):
            return "taken back"
        while pk is not None:
            holds, accepted = self.holds(edit, pk, code), pk in self.accepted
            if holds and accepted:
                return self.fate_since(edit, pk, code)
            if holds and self.plans[pk]["status"] == "proposed":
                return "open"
            if not holds and (reason := self.why_not(edit, pk, code)):
                return reason
            if not holds and not accepted:
                return f"lost in plan {pk}"
            pk = self.next.get(pk)
            code = self.renumbered(pk).get(code, code)
        return "lost: nothing took its place"

    def fate_since(self, edit: Edit, pk: int, code: str) -> str:
        """What became of it in the plans that were accepted later."""
        for later in self.accepted[self.accepted.index(pk) + 1 :]:
            if not self.holds(edit, later, code):
                return self.why_not(edit, later, code) or f"lost when plan {later} was accepted"
        return "in the plan"

    def holds(self, edit: Edit, pk: int, code: str) -> bool:
        task = self.tasks[pk].get(code)
        return task is None if edit.kind == "drop" else task is not None and task.title == edit.marker

    def why_not(self, edit: Edit, pk: int, code: str) -> str | None:
        """Somebody has said something else later, or was asked when plans were merged."""
        if any(self.is_about(conflict, code) for conflict in self.resolved(edit, pk)):
            return "decided"
        task = self.tasks[pk].get(code)
        if task is None:
            return "overwritten" if code in self.drops or self.refined_away(pk) else None
        return "overwritten" if self.said_at.get(task.title, 0) > self.said_at[edit.marker] else None

    def refined_away(self, pk: int) -> bool:
        """Whether the planner was asked to make it smaller on the way."""
        return any(self.made[each]["type"] == "plan.refined" for each in self.way_back(pk))

    def is_about(self, conflict: Mapping[str, Any], code: str) -> bool:
        return conflict["code"] == code and conflict["field"] in (None, "title")

    def resolved(self, edit: Edit, pk: int) -> Sequence[Mapping[str, Any]]:
        """What was decided on the way to a version after an edit was made."""
        since = [self.made[way] for way in self.way_back(pk) if self.made[way]["seq"] > self.said_at[edit.marker]]
        return [each for event in since for each in event["payload"].get("resolved", ())]

    def way_back(self, pk: int | None) -> Iterator[int]:
        """A version and those that it continues."""
        while pk is not None:
            yield pk
            pk = self.plans[pk]["continues"]

    def ground(self, pk: int) -> Mapping[str, TaskSpec]:
        """The tasks of the accepted plan that a version comes from."""
        at: int | None = self.plans[pk]["base"]
        while at is not None and at not in self.accepted:
            at = self.plans[at]["base"]
        return self.tasks[at] if at is not None else {}

    def renumbered(self, pk: int | None) -> Mapping[str, str]:
        return self.made[pk]["payload"].get("renumbered", {}) if pk is not None else {}
