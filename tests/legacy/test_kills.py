"""Killed at any moment, the file is the old one or the adopted one. GATEWAY_KILLS sets how often; 20 take a quarter of a minute."""

import os
import subprocess
import sys

import pytest

from tests.legacy.test_adoption import unmeasured
from tests.servers import ROOT

KILLS = int(os.environ.get("GATEWAY_KILLS", "5"))
SEED = 20250917
pytestmark = pytest.mark.scaleout


def test_killed_at_random_moments_it_is_never_between(tmp_path):
    command = [sys.executable, "-m", "tests.legacy.killing", str(tmp_path), str(KILLS), str(SEED)]
    env = unmeasured(tmp_path / "elsewhere.db")
    ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=600, check=False)
    assert ended.returncode == 0, ended.stderr + ended.stdout
    assert len(ended.stdout.splitlines()) == KILLS
