"""Evidence in another gateway: what it shows is there, what it names and is not carried over is gone for good."""

import json

from gamedev_gateway.core.actors import Actor
from plans import services
from plans.evidence import Entry
from plans.models import Artifact, Project, Task
from tests.exchange.conftest import exported, imported, task


def rich(project, alice):
    """A task with a tool's result, a file that was registered anew, a model's opinion, and a person's word."""
    person, agent = Actor.person(alice), Actor.agent(alice, id="ada", name="Ada")
    services.update_project(project, {"evidence_level": "seen", "ai_verification": True}, actor=person)
    made = task(project, "T-002")
    fields = {"type": "png", "category": "screenshot", "path": "title.png"}
    old = services.register_artifact(made, actor=agent, sha256="a" * 64, **fields)
    services.note_tool_result(made, tool_call=41, tool="unity/test", run="t", kind="test", passed=1, actor=agent)
    services.show_evidence(
        made,
        [{"kind": "screenshot", "artifact": old.pk}, {"kind": "log", "excerpt": "ok"}],
        opinions=[Entry(n=1, kind="model", criterion="It works", verdict="met", generation=17)],
        actor=agent,
    )
    services.register_artifact(made, actor=agent, sha256="b" * 64, **fields)
    services.judge_evidence(made, 3, verdict="disputed", note="Old.", actor=person)


def test_evidence_is_carried_over_whole(told, alice, tmp_path):
    rich(told, alice)
    before = exported(told)
    entries = Task.objects.active().get(code="T-002").shown
    verdicts = Task.objects.active().get(code="T-002").verdicts("seen")
    services.delete_project(told, actor=Actor.person(alice))
    imported(before, tmp_path / "it.json", alice)
    project = Project.objects.get()
    assert (project.evidence_level, project.ai_verification) == ("seen", True)
    now = Task.objects.active().get(code="T-002")
    assert now.verdicts("seen") == verdicts
    test, picture, log, opinion = now.shown
    newer = Artifact.objects.filter(path="title.png").latest("pk")
    assert picture.stale and picture.stale.artifact == newer.pk and picture.artifact == newer.pk - 1
    assert (test.tool_call, opinion.generation) == (-1, -1), "Neither calls nor runs are carried over."
    assert [
        each.model_copy(update={"artifact": None, "stale": None, "tool_call": None, "generation": None})
        for each in now.shown
    ] == [
        each.model_copy(update={"artifact": None, "stale": None, "tool_call": None, "generation": None})
        for each in entries
    ]
    assert log.judged and log.judged.note == "Old."
    assert exported(project) == before


def test_an_export_of_before_evidence_had_levels_is_read(told, alice, tmp_path):
    document = json.loads(exported(told))
    for name in ("evidence_level", "ai_verification"):
        del document["project"][name]
    document["format_version"] = 3
    services.delete_project(told, actor=Actor.person(alice))
    imported(json.dumps(document).encode(), tmp_path / "it.json", alice)
    assert (Project.objects.get().evidence_level, Project.objects.get().ai_verification) == ("said", False)
