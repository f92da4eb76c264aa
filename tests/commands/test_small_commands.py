"""create_token and new_project: what they print, and where."""

import re
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from agents.models import AccessToken, Scope
from agents.tokens import create_token
from gamedev_gateway.greeting import greeting
from gamedev_gateway.simulation.passes import short_lived_token
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


def test_new_project_tells_an_id_that_cannot_be_one(alice):
    with pytest.raises(CommandError, match=r"^'Bad Id' cannot be a project's id\. Use a-z, 0-9"):
        run("new_project", PIXEL_JUMPER, "--owner", "alice", "--id", "Bad Id")


def test_the_second_start_names_who_signs_in_and_how_to_get_a_new_password(alice):
    alice.is_superuser = True
    alice.save()
    told = greeting("http://127.0.0.1:8000", None)
    assert "Sign in as alice." in told
    assert "changepassword alice" in told
    assert "create_token alice)" in told


def test_tokens_whose_process_was_killed_go_with_the_next(alice):
    create_token(alice, name="watch", scopes=["read"], expires_at=timezone.now() - timedelta(hours=1))
    with short_lived_token(alice, name="watch", scopes=[Scope.READ]):
        assert AccessToken.objects.count() == 1
    assert not AccessToken.objects.exists()
