"""What an agent hands in for a task, as the service takes it."""

from typing import Any

from gamedev_gateway.core.errors import InvalidInput

KNOWN = {"criterion", "kind", "note", "artifact", "met"}


def answers_in(evidence: list[dict[str, Any]], criteria: list[str]) -> list[dict[str, Any]]:
    """The answers to the criteria that entries name; one said to be unmet by any entry is not met."""
    answers: dict[str, dict[str, Any]] = {}
    for index, entry in enumerate(evidence):
        if unknown := set(entry) - KNOWN:
            raise InvalidInput(
                {f"evidence.{index}.{min(unknown)}": [f"Unknown member. Known: {', '.join(sorted(KNOWN))}."]}
            )
        if entry.get("criterion") is not None:
            criterion = criterion_meant(entry["criterion"], criteria, index)
            before = answers.get(criterion, {"met": True})
            met = entry.get("met", True)
            note = {"note": entry["note"]} if entry.get("note") else {}
            answers[criterion] = {
                "criterion": criterion,
                **note,
                "met": met if before["met"] is True else before["met"],
            }
    return list(answers.values())


def criterion_meant(said: Any, criteria: list[str], index: int) -> str:
    """A criterion by its text, or by its number from 1. Raises InvalidInput naming those that there are."""
    number = int(said) if isinstance(said, int) or (isinstance(said, str) and said.isdecimal()) else 0
    if said in criteria:
        return said
    if 1 <= number <= len(criteria):
        return criteria[number - 1]
    known = " ".join(f"{place}. {text}" for place, text in enumerate(criteria, start=1)) or "none"
    raise InvalidInput({f"evidence.{index}.criterion": [f"The task has no such criterion. It has: {known}"]})


def evidence_in(evidence: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was shown, without the answers: kind, note, artifact."""
    return [{name: entry[name] for name in ("kind", "note", "artifact") if name in entry} for entry in evidence]
