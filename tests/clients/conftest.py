"""The clients are tested against a scripted server, which misbehaves as told, and against the real one."""

import sys

from tests.realtime.conftest import api, project  # noqa: F401
from tests.servers import ROOT

PYTHON_CLIENT = ROOT / "clients/python"
sys.path.insert(0, str(PYTHON_CLIENT))
