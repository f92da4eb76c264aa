"""Evidence over REST: what a criterion demands, who saw it, what people say of it, and when it is out of date."""

import pytest

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import InvalidInput
from plans import history, services
from plans.board import Board, fold
from plans.models import Task
from tests.api.answers import accept, act, events, refused, task_of, wrong_fields
from tests.api.test_claims import agent, claimed, grip

PROJECT = "/api/v1/projects/pixel-jumper/"
PLAIN, TESTED, SHOT = "The hero jumps", "No test fails [test]", "The title is shown [screenshot]"
SHA = {name: name * 64 for name in "abc"}


@pytest.fixture
def task(propose, alice, as_alice):
    """A task in progress that demands a test run and a screenshot."""
    plan = propose({"title": "Jump", "acceptance": [PLAIN, TESTED, SHOT]})
    services.accept_plan(plan, actor=Actor.person(alice))
    act(as_alice, task_of(plan, "T-001"), "start")
    return task_of(plan, "T-001")


@pytest.fixture
def ada(alice):
    return agent(alice, "Ada")


@pytest.fixture
def held(ada, task):
    return grip(claimed(ada, task, ttl=60))


def shot(client, task, path="shots/title.png", sha256=SHA["a"], category="screenshot", **more):
    fields = {"type": "png", "category": category, "path": path, "sha256": sha256, **more}
    response = client.post(f"/api/v1/tasks/{task.pk}/artifacts/", fields)
    assert response.status_code == 201, response.content
    return response.json()


def yes(task):
    return [{"criterion": criterion, "met": True} for criterion in task.acceptance]


def proof(artifact):
    """Evidence for each criterion."""
    return [
        {"kind": "note", "criterion": PLAIN, "note": "It jumps."},
        {"kind": "test", "criterion": 2, "passed": 3, "failed": 0},
        {"kind": "screenshot", "criterion": SHOT, "artifact": artifact["id"]},
    ]


def complete(client, task, evidence, **more):
    return act(client, task, "complete", acceptance=yes(task), evidence=evidence, **more)


def finished(client, task, **more):
    response = complete(client, task, proof(shot(client, task)), **more)
    assert response.status_code == 200, response.content
    return response.json()


def judge(client, task, number, verb, **body):
    return client.post(f"/api/v1/tasks/{task.pk}/evidence/{number}/{verb}/", body)


def verdicts(told):
    return {each["criterion"]: each["verdict"] for each in told["verdicts"]}


def read(client, task):
    return client.get(f"/api/v1/tasks/{task.pk}/").json()


def own(client, **changes):
    response = client.patch(PROJECT, changes)
    assert response.status_code == 200, response.content


# Completing


def test_a_persons_word_is_not_enough_where_another_kind_is_demanded(as_bob, task, project):
    problem = refused(complete(as_bob, task, []), 409, "criteria_unmet")
    assert problem["unmet"] == [TESTED, SHOT] and problem["unanswered"] == []
    told = {each["criterion"]: each for each in problem["criteria"]}
    assert (told[TESTED]["demands"], told[SHOT]["demands"]) == ("test", "screenshot")
    assert "passed" in told[TESTED]["reason"] and "category screenshot" in told[SHOT]["reason"]
    assert all(told[criterion]["reason"] in problem["detail"] for criterion in told)
    assert events(project, "task.completed", "task.changed") == []


def test_what_is_shown_is_kept_with_who_when_and_the_file_as_it_was(as_bob, task):
    told = finished(as_bob, task)
    assert (told["status"], set(verdicts(told).values())) == ("done", {"met"})
    note, test, picture = told["evidence"]
    assert [each["n"] for each in told["evidence"]] == [1, 2, 3]
    assert (note["criterion"], test["criterion"], picture["criterion"]) == (PLAIN, TESTED, SHOT)
    assert (test["passed"], test["failed"]) == (3, 0)
    assert (picture["path"], picture["sha256"], picture["category"]) == ("shots/title.png", SHA["a"], "screenshot")
    assert all(each["by"] == {"kind": "user", "name": "bob"} and each["at"] for each in told["evidence"])
    assert {each["level"] for each in told["evidence"]} == {"confirmed"}
    assert [each["evidence"] for each in told["verdicts"]] == [[1], [2], [3]]


def test_what_an_agent_shows_is_said_by_it(ada, task, held):
    told = finished(ada, task, **held)
    assert {each["level"] for each in told["evidence"]} == {"said"}
    assert {each["by"]["kind"] for each in told["evidence"]} == {"ai"}


def test_evidence_of_the_contract_names_no_criterion_and_speaks_for_what_demands_its_kind(ada, task, held):
    bare = [{"kind": "test", "passed": 1}, {"kind": "screenshot", "artifact": shot(ada, task)["id"]}]
    assert verdicts(complete(ada, task, bare, **held).json()) == dict.fromkeys(task.acceptance, "met")


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"kind": "log", "criterion": "It sings"}, "criterion"),
        ({"kind": "log", "criterion": 4}, "criterion"),
        ({"kind": "log", "criterion": [1]}, "criterion"),
        ({"kind": "log", "criterion": True}, "criterion"),
        ({"kind": "log", "tool_call": 5}, "tool_call"),
        ({"kind": "log", "artifact": 987}, "artifact"),
        ({"kind": "log", "artifact": 2**70}, "artifact"),
        ({"kind": "test", "passed": -1}, "passed"),
        ({"kind": "test", "passed": 2**70}, "passed"),
        ({"kind": "test", "surprise": 1}, "surprise"),
        ({"note": "x"}, "kind"),
    ],
)
def test_wrong_evidence_is_named(as_bob, task, entry, field):
    assert wrong_fields(complete(as_bob, task, [{"kind": "note"}, entry])) == {f"evidence.1.{field}"}
    assert wrong_fields(act(as_bob, task, "evidence", **entry)) in ({field}, {f"evidence.0.{field}"})


def test_a_done_task_that_a_person_answered_needs_no_more(as_bob, accepted):
    task = task_of(accepted, "T-001")
    act(as_bob, task, "start")
    told = complete(as_bob, task, []).json()
    assert told["verdicts"] == [
        {
            "criterion": task.acceptance[0],
            "demands": None,
            "verdict": "met",
            "level": "confirmed",
            "evidence": [],
            "reason": "",
        }
    ]


# The project's own measure


def test_an_owner_says_what_evidence_is_worth(as_alice, as_bob, ada, task, held):
    own(as_alice, evidence_level="seen")
    assert as_alice.get(PROJECT).json()["evidence_level"] == "seen"
    for change in ({"evidence_level": "said"}, {"ai_verification": True}):
        refused(as_bob.patch(PROJECT, change), 403, "forbidden")
        refused(ada.patch(PROJECT, change), 403, "people_only")
    assert wrong_fields(as_alice.patch(PROJECT, {"evidence_level": "guessed"})) == {"evidence_level"}
    problem = refused(complete(ada, task, proof(shot(ada, task)), **held), 409, "criteria_unmet")
    assert problem["unmet"] == task.acceptance
    assert all("A tool must have seen it" in each["reason"] for each in problem["criteria"])


def test_what_tools_have_seen_counts_where_words_do_not(as_alice, ada, task, held, alice):
    own(as_alice, evidence_level="seen")
    actor = Actor.agent(alice, id="ada", name="Ada")
    picture = shot(ada, task)["id"]
    known = {"task": task, "actor": actor}
    services.note_tool_result(**known, tool_call=1, tool="unity/test", run="t", kind="test", passed=4, failed=0)
    services.note_tool_result(**known, tool_call=2, tool="unity/shot", run="s", kind="screenshot", artifact=picture)
    services.note_tool_result(**known, tool_call=3, tool="unity/log", run="l", excerpt="It jumps.\n" * 900)
    handed = [{"kind": "log", "criterion": PLAIN, "tool_call": 3}]
    wrong = complete(ada, task, [{"kind": "test", "criterion": PLAIN, "tool_call": 3}], **held)
    assert wrong_fields(wrong) == {"evidence.0.kind"}
    told = complete(ada, task, handed, **held).json()
    assert {(each["verdict"], each["level"]) for each in told["verdicts"]} == {("met", "seen")}
    log = told["evidence"][-1]
    assert (log["tool"], log["tool_call"], len(log["excerpt"])) == ("unity/log", 3, 2_000)


def test_a_failing_run_takes_the_place_of_the_one_that_passed(as_alice, ada, task, held, alice):
    known = {"task": task, "actor": Actor.person(alice), "tool": "unity/test", "run": "t", "kind": "test"}
    services.note_tool_result(**known, tool_call=1, passed=4, failed=0)
    services.note_tool_result(**known, tool_call=2, passed=3, failed=1)
    assert verdicts(read(as_alice, task))[TESTED] == "open"
    again = complete(ada, task, [{"kind": "test", "criterion": 2, "tool_call": 1}], **held)
    assert wrong_fields(again) == {"evidence.0.tool_call"}
    with pytest.raises(InvalidInput, match="no such artifact"):
        services.note_tool_result(**known, tool_call=3, artifact=987)


# Before the end


def test_evidence_is_shown_while_the_work_goes_on_and_once_is_enough(ada, as_bob, task, held, project):
    refused(act(ada, task, "evidence", kind="log", criterion=PLAIN, excerpt="up"), 409, "claim_not_shown")
    for _ in range(2):
        told = act(ada, task, "evidence", kind="log", criterion=PLAIN, excerpt="up", **held).json()
    assert [each["excerpt"] for each in told["evidence"]] == ["up"]
    told = act(as_bob, task, "evidence", kind="sign-off", criterion=1, note="I saw it jump.").json()
    assert [each["level"] for each in told["evidence"]] == ["said", "confirmed"]
    changes = events(project, "task.changed")
    assert [len(change["payload"]["fields"]["evidence"]["to"]) for change in changes] == [1, 2]
    assert changes[1]["payload"]["fields"]["evidence"]["from"] == changes[0]["payload"]["fields"]["evidence"]["to"]
    assert changes[0]["payload"]["why"] == "Evidence was shown."


def test_a_task_takes_only_so_much(as_bob, task, monkeypatch):
    monkeypatch.setattr("plans.services.evidence.MOST_ENTRIES", 1)
    act(as_bob, task, "evidence", kind="note", note="one")
    assert wrong_fields(act(as_bob, task, "evidence", kind="note", note="two")) == {"evidence"}


def test_what_is_dropped_takes_no_evidence(as_alice, task, propose):
    plan = propose({"title": "Another"})
    accept(as_alice, plan.pk)
    dropped = task_of(plan, "T-001")
    assert dropped.status == "dropped"
    refused(act(as_alice, dropped, "evidence", kind="note"), 409, "wrong_status")
    refused(act(as_alice, task, "evidence", kind="note"), 409, "task_superseded")


# What people say of it


def test_a_person_confirms_what_an_agent_has_shown(as_alice, as_bob, ada, task, held, project):
    own(as_alice, evidence_level="confirmed")
    for entry in proof(shot(ada, task)):
        act(ada, task, "evidence", **entry, **held)
    refused(complete(ada, task, [], **held), 409, "criteria_unmet")
    for number in (1, 2, 3):
        told = judge(as_bob, task, number, "confirm", note="I looked.").json()
    assert told["evidence"][0]["judged"]["by"] == {"kind": "user", "name": "bob"}
    assert complete(ada, task, [], **held).json()["status"] == "done"
    assert events(project, "task.changed")[-1]["payload"]["why"] == "Evidence 3 was confirmed."


def test_what_a_person_disputes_counts_no_more_until_they_think_better_of_it(as_bob, ada, task, held):
    finished(ada, task, **held)
    told = judge(as_bob, task, 2, "dispute", note="That was last week's build.").json()
    assert told["status"] == "done"
    assert verdicts(told) == {PLAIN: "met", TESTED: "disputed", SHOT: "met"}
    assert "last week" in told["verdicts"][1]["reason"]
    assert verdicts(judge(as_bob, task, 2, "confirm").json())[TESTED] == "met"


def test_judging_is_for_people_who_may_write(as_bob, as_vera, as_charlie, ada, task, held):
    finished(ada, task, **held)
    for verb in ("confirm", "dispute"):
        refused(judge(ada, task, 1, verb), 403, "people_only")
        refused(judge(as_vera, task, 1, verb), 403, "forbidden")
        refused(judge(as_charlie, task, 1, verb), 404, "not_found")
        refused(judge(as_bob, task, 99, verb), 404, "not_found")
    refused(act(as_vera, task, "evidence", kind="note"), 403, "forbidden")
    refused(act(as_charlie, task, "evidence", kind="note"), 404, "not_found")


# Out of date


def test_a_newer_file_makes_older_evidence_stale_and_a_done_task_says_so(as_bob, ada, task, held, project):
    finished(ada, task, **held)
    same = shot(as_bob, task)
    assert same["made_stale"] == []
    newer = shot(as_bob, task, sha256=SHA["b"])
    assert newer["made_stale"] == [{"task": "T-001", "evidence": 3}]
    told = read(as_bob, task)
    assert (told["status"], verdicts(told)[SHOT]) == ("done", "stale")
    assert told["evidence"][2]["stale"]["artifact"] == newer["id"]
    assert "registered anew" in told["verdicts"][2]["reason"]
    change = events(project, "task.changed")[-1]
    assert change["payload"]["fields"]["evidence"]["to"] == told["evidence"]
    assert change["task_code"] == "T-001" and "registered anew" in change["payload"]["why"]
    refused(judge(as_bob, task, 3, "confirm"), 409, "evidence_stale")
    old = act(as_bob, task, "evidence", kind="screenshot", criterion=SHOT, artifact=same["id"])
    assert wrong_fields(old) == {"evidence.0.artifact"}
    anew = act(as_bob, task, "evidence", kind="screenshot", criterion=SHOT, artifact=newer["id"]).json()
    assert verdicts(anew)[SHOT] == "met"


def test_nobody_knows_whether_a_file_without_a_digest_is_the_same(ada, task, held):
    first = shot(ada, task, sha256="")
    act(ada, task, "evidence", kind="screenshot", criterion=SHOT, artifact=first["id"], **held)
    assert shot(ada, task, sha256="")["made_stale"] == [{"task": "T-001", "evidence": 1}]


def test_another_place_is_another_file(ada, task, held):
    finished(ada, task, **held)
    assert shot(ada, task, path="shots/other.png", sha256=SHA["b"])["made_stale"] == []
    assert shot(ada, task, path="", uri="https://x.example/a", sha256=SHA["c"])["made_stale"] == []


def test_a_deleted_artifact_shows_nothing(as_bob, ada, task, held):
    told = finished(ada, task, **held)
    as_bob.delete(f"/api/v1/artifacts/{told['evidence'][2]['artifact']}/")
    assert verdicts(read(as_bob, task))[SHOT] == "stale"


def validate(client, artifact, **body):
    assert client.post(f"/api/v1/artifacts/{artifact}/validate/", body).status_code == 200


def test_a_verdict_on_a_file_is_one_on_its_evidence(as_bob, ada, task, held):
    picture = finished(ada, task, **held)["evidence"][2]["artifact"]
    validate(ada, picture, status="valid")
    assert read(as_bob, task)["evidence"][2]["level"] == "said", "An agent's word on a file is a word."
    validate(as_bob, picture, status="valid")
    assert [each["level"] for each in read(as_bob, task)["evidence"]] == ["said", "said", "checked"]
    validate(as_bob, picture, status="invalid")
    told = read(as_bob, task)
    assert verdicts(told)[SHOT] == "stale" and "found invalid" in told["verdicts"][2]["reason"]


def test_a_file_that_is_another_by_now_shows_nothing(as_bob, ada, task, held, alice):
    picture = finished(ada, task, **held)["evidence"][2]["artifact"]
    artifact = Task.objects.get(pk=task.pk).artifacts.get(pk=picture)
    report = {"checked_by": "gateway", "facts": {"sha256": SHA["c"]}, "findings": []}
    services.store_verdict(artifact, status="valid", report=report, actor=Actor.person(alice))
    told = read(as_bob, task)
    assert verdicts(told)[SHOT] == "stale" and "is another by now" in told["verdicts"][2]["reason"]


def test_what_is_reopened_is_shown_anew(as_bob, ada, task, held):
    finished(ada, task, **held)
    told = act(as_bob, task, "reopen", reason="It crashed.").json()
    assert set(verdicts(told).values()) == {"stale"} and all(each["stale"] for each in told["evidence"])
    assert "It crashed." in told["verdicts"][0]["reason"]
    again = grip(claimed(ada, task))
    assert refused(complete(ada, task, [], **again), 409, "criteria_unmet")["unmet"] == task.acceptance
    assert [each["n"] for each in finished(ada, task, **again)["evidence"]] == [1, 2, 3, 4, 5, 6]


# Through the versions of a plan, and in the log


def test_evidence_goes_with_the_task_and_speaks_for_what_it_was_shown_for(as_bob, as_alice, ada, task, held, propose):
    finished(ada, task, **held)
    told = {"code": "T-001", "title": "Jump", "acceptance": [PLAIN, "No test fails at all [test]", SHOT]}
    plan = propose(told)
    accept(as_alice, plan.pk)
    now = task_of(plan, "T-001")
    assert verdicts(read(as_bob, now)) == {PLAIN: "met", told["acceptance"][1]: "open", SHOT: "met"}
    assert shot(as_bob, now, sha256=SHA["b"])["made_stale"] == [{"task": "T-001", "evidence": 3}]


def test_the_log_alone_tells_the_evidence(as_bob, ada, task, held, project):
    finished(ada, task, **held)
    judge(as_bob, task, 1, "dispute")
    shot(as_bob, task, sha256=SHA["b"])
    board = Board({"id": project.pk, "name": project.name})
    for event in events(project, "plan.accepted", "task.started", "task.completed", "task.changed"):
        fold(board, event)
    stored = Task.objects.get(pk=task.pk)
    assert board.tasks["T-001"]["evidence"] == stored.evidence
    assert board.tasks["T-001"]["acceptance_answers"] == stored.acceptance_answers
    head = history.state_now(project)
    assert history.state_at(project, head.seq) == head


# Claims on what a new plan drops


def test_a_claim_on_a_dropped_task_is_told_to_end(as_alice, ada, task, held, propose, project):
    before = len(events(project))
    accept(as_alice, propose({"title": "Another"}).pk)
    new = events(project)[before:]
    assert [event["type"] for event in new][-3:] == ["plan.accepted", "task.dropped", "task.released"]
    told = new[-1]
    assert (told["payload"]["how"], told["payload"]["claim_id"]) == ("dropped", held["claim"])
    assert told["payload"]["current_task"] == "T-002" and told["task_code"] == "T-001"
    assert told["causation_id"] == new[-3]["id"]
    assert refused(act(ada, task, "heartbeat", **held), 409, "stale_claim")["detail"].count("no longer has its task")
    state = as_alice.get(f"{PROJECT}state/").json()
    past = as_alice.get(f"{PROJECT}state/", {"at": state["seq"]}).json()
    assert past == state
    assert [(each["status"], each["claim"]) for each in state["tasks"] if each["code"] == "T-001"] == [
        ("dropped", None)
    ]


def test_what_older_gateways_stored_is_still_shown(as_bob, task):
    Task.objects.filter(pk=task.pk).update(evidence=[{"kind": "test", "note": "ok"}, {"artifact": "seven"}])
    old, odd = read(as_bob, task)["evidence"]
    assert old == {"n": 1, "criterion": None, "kind": "test", "level": "said", "note": "ok"}
    assert (odd["n"], odd["kind"]) == (2, "unreadable")
    listed = as_bob.get(f"{PROJECT}tasks/").json()["results"][0]
    assert listed["evidence"] == [old, odd]
    told = act(as_bob, task, "evidence", kind="note", criterion=1).json()
    assert [each["n"] for each in told["evidence"]] == [1, 2, 3]
