"""Verdicts of a language model on whether evidence shows that acceptance criteria are met. No database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gamedev_gateway.core.llm import Model, Usage, load_prompt
from gamedev_gateway.core.llm.room import Line as Entry
from gamedev_gateway.core.llm.room import fitting
from gamedev_gateway.core.llm.usage import CHARACTERS_PER_TOKEN
from plans.planner.wording import excerpt
from plans.spec import Line

LONGEST_CRITERION = 1_000
LONGEST_ENTRY = 2_000
NOT_VERIFIED = "Nobody has verified this: no model is set that could."


@dataclass(frozen=True)
class VerifyOrder:
    """What a completion is judged by. answers: [{criterion, met, note?}]; evidence: notes and artifacts, as JSON says them."""

    code: str
    title: str
    description: str
    criteria: tuple[str, ...]
    answers: Sequence[Mapping[str, Any]]
    evidence: Sequence[Mapping[str, Any]]


class ProposedVerdict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    number: int = Field(description="Of the criterion, from 1.")
    verdict: Literal["met", "unmet", "unclear"]
    reason: Line = Field(description="What in the evidence shows that, or what is missing; one sentence.")


class ProposedVerdicts(BaseModel):
    """The verdicts that a model is asked for: one for each criterion."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    verdicts: list[ProposedVerdict] = Field(max_length=50)


async def propose_verdicts(model: Model, order: VerifyOrder, usage: Usage) -> ProposedVerdicts:
    """A verdict on each criterion, in their order. Raises ModelError."""
    room = model.limits.prompt * CHARACTERS_PER_TOKEN
    values = {
        "task": excerpt(f"{order.code} {order.title}: {order.description}", room // 8),
        "criteria": "\n".join(f"{at}. {excerpt(said, LONGEST_CRITERION)}" for at, said in enumerate(order.criteria, 1)),
        "answers": fitting([Entry(answer_line(order, answer)) for answer in order.answers], room // 6, "answers"),
        "evidence": fitting([Entry(evidence_line(item)) for item in order.evidence], room // 2, "entries"),
    }

    def faults(answer: ProposedVerdicts) -> list[str]:
        return verdict_faults(answer, len(order.criteria))

    return (await model.ask(load_prompt("plans.verify", values), ProposedVerdicts, faults, usage=usage)).value


def answer_line(order: VerifyOrder, answer: Mapping[str, Any]) -> str:
    number = order.criteria.index(answer["criterion"]) + 1
    note = f": {excerpt(answer['note'], LONGEST_ENTRY)}" if answer.get("note") else ""
    return f"{number}. {'said to be met' if answer['met'] else 'said not to be met'}{note}"


def evidence_line(item: Mapping[str, Any]) -> str:
    return excerpt(
        "; ".join(f"{name}: {value}" for name, value in item.items() if value not in (None, "", {})), LONGEST_ENTRY
    )


def verdict_faults(answer: ProposedVerdicts, criteria: int) -> list[str]:
    numbers = sorted(verdict.number for verdict in answer.verdicts)
    if numbers == list(range(1, criteria + 1)):
        return []
    return [f"There must be one verdict for each of the numbers 1 to {criteria}, and there is one for: {numbers}."]


def verdicts_of(order: VerifyOrder, answer: ProposedVerdicts | None) -> list[dict[str, str]]:
    """[{criterion, verdict, reason}] in the order of the criteria; without a model's answer nothing is verified, and it says so."""
    if answer is None:
        return [{"criterion": said, "verdict": "not_verified", "reason": NOT_VERIFIED} for said in order.criteria]
    by_number = {verdict.number: verdict for verdict in answer.verdicts}
    return [
        {"criterion": said, "verdict": by_number[at].verdict, "reason": by_number[at].reason}
        for at, said in enumerate(order.criteria, 1)
    ]
