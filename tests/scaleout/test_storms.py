"""Clients at random, and nothing lost, doubled or misplaced: a short storm; docs/storms.md tells of the long ones."""

import asyncio
from pathlib import Path

import pytest

from storms.gateways import gateways
from storms.weather import Plan, Storm
from tests.scaleout.conftest import REREAD

pytestmark = pytest.mark.scaleout


def test_a_server_that_is_killed_and_hints_that_come_anyhow_lose_nothing(tmp_path: Path) -> None:
    plan = Plan(clients=30, rate=48, seconds=6, kills=1)
    env = {**REREAD, "DJANGO_SETTINGS_MODULE": "storms.settings", "STORM_DOORBELL": "unreliable"}
    with gateways(tmp_path, env=env) as running:
        verdict = asyncio.run(Storm(plan, running, seed=1).run())
    assert verdict.faults == []
    assert verdict.acknowledged == 288
