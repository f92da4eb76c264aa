"""The child process that checks: it answers like the check itself, and what it may not use ends it alone."""

import os
from io import BytesIO
from typing import Any

import orjson
import pytest

from plans.checking import __main__ as child
from plans.checking import outside
from plans.checking.budgets import Budgets
from plans.checking.check import check
from plans.checking.outside import CheckFailed, Limits, check_file
from plans.checking.surroundings import Surroundings
from tests.plans import files_to_check as files

ASKED: dict[str, Any] = {"budgets": Budgets(), "around": Surroundings(), "screenshot": False, "limits": Limits()}


def seen(tmp_path, data: bytes, name: str, **asked: Any) -> dict[str, Any]:
    (tmp_path / "file").write_bytes(data)
    with (tmp_path / "file").open("rb") as file:
        file.read(2)
        return check_file(file, name, **{**ASKED, **asked})


def error_codes(told: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in told["findings"] if finding["level"] == "error"]


def test_a_child_sees_what_the_check_sees_and_is_told_what_to_judge_by(tmp_path):
    swatch, budgets = files.one_colour(size=(12, 9)), Budgets(max_texture_px=10)
    report = check(swatch, "a.png", budgets=budgets, screenshot=True)
    assert report.codes() == ["over_budget", "blank"]
    told = seen(tmp_path, swatch, "a.png", budgets=budgets, screenshot=True)
    assert told == {**report.as_dict(), "valid": False}


def test_a_check_that_computes_too_long_is_ended_and_is_a_verdict(tmp_path, monkeypatch):
    monkeypatch.setattr(outside, "PATIENCE", 60)
    told = seen(tmp_path, b"- a\n" * 2_400_000, "a.yaml", limits=Limits(seconds=1))
    assert (told["valid"], error_codes(told)) == (False, ["too_slow"])


def test_a_check_that_needs_too_much_memory_is_a_verdict(tmp_path):
    many = b"[" + b"[]," * 3_000_000 + b"[]]"
    told = seen(tmp_path, many, "a.json", limits=Limits(memory_bytes=150_000_000))
    assert (told["valid"], error_codes(told)) == (False, ["too_much_memory"])


def test_a_child_that_dies_is_a_verdict(tmp_path, monkeypatch):
    monkeypatch.setattr(outside, "run_child", lambda *_: outside.subprocess.CompletedProcess([], -11))
    told = seen(tmp_path, b"{}", "a.json")
    assert (told["kind"], error_codes(told)) == ("json", ["ended_the_check"])
    assert "SIGSEGV" in told["findings"][0]["message"]


def test_a_child_that_never_began_says_nothing_about_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(outside.sys, "executable", "/nowhere/python")
    with pytest.raises(CheckFailed, match="No process"):
        seen(tmp_path, b"{}", "a.json")
    monkeypatch.setattr(outside.sys, "executable", "/bin/false")
    with pytest.raises(CheckFailed, match="ended with 1"):
        seen(tmp_path, b"{}", "a.json")


def test_a_machine_that_is_too_busy_says_nothing_about_the_file(tmp_path, monkeypatch):
    def late(*args: Any, timeout: float, **kwargs: Any) -> None:
        raise outside.subprocess.TimeoutExpired("python", timeout)

    monkeypatch.setattr(outside.subprocess, "run", late)
    with pytest.raises(CheckFailed, match="too busy"):
        seen(tmp_path, b"{}", "a.json")


def test_a_child_learns_no_secret(monkeypatch):
    monkeypatch.setitem(os.environ, "SECRET_KEY", "s")
    assert not {"SECRET_KEY", "DATABASE_URL"} & set(outside.ENVIRONMENT)


def test_the_childs_side_answers_in_json():
    question = {
        "name": "a.prefab",
        "budgets": {},
        "files": [],
        "guids": {files.OTHER_GUID: "other"},
        "known_guids": [files.HERO_GUID],
        "screenshot": False,
    }
    told = orjson.loads(child.answer(orjson.dumps(question), BytesIO(files.PREFAB)))
    assert (told["valid"], told["facts"]["objects"]) == (True, 4)
