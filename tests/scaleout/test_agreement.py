"""People and agents who plan together, and a real list replayed: no edit is lost. docs/storms.md tells of the long ones."""

from pathlib import Path

import pytest

from storms.agreement import AgreementStorm
from storms.gateways import gateways
from storms.histories import read_history
from storms.replay import replay

pytestmark = pytest.mark.scaleout

HISTORIES = Path(__file__).parent.parent / "data" / "histories"


@pytest.mark.parametrize("path", sorted(HISTORIES.glob("*.jsonl")), ids=lambda path: path.stem)
@pytest.mark.django_db
def test_a_real_list_is_replayed_and_every_hand_edit_survives_or_is_asked_about(path: Path) -> None:
    report = replay(read_history(path), seed=1)
    assert report.faults == []
    assert report.counts["versions proposed"] >= 30
    assert report.counts["hand edits"] >= 100


def test_ten_who_plan_at_the_same_time_lose_no_edit(tmp_path: Path) -> None:
    with gateways(tmp_path, env={}) as running:
        verdict = AgreementStorm(running, people=8, agents=2, seconds=10, seed=1).run()
    assert verdict.faults == []
