import pytest

from tests.api.answers import accept, act, events, refused, task_of, wrong_fields
from tests.api.test_claims import agent

ARTIFACT = {"type": "scene", "category": "asset", "path": "levels/one.tscn", "sha256": "ab" * 32, "size_bytes": 2048}


@pytest.fixture
def url(accepted):
    return f"/api/v1/tasks/{task_of(accepted, 'T-001').pk}/artifacts/"


@pytest.fixture
def artifact(as_alice, url):
    return as_alice.post(url, ARTIFACT).json()


def test_an_artifact_is_noted_and_told(as_bob, url, project):
    response = as_bob.post(url, ARTIFACT)
    assert response.status_code == 201
    made = response.json()
    assert {name: made[name] for name in ARTIFACT} == ARTIFACT
    assert (made["validation_status"], made["task_code"]) == ("pending", "T-001")
    assert events(project, "artifact.created")[0]["payload"]["artifact_id"] == made["id"]


def test_an_artifact_is_somewhere(as_alice, url):
    assert wrong_fields(as_alice.post(url, {"type": "scene", "category": "asset"})) == {"path"}
    assert as_alice.post(url, {"type": "scene", "category": "asset", "uri": "s3://x/y"}).status_code == 201


def test_every_wrong_field_is_named(as_alice, url):
    bad = {"type": "", "category": "smell", "path": "p", "sha256": "xyz", "size_bytes": -1}
    assert wrong_fields(as_alice.post(url, bad)) == set(bad) - {"path"}
    assert wrong_fields(as_alice.post(url, {**ARTIFACT, "task": 1})) == {"task"}
    assert wrong_fields(as_alice.post(url, {**ARTIFACT, "size_bytes": 2**63})) == {"size_bytes"}


@pytest.mark.parametrize("verdict", ["valid", "invalid"])
def test_a_verdict_is_stored_with_its_report(as_alice, artifact, project, verdict):
    response = as_alice.post(
        f"/api/v1/artifacts/{artifact['id']}/validate/", {"status": verdict, "report": {"checks": 3}}
    )
    report = {"checks": 3, "checked_by": "user alice"}
    assert (response.json()["validation_status"], response.json()["validation_report"]) == (verdict, report)
    told = {"artifact_id": artifact["id"], "validation_status": verdict}
    assert events(project, "artifact.validated")[0]["payload"] == told


def test_pending_is_no_verdict(as_alice, artifact):
    assert wrong_fields(as_alice.post(f"/api/v1/artifacts/{artifact['id']}/validate/", {"status": "pending"})) == {
        "status"
    }


def test_a_deleted_artifact_is_gone_and_told(as_alice, artifact, project, url):
    assert as_alice.delete(f"/api/v1/artifacts/{artifact['id']}/").status_code == 204
    refused(as_alice.get(f"/api/v1/artifacts/{artifact['id']}/"), 404, "not_found")
    assert as_alice.get(url).json()["results"] == []
    assert events(project, "artifact.deleted")[0]["payload"] == {"artifact_id": artifact["id"]}


def test_viewers_read_and_strangers_see_nothing(as_vera, as_charlie, artifact, url):
    one = f"/api/v1/artifacts/{artifact['id']}/"
    assert as_vera.get(url).json()["results"][0]["id"] == artifact["id"]
    refused(as_vera.post(url, ARTIFACT), 403, "forbidden")
    refused(as_vera.delete(one), 403, "forbidden")
    refused(as_vera.post(f"{one}validate/", {"status": "valid"}), 403, "forbidden")
    for response in (as_charlie.get(url), as_charlie.post(url, ARTIFACT), as_charlie.get(one), as_charlie.delete(one)):
        refused(response, 404, "not_found")


def test_artifacts_follow_the_code_through_the_versions(as_alice, artifact, url, propose):
    plan = propose({"code": "T-001", "title": "Set up the project"})
    accept(as_alice, plan.pk)
    new_url = f"/api/v1/tasks/{task_of(plan, 'T-001').pk}/artifacts/"
    for address in (url, new_url):
        assert [item["id"] for item in as_alice.get(address).json()["results"]] == [artifact["id"]]


def test_a_stale_tag_of_the_task_stops_an_artifact(as_alice, url, accepted):
    response = as_alice.post(url, ARTIFACT, headers={"If-Match": '"task-1-999"'})
    assert refused(response, 412, "stale_version")["current"]["code"] == "T-001"


def test_an_agent_overrules_no_verdict_of_a_person(as_alice, alice, artifact):
    verdict = f"/api/v1/artifacts/{artifact['id']}/validate/"
    as_alice.post(verdict, {"status": "invalid"})
    refused(agent(alice, "Ada").post(verdict, {"status": "valid"}), 403, "people_only")
    assert as_alice.get(f"/api/v1/artifacts/{artifact['id']}/").json()["validation_status"] == "invalid"


def test_what_was_found_invalid_is_no_evidence(as_alice, artifact, accepted):
    as_alice.post(f"/api/v1/artifacts/{artifact['id']}/validate/", {"status": "invalid"})
    task = task_of(accepted, "T-001")
    act(as_alice, task, "start")
    answers = [{"criterion": criterion, "met": True} for criterion in task.acceptance]
    evidence = [{"kind": "scene", "artifact": artifact["id"]}]
    assert wrong_fields(act(as_alice, task, "complete", acceptance=answers, evidence=evidence)) == {
        "evidence.0.artifact"
    }


def test_a_project_lists_all_that_was_made(as_vera, as_charlie, artifact):
    place = "/api/v1/projects/pixel-jumper/artifacts/"
    assert [made["id"] for made in as_vera.get(place, {"category": "asset"}).json()["results"]] == [artifact["id"]]
    assert as_vera.get(place, {"validation_status": "invalid"}).json()["results"] == []
    for name, ours in (("task", "T-001"), ("type", artifact["type"])):
        found = [as_vera.get(place, {name: value}).json()["results"] for value in (ours, "T-002")]
        assert [len(made) for made in found] == [1, 0], name
    refused(as_charlie.get(place), 404, "not_found")
