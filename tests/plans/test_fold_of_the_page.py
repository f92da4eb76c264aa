"""The page folds the log as the gateway does: the same events lead to the same state, in both languages, after every event."""

import json
import random
import shutil
import subprocess
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from gamedev_gateway.core.errors import GatewayError
from plans import history
from plans.models import Project
from tests.api.answers import events
from tests.plans.test_board import ARTIFACTS, OTHER, PLANNING, WORK, Walk
from tests.servers import ROOT

NODE = shutil.which("node")
STEPS = (*WORK, *WORK, *WORK, *OTHER, *ARTIFACTS, *PLANNING)
TIMES = {"started_at", "completed_at", "accepted_at", "timestamp"}
pytestmark = pytest.mark.skipif(NODE is None, reason="needs Debian's nodejs")


def folded_by_the_page(state: dict[str, Any], events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The states after each event, from `state` on, as board.js finds them."""
    given = json.dumps({"state": state, "events": events})
    command = ["node", str(ROOT / "tests/live/js/fold.mjs")]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True, timeout=30)
    return json.loads(done.stdout)


def comparable(value: Any, name: str = "") -> Any:
    """A state whose moments are moments, to the millisecond, as events tell them."""
    if isinstance(value, dict):
        return {key: comparable(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [comparable(each) for each in value]
    if name not in TIMES or not value:
        return value
    moment = datetime.fromisoformat(value)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def test_every_event_leads_to_the_state_that_the_gateway_finds(alice: User, project: Project) -> None:
    walk, chance = Walk(project, alice), random.Random(7)
    for step in [Walk.accept, Walk.start, Walk.complete, *chance.choices(STEPS, k=60), Walk.accept]:
        with suppress(GatewayError):
            step(walk, chance.randrange(100))
    told = events(project)
    states = [history.state_at(project, event["seq"]).model_dump(mode="json") for event in told]
    assert {"plan.accepted", "task.completed", "task.claimed", "task.released"} <= {event["type"] for event in told}
    for found, expected in zip(folded_by_the_page(states[0], told[1:]), states[1:], strict=True):
        assert comparable(found) == comparable(expected)
    assert comparable(states[-1]) == comparable(history.state_now(project).model_dump(mode="json"))


def test_an_average_is_rounded_as_the_gateway_does(propose: Any, alice: User) -> None:
    """Python rounds halves to the even number, JavaScript up: 18.5 and 19.5."""
    plan = propose({"title": "Jump"}, {"title": "Run"})
    walk = Walk(plan.project, alice)
    for step, number in [(Walk.accept, 0), (Walk.start, 0), (Walk.progress, 37), (Walk.progress, 39)]:
        step(walk, number)
    told = events(plan.project)
    first = history.state_at(plan.project, 1).model_dump(mode="json")
    averages = [state["plan"]["stats"]["progress"] for state in folded_by_the_page(first, told[1:])[-2:]]
    assert averages == [18, 20] == [round(37 / 2), round(39 / 2)]
