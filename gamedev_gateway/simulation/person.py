"""What a person does while agents work, over REST: accepts the plan, answers questions, clears the way, and looks again."""

from typing import Any

from gamedev_gateway.simulation.client import Api, ApiError
from gamedev_gateway.simulation.story import second_look, way_out

Json = dict[str, Any]
NOT_POSSIBLE = (403, 404, 409, 412)
"""Somebody else was faster, or it is not this token's to do; others may."""


class Person:
    """The person in whose name agents work on one project. One that `doubts` reopens a task now and then."""

    def __init__(self, api: Api, project_id: str, *, seed: int = 0, doubts: bool = True) -> None:
        self.api = api
        self.project = f"projects/{project_id}/"
        self.seed = seed
        self.doubts = doubts
        self.looked_again: set[str] = set()

    def see_project(self) -> Json:
        return self.api.get(self.project)

    def see_board(self) -> list[Json]:
        return [task for task in self.api.all(f"{self.project}tasks/") if task["status"] != "dropped"]

    # The plan

    def agree_on_a_plan(self) -> None:
        """Accept the newest proposal, made now where there is none; unless somebody else has just accepted one."""
        versions = list(self.api.all(f"{self.project}plans/"))
        if any(plan["status"] == "accepted" for plan in versions):
            return
        plan = next((plan for plan in versions if plan["status"] == "proposed"), None)
        plan = plan or self.api.post(f"{self.project}plans/generate/", {})
        try:
            self.accept(plan)
        except ApiError as error:
            if error.status not in (404, 409) or self.see_project()["active_plan"] is None:
                raise

    def accept(self, plan: Json) -> None:
        self.api.post(f"plans/{plan['id']}/accept/", {})

    def wishes(self) -> set[str]:
        """What was asked of the planner so far."""
        return {version["instructions"] for version in self.api.all(f"{self.project}plans/")}

    def refine(self, wish: str) -> Json:
        """A new version of the active plan."""
        plan = self.api.get(f"{self.project}plans/active/")
        refined: Json = self.api.post(f"plans/{plan['id']}/refine/", {"instructions": wish})
        return refined

    def say(self, text: str) -> None:
        self.api.post(f"{self.project}events/", {"type": "chat", "payload": {"text": text}})

    def have_written(self, document: Json) -> None:
        """Have the project's first document written, unless it has one."""
        if not any(True for _ in self.api.all(f"{self.project}documents/")):
            made = self.api.post(f"{self.project}documents/", document)
            self.api.post(f"documents/{made['id']}/generate/", {})

    # The work

    def remember(self) -> None:
        """What was looked at again before, so that playing on tells nothing twice."""
        told = self.api.all(f"{self.project}events/", types="task.reopened", after=0)
        self.looked_again = {event["task_code"] for event in told}

    def help(self, board: list[Json]) -> None:
        """Do what a person is needed for now."""
        self.answer_questions()
        for task in board:
            if task["status"] == "blocked" and task["claim"] is None:
                self.clear_the_way(task)
            elif task["status"] == "done" and (reason := self.doubt(task)):
                self.looked_again.add(task["code"])
                self.do(f"tasks/{task['id']}/reopen/", {"reason": reason})

    def doubt(self, task: Json) -> str | None:
        """Why a task that is done is looked at again; None for one that is good."""
        trusted = not self.doubts or task["code"] in self.looked_again
        return None if trusted else second_look(task, self.seed)

    def answer_questions(self) -> None:
        for run in self.api.all(f"{self.project}runs/", status="awaiting_input"):
            for activity in self.api.all(f"runs/{run['id']}/activities/"):
                if activity["kind"] == "elicitation" and not activity["answer"]:
                    answer = next(iter(activity["options"]), "As you think best")
                    self.do(f"activities/{activity['id']}/answer/", {"answer": answer})

    def clear_the_way(self, task: Json) -> None:
        said = {"type": "chat", "payload": {"text": way_out(task["blocked_reason"])}, "task": task["code"]}
        if self.do(f"tasks/{task['id']}/unblock/", {}):
            self.do(f"{self.project}events/", said)

    def do(self, path: str, body: Json) -> bool:
        """Whether it could be done."""
        try:
            self.api.post(path, body)
        except ApiError as error:
            if error.status not in NOT_POSSIBLE:
                raise
            return False
        return True
