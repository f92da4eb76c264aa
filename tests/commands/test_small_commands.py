"""create_token and new_project: what they print, and where."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from plans.models import Project
from tests.servers import ROOT

PIXEL_JUMPER = ROOT / "tests" / "data" / "briefs" / "pixel-jumper.yaml"


def run(*arguments: str | Path) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_create_token_prints_one_token_and_nothing_else(alice, client):
    out, err = run("create_token", "alice")
    assert re.fullmatch(r"[0-9a-f]{64}\n", out)
    assert err == ""
    assert client.get("/api/v1/projects/", headers={"Authorization": f"Bearer {out.strip()}"}).status_code == 200


def test_create_token_for_nobody_is_an_error(db):
    with pytest.raises(CommandError, match="There is no active user 'nobody'"):
        run("create_token", "nobody")


def test_new_project_prints_the_id_and_nothing_else(alice):
    assert run("new_project", PIXEL_JUMPER, "--owner", "alice") == ("pixel-jumper\n", "")
    assert Project.objects.get().memberships.get().user == alice


def test_new_project_names_on_stderr_what_the_brief_lacks(alice, tmp_path):
    brief = tmp_path / "game.yaml"
    brief.write_text("name: A Game\npitch: Run.\n")
    out, err = run("new_project", brief, "--owner", "alice")
    assert out == "a-game\n"
    assert err == "Before a plan can be made, the brief needs: genre, mechanics, visual_style.\n"


def test_new_project_with_an_id_that_is_taken_is_an_error(alice):
    run("new_project", PIXEL_JUMPER, "--owner", "alice", "--id", "mine")
    with pytest.raises(CommandError, match="mine"):
        run("new_project", PIXEL_JUMPER, "--owner", "alice", "--id", "mine")
