"""Agents in processes of their own that are killed while they make a project; docs/storms.md tells of the long storms.

What judges them is tried here too, on logs in which something is amiss.
"""

from pathlib import Path
from typing import Any

import pytest

from storms.agent_truth import Claims
from storms.agents import SETTINGS, AgentStorm
from storms.gateways import gateways

ADA, BEN = ({"kind": "ai", "id": name, "name": name} for name in ("Ada", "Ben"))


@pytest.mark.stories
def test_a_project_is_made_by_agents_that_are_killed_and_stopped_and_each_task_is_done_once(tmp_path: Path) -> None:
    tasks = [
        {"title": f"Part {number}", "acceptance": ["It holds"], "deliverables": ["A script"]} for number in range(6)
    ]
    with gateways(tmp_path, env=SETTINGS) as running:
        storm = AgentStorm(running, agents=3, every=15, seed=1, speed=0, tasks=tasks)
        verdict = storm.run()
    assert verdict.faults == []
    assert min(storm.troubles.values()) >= 1, "Some were killed, and some stopped."


def log_of(*told: tuple[str, dict[str, str], dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"seq": seq, "type": kind, "actor": actor, "task_code": "T-001", "payload": {"resource": "T-001", **payload}}
        for seq, (kind, actor, payload) in enumerate(told, start=1)
    ]


CLAIMED = ("task.claimed", ADA, {"claim_id": 1, "handoff": ""})
REPORTED = ("task.progress", ADA, {})
EXPIRED = ("task.released", {"kind": "system", "id": "", "name": "gateway"}, {"claim_id": 1, "how": "expired"})
TAKEN_UP = ("task.claimed", BEN, {"claim_id": 2, "handoff": "50 %: Half of it."})
DONE = ("task.completed", BEN, {})


def test_work_that_is_taken_up_by_another_is_right() -> None:
    judged = Claims(log_of(CLAIMED, REPORTED, EXPIRED, TAKEN_UP, DONE))
    assert (judged.faults, judged.open) == ([], {})
    assert judged.counts == {"claims": 2, "expired": 1}


def test_a_completion_after_the_claim_ran_out_counts_while_nobody_has_begun_to_redo_it() -> None:
    late = ("task.completed", ADA, {})
    assert Claims(log_of(CLAIMED, REPORTED, EXPIRED, late)).counts["late completions"] == 1
    assert Claims(log_of(CLAIMED, REPORTED, EXPIRED, TAKEN_UP, late)).faults != []


@pytest.mark.parametrize(
    ("amiss", "log"),
    [
        ("claimed twice", [CLAIMED, TAKEN_UP]),
        ("held by Ben", [CLAIMED, EXPIRED, TAKEN_UP, REPORTED]),
        ("held by nobody", [CLAIMED, EXPIRED, REPORTED]),
        ("held by nobody", [REPORTED]),
        ("without what was left", [CLAIMED, REPORTED, EXPIRED, ("task.claimed", BEN, {"claim_id": 2, "handoff": ""})]),
        ("that was not open", [CLAIMED, EXPIRED, EXPIRED]),
        ("that was not open", [CLAIMED, ("task.released", ADA, {"claim_id": 7, "how": "released"})]),
    ],
)
def test_what_must_not_be_is_found_in_the_log(amiss: str, log: list[Any]) -> None:
    assert any(amiss in fault for fault in Claims(log_of(*log)).faults)
