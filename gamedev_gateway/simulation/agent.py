"""A scripted agent: it asks for work, does what its story tells, hands it in with evidence, and asks again."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from gamedev_gateway.simulation.story import Step, artifacts_of, tell
from gamedev_gateway.simulation.words import FAREWELL

if TYPE_CHECKING:
    from gamedev_gateway.simulation.tools import Tools

Json = dict[str, Any]
TTL = 60
"""Seconds that a claim lives without a sign of life; those of an agent that died are given to another then."""
LOOK_AGAIN = 3.0
LEAST_PAUSE = 0.2
"""Seconds between two looks for work, at normal speed and at any."""
MODEL = "scripted"
NOT_OURS_ANY_MORE = {"stale_claim", "claimed", "wrong_status", "task_superseded", "not_found", "not_claimed"}


class Died(Exception):
    """The agent exists no more: nobody has said goodbye for it."""


class Unmet(Exception):
    """The gateway does not believe that a task is done."""


class Reporter(Protocol):
    """Is told how the play goes."""

    def board(self, tasks: list[Json]) -> None: ...

    def step(self, task: Json, step: Step) -> None: ...

    def note(self, text: str) -> None: ...


@dataclass
class Pace:
    """How fast it goes: pauses are divided by `speed`; 0 is without any."""

    speed: float

    def seconds(self, pause: float) -> float:
        return pause / self.speed if self.speed else 0.0


@dataclass
class Work:
    """A task with the claim on it, and the artifacts that are registered for it, by path."""

    task: Json
    grip: dict[str, int]
    handoff: str
    artifacts: dict[str, int] = field(default_factory=dict)
    questions: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, answer: Json) -> "Work":
        grip = {"claim": answer["claim"], "fence": answer["fence"]}
        return cls(answer["task"], grip, answer.get("handoff", ""), made_before(answer))


def made_before(answer: Json) -> dict[str, int]:
    """What is registered for a task already, as far as its context pack tells: path → id."""
    told = [item for item in answer["context_pack"]["items"] if item["kind"] == "artifact"]
    paths = [artifact["path"] for artifact in artifacts_of(answer["task"])]
    return {path: int(item["ref"]) for item in told for path in paths if path in item["text"]}


class Agent:
    """One agent's session, through however many connections it takes. `lives_for`: after so many steps it dies. `is_over`: asked
    when there is nothing to do; without it, the plan is looked at."""

    def __init__(
        self,
        name: str,
        project: str,
        *,
        reporter: Reporter,
        pace: Pace,
        seed: int = 0,
        ttl: int = TTL,
        lives_for: int | None = None,
        is_over: "Callable[[Tools], Awaitable[bool]] | None" = None,
    ) -> None:
        self.name, self.project = name, project
        self.reporter, self.pace, self.seed, self.ttl = reporter, pace, seed, ttl
        self.lives_for = lives_for
        self.is_over = is_over or self.is_all_done
        self.run = 0
        self.idle = ""
        """Why there is nothing to do, while there is nothing."""
        self.heard_at = 0.0
        """When the gateway answered last, by time.monotonic()."""

    async def work(self, tools: "Tools") -> None:
        """Until every task is done. After a lost connection it is called again, and goes on where it was. Raises Died, Unmet, and
        what the tools raise."""
        while (work := await self.next_work(tools)) is not None:
            await self.play(work, tools)
        if self.run:
            await self.call(tools, "end_run", run=self.run, summary=FAREWELL)
            self.run = 0

    async def call(self, tools: "Tools", tool: str, **arguments: Any) -> Json:
        answer = await tools.call(tool, **arguments)
        self.heard_at = time.monotonic()
        return answer

    async def next_work(self, tools: "Tools") -> Work | None:
        """A task to do; None when all are done."""
        while True:
            answer = await self.ask_for_work(tools)
            if "task" in answer:
                self.idle = ""
                return Work.of(answer)
            if await self.is_over(tools):
                return None
            self.say_why_idle(answer["reasons"][0])
            await asyncio.sleep(max(self.pace.seconds(LOOK_AGAIN), LEAST_PAUSE))

    def say_why_idle(self, reason: str) -> None:
        if reason != self.idle:
            self.reporter.note(f"{self.name}: {reason}")
        self.idle = reason

    async def ask_for_work(self, tools: "Tools") -> Json:
        """The answer of `claim_next_task`, in the run that there is, or in a new one where somebody has ended it."""
        from gamedev_gateway.simulation.tools import Refused

        if self.run:
            try:
                return await self.call(tools, "claim_next_task", run=self.run, ttl=self.ttl)
            except Refused as refused:
                if refused.code not in ("run_ended", "not_found"):
                    raise
        begun = await self.call(tools, "start_run", project=self.project, agent=self.name, model=MODEL)
        self.run = begun["run"]
        return await self.call(tools, "claim_next_task", run=self.run, ttl=self.ttl)

    async def is_all_done(self, tools: "Tools") -> bool:
        plan = await tools.read(f"gateway://projects/{self.project}/plan")
        return all(task["status"] in ("done", "dropped") for task in plan["tasks"])

    # A task

    async def play(self, work: Work, tools: "Tools") -> None:
        """Play a task's story. When somebody else has the task now, leave it."""
        from gamedev_gateway.simulation.tools import Refused

        try:
            for step in tell(work.task, self.seed, work.handoff):
                await self.rest(step.pause, work, tools)
                self.age()
                await self.take(step, work, tools)
                self.reporter.step(work.task, step)
        except Refused as refused:
            if refused.code not in NOT_OURS_ANY_MORE:
                raise
            self.reporter.note(f"{work.task['code']} is not {self.name}'s any more: {refused}")

    def age(self) -> None:
        if self.lives_for is not None:
            self.lives_for -= 1
            if self.lives_for < 0:
                raise Died(self.name)

    async def rest(self, pause: float, work: Work, tools: "Tools") -> None:
        """A pause, with signs of life where it is long."""
        left = self.pace.seconds(pause)
        while left > self.ttl / 3:
            await asyncio.sleep(self.ttl / 3)
            left -= self.ttl / 3
            await self.listen(Step("listen"), work, tools)
        await asyncio.sleep(left)

    async def take(self, step: Step, work: Work, tools: "Tools") -> None:
        special: Mapping[str, Callable[[Step, Work, Tools], Awaitable[Any]]] = {
            "decide": self.decide,
            "ask": self.ask,
            "listen": self.listen,
            "register": self.register,
            "complete": self.complete,
        }
        plain = {"progress": "report_progress", "block": "report_blocker", "release": "release_task"}
        if act := special.get(step.verb):
            await act(step, work, tools)
        else:
            await self.call(tools, plain[step.verb], **work.grip, **step.body)

    async def decide(self, step: Step, work: Work, tools: "Tools") -> None:
        await self.call(tools, "log_decision", run=self.run, code=work.task["code"], **step.body)

    async def ask(self, step: Step, work: Work, tools: "Tools") -> None:
        await self.call(tools, "ask_question", run=self.run, code=work.task["code"], **step.body)
        work.questions.add(step.body["question"])

    async def listen(self, step: Step, work: Work, tools: "Tools") -> None:
        """A sign of life; what people answered meanwhile becomes a decision."""
        for told in (await self.call(tools, "heartbeat", **work.grip))["answers"]:
            if told["question"] in work.questions:
                work.questions.remove(told["question"])
                said = {"text": f"{told['question']} {told['answer']}.", "why": "People were asked."}
                await self.decide(Step("decide", said), work, tools)

    async def register(self, step: Step, work: Work, tools: "Tools") -> None:
        if step.body["path"] not in work.artifacts:
            made = await self.call(tools, "register_artifact", **work.grip, **step.body)
            work.artifacts[step.body["path"]] = made["artifact"]

    async def complete(self, step: Step, work: Work, tools: "Tools") -> None:
        shown = with_ids(step.body["evidence"], work.artifacts)
        answer = await self.call(tools, "submit_completion", **work.grip, evidence=shown)
        if not answer["done"]:
            raise Unmet(f"{work.task['code']} is not believed to be done: {'; '.join(answer['unmet'])}")


def with_ids(evidence: list[Json], artifacts: dict[str, int]) -> list[Json]:
    """The evidence with artifacts by id, as the tool wants them, without those that are not there (any more)."""
    return [
        {**item, "artifact": artifacts[item["artifact"]]} if "artifact" in item else item
        for item in evidence
        if item.get("artifact") is None or item["artifact"] in artifacts
    ]
