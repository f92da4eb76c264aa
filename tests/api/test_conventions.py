"""What holds for every resource."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.idempotency import forget_old
from gamedev_gateway.core.models import IdempotencyRecord
from gamedev_gateway.core.throttles import UserRate
from plans.models import Project
from plans.services import set_member
from tests.api.answers import act, done, event_types, events, refused, task_of, wrong_fields
from tests.conftest import BRIEF, client_for, make_user

PROJECTS = "/api/v1/projects/"
HERE = f"{PROJECTS}pixel-jumper/"


# Problems


def test_every_refusal_is_a_problem_document(as_alice, as_vera, proposed, monkeypatch):
    one = f"/api/v1/plans/{proposed.pk}/"
    refused(as_alice.post(PROJECTS, {}), 400, "invalid")
    refused(as_alice.post(PROJECTS, "{", content_type="application/json"), 400, "parse_error")
    refused(APIClient().get(PROJECTS), 401, "not_authenticated")
    refused(as_vera.delete(HERE), 403, "forbidden")
    refused(as_alice.get("/api/v1/plans/987654/"), 404, "not_found")
    refused(as_alice.get("/api/v1/nowhere/"), 404, "not_found")
    refused(as_alice.put(one, {}), 405, "method_not_allowed")
    refused(as_alice.get(PROJECTS, headers={"Accept": "application/xml"}), 406, "not_acceptable")
    refused(as_alice.post(f"/api/v1/tasks/{task_of(proposed, 'T-001').pk}/start/"), 409, "task_superseded")
    refused(as_alice.get(f"{HERE}events/", {"after": "999"}), 410, "cursor_lost")
    refused(as_alice.patch(one, {"summary": "x"}, headers={"If-Match": '"old"'}), 412, "stale_version")
    refused(as_alice.post(PROJECTS, "x", content_type="text/plain"), 415, "unsupported_media_type")
    monkeypatch.setattr(UserRate, "rate", "1/minute", raising=False)
    answers = [as_alice.get(PROJECTS) for _ in range(2)]
    refused(answers[-1], 429, "throttled")
    assert int(answers[-1]["Retry-After"]) > 0


def test_a_failure_of_ours_is_a_problem_that_tells_nothing(as_alice, project, monkeypatch):
    monkeypatch.setattr(Project, "parsed_brief", property(lambda self: 1 / 0))
    as_alice.raise_request_exception = False
    response = as_alice.get(HERE)
    assert "division" not in str(refused(response, 500, "internal_error"))
    assert response["X-Correlation-ID"]


def test_browsers_get_a_page_also_for_an_error(as_alice, project):
    for url, status in [(HERE, 200), (f"{HERE}plans/active/", 404)]:
        response = as_alice.get(url, headers={"Accept": "text/html"})
        assert response.status_code == status
        assert response["Content-Type"].startswith("text/html")


def test_a_forgotten_slash_loses_nothing(as_alice):
    response = as_alice.post("/api/v1/projects", {"name": "Kept"}, follow=True)
    assert response.redirect_chain == [("/api/v1/projects/", 308)]
    assert response.json()["id"] == "kept"


# Lists


def fill(client, plan, what: str, count: int) -> None:
    task = task_of(plan, "T-001").pk
    for number in range(count):
        if what == "projects":
            client.post(PROJECTS, {"name": f"Game {number}", "brief": BRIEF})
        elif what == "members":
            user = make_user(f"{what}{number}")
            client.post(f"{HERE}members/", {"user": user.username, "role": "viewer"})
        elif what == "plans":
            client.post(f"{HERE}plans/", {"tasks": [{"title": "x"}, {"title": "y"}]})
        elif what == "contexts":
            client.post(f"{HERE}contexts/", {"content": {"summary": str(number)}})
        elif what == "artifacts":
            client.post(f"/api/v1/tasks/{task}/artifacts/", {"type": "x", "category": "code", "path": str(number)})
        elif what == "events":
            client.post(f"{HERE}events/", {"type": "chat", "payload": {"text": str(number)}})
        elif what == "tokens":
            client.post("/api/v1/tokens/", {"name": str(number)})
        elif what == "tasks":
            base = client.get(f"{HERE}plans/active/").json()["id"]
            codes = ["T-001", "T-002", "T-003"]
            tasks = [{"code": code, "title": code} for code in codes] + [{"title": f"more {n}"} for n in range(count)]
            made = client.post(f"{HERE}plans/", {"tasks": tasks, "base": base}).json()
            client.post(f"/api/v1/plans/{made['id']}/accept/")
            return


def list_url(what: str, plan) -> str:
    if what in ("projects", "tokens"):
        return f"/api/v1/{what}/"
    if what == "artifacts":
        return f"/api/v1/tasks/{task_of(plan, 'T-001').pk}/artifacts/"
    return f"{HERE}{what}/"


LISTS = ["projects", "members", "plans", "tasks", "contexts", "artifacts", "tokens", "events"]


@pytest.mark.parametrize("what", LISTS)
def test_a_list_costs_the_same_with_few_and_with_many(as_alice, accepted, what):
    def cost() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            found = len(as_alice.get(list_url(what, accepted)).json()["results"])
        return found, len(queries)

    fill(as_alice, accepted, what, 1)
    few, cost_of_few = cost()
    fill(as_alice, accepted, what, 9) if what != "members" else fill_more_members(as_alice)
    many, cost_of_many = cost()
    assert many >= few + 5
    assert cost_of_many <= cost_of_few


def fill_more_members(client) -> None:
    for number in range(9):
        client.post(f"{HERE}members/", {"user": make_user(f"more{number}").username, "role": "viewer"})


@pytest.mark.parametrize("what", ["projects", "members", "plans", "tasks", "contexts", "artifacts", "tokens"])
def test_the_pages_of_a_list_join_without_gap_or_overlap(as_alice, accepted, what):
    fill(as_alice, accepted, what, 4)
    url = list_url(what, accepted)
    whole = [item["id"] for item in as_alice.get(url).json()["results"]]
    assert len(whole) >= 4
    page, found = as_alice.get(url, {"limit": 2}).json(), []
    while page:
        assert page.keys() == {"next", "previous", "results"}
        found += [item["id"] for item in page["results"]]
        page = as_alice.get(page["next"]).json() if page["next"] else None
    assert found == whole


def test_a_page_has_at_most_200_rows(as_alice, propose, project):
    plan = propose(*[{"title": f"task {number}"} for number in range(205)])
    as_alice.post(f"/api/v1/plans/{plan.pk}/accept/")
    assert len(as_alice.get(f"{HERE}tasks/", {"limit": 1000}).json()["results"]) == 200
    assert len(as_alice.get(f"{HERE}tasks/").json()["results"]) == 50


@pytest.mark.parametrize("what", ["projects", "members", "tokens", "tasks"])
def test_a_cursor_that_was_never_given_out_is_named(as_alice, accepted, what):
    for cursor in ("garbage", "cD1hYmM=", "cD0lMDA=", "🎮", "bz14", "cD0" + "5OTk5" * 2000):
        assert wrong_fields(as_alice.get(list_url(what, accepted), {"cursor": cursor})) == {"cursor"}, cursor


# Editing side by side


def test_a_stale_edit_is_refused_with_what_is_there_now(as_alice, as_bob, proposed):
    url = f"/api/v1/plans/{proposed.pk}/"
    tag = as_alice.get(url)["ETag"]
    assert as_bob.patch(url, {"summary": "Bob was here"}, headers={"If-Match": tag}).status_code == 200
    response = as_alice.patch(url, {"summary": "Alice too"}, headers={"If-Match": tag})
    problem = refused(response, 412, "stale_version")
    assert problem["current"]["summary"] == "Bob was here"
    again = as_alice.patch(url, {"summary": "Alice too"}, headers={"If-Match": response["ETag"]})
    assert again.json()["summary"] == "Alice too"


@pytest.mark.parametrize("if_match", ['"nonsense"', "", "W/", ",,,", '"a', "x" * 5000])
def test_an_absurd_tag_is_a_stale_one(as_alice, project, if_match):
    refused(as_alice.patch(HERE, {"name": "x"}, headers={"If-Match": if_match}), 412, "stale_version")
    project.refresh_from_db()
    assert project.name == "Pixel Jumper"


def test_a_star_or_one_of_several_tags_will_do(as_alice, project):
    assert as_alice.patch(HERE, {"name": "A"}, headers={"If-Match": "*"}).status_code == 200
    tag = as_alice.get(HERE)["ETag"]
    assert as_alice.patch(HERE, {"name": "B"}, headers={"If-Match": f'"other", {tag}'}).status_code == 200


def test_work_does_not_disturb_whoever_edits(as_alice, as_bob, accepted):
    task = task_of(accepted, "T-001")
    urls = [HERE, f"/api/v1/tasks/{task.pk}/", f"/api/v1/plans/{accepted.pk}/"]
    tags = [as_alice.get(url)["ETag"] for url in urls]
    act(as_bob, task, "start")
    act(as_bob, task, "progress", percent=50)
    as_alice.post(f"{HERE}activate/")
    assert [as_alice.get(url)["ETag"] for url in urls] == tags
    assert as_alice.patch(HERE, {"name": "New"}, headers={"If-Match": tags[0]}).status_code == 200
    assert as_alice.get(HERE)["ETag"] != tags[0]


def test_every_way_to_change_a_thing_looks_at_the_tag(as_alice, accepted, propose, bob, project):
    old = {"If-Match": '"old"'}
    task = task_of(accepted, "T-001").pk
    artifact = as_alice.post(f"/api/v1/tasks/{task}/artifacts/", {"type": "x", "category": "code", "path": "p"}).json()
    context = as_alice.post(f"{HERE}contexts/", {"content": {}}).json()
    token = as_alice.post("/api/v1/tokens/", {}).json()
    plan = propose({"title": "x"})
    member = as_alice.get(f"{HERE}members/").json()["results"][0]["id"]
    before = event_types(project)
    for method, url in [
        ("delete", HERE),
        ("post", f"{HERE}activate/"),
        ("patch", f"{HERE}members/{member}/"),
        ("delete", f"{HERE}members/{member}/"),
        ("post", f"/api/v1/plans/{plan.pk}/accept/"),
        ("post", f"/api/v1/plans/{plan.pk}/refine/"),
        ("post", f"/api/v1/tasks/{task}/start/"),
        ("post", f"/api/v1/tasks/{task}/artifacts/"),
        ("delete", f"/api/v1/artifacts/{artifact['id']}/"),
        ("post", f"/api/v1/artifacts/{artifact['id']}/validate/"),
        ("post", f"/api/v1/contexts/{context['id']}/activate/"),
        ("delete", f"/api/v1/tokens/{token['id']}/"),
    ]:
        response = getattr(as_alice, method)(url, {}, headers=old)
        refused(response, 412, "stale_version")
        assert response["ETag"].startswith('"')
    assert event_types(project) == before


# Retries


def test_the_same_request_again_gives_the_same_answer(as_alice):
    key = {"Idempotency-Key": "abc"}
    first = as_alice.post(PROJECTS, {"name": "Once", "description": "x"}, headers=key)
    again = as_alice.post(PROJECTS, {"description": "x", "name": "Once"}, headers=key)
    assert (again.status_code, again.json(), again["ETag"]) == (201, first.json(), first["ETag"])
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert Project.objects.count() == 1


def test_a_key_used_for_another_request_is_refused(as_alice, accepted):
    key = {"Idempotency-Key": "abc"}
    as_alice.post(PROJECTS, {"name": "Once"}, headers=key)
    refused(as_alice.post(PROJECTS, {"name": "Twice"}, headers=key), 422, "idempotency_mismatch")
    refused(as_alice.post(f"{HERE}activate/", {"name": "Once"}, headers=key), 422, "idempotency_mismatch")


def test_a_key_is_its_users_own(as_alice, as_charlie):
    key = {"Idempotency-Key": "abc"}
    as_alice.post(PROJECTS, {"name": "Mine"}, headers=key)
    other = as_charlie.post(PROJECTS, {"name": "Mine"}, headers=key)
    assert other.json()["id"] == "mine-2"


def test_an_error_is_not_kept(as_alice, accepted):
    key = {"Idempotency-Key": "abc"}
    url = f"/api/v1/tasks/{task_of(accepted, 'T-002').pk}/start/"
    refused(as_alice.post(url, {}, headers=key), 409, "dependencies_unmet")
    done(as_alice, task_of(accepted, "T-001"))
    response = as_alice.post(url, {}, headers=key)
    assert (response.status_code, "Idempotent-Replayed" in response) == (200, False)


def test_a_retried_generation_is_one(as_alice, project):
    headers = {"Idempotency-Key": "abc", "Prefer": "respond-async"}
    url = f"{HERE}plans/generate/"
    first, again = (as_alice.post(url, {}, headers=headers) for _ in range(2))
    assert (again.status_code, again["Location"], again.json()) == (202, first["Location"], first.json())
    assert project.generations.count() == 1


def test_a_retried_list_of_events_is_published_once(as_alice, project):
    body = [{"type": "chat", "payload": {"text": text}} for text in "ab"]
    for _ in range(2):
        as_alice.post(f"{HERE}events/", body, headers={"Idempotency-Key": "abc"})
    assert len(events(project, "chat")) == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "a\x01b"])
def test_an_absurd_key_is_named(as_alice, project, key):
    assert wrong_fields(as_alice.post(f"{HERE}activate/", {}, headers={"Idempotency-Key": key})) == {"Idempotency-Key"}


# Tracing


def test_a_correlation_id_goes_in_on_and_out(as_alice, project):
    response = as_alice.patch(HERE, {"name": "Traced"}, headers={"X-Correlation-ID": "build-42"})
    assert response["X-Correlation-ID"] == "build-42"
    assert events(project)[-1]["correlation_id"] == "build-42"


@pytest.mark.parametrize("offered", ["", "a b", "x" * 129, "<script>", "é", "a\nb"])
def test_an_unacceptable_correlation_id_is_replaced(as_alice, project, offered):
    response = as_alice.patch(HERE, {"name": "Traced"}, headers={"X-Correlation-ID": offered})
    assert response["X-Correlation-ID"] not in ("", offered)
    assert events(project)[-1]["correlation_id"] == response["X-Correlation-ID"]


# Sessions


def test_a_cookie_alone_changes_nothing(alice, project):
    client = APIClient(enforce_csrf_checks=True)
    client.login(username="alice", password="secret-of-alice")
    assert client.get(HERE).status_code == 200
    refused(client.patch(HERE, {"name": "Forged"}), 403, "forbidden")


def test_another_members_roles_do_not_multiply_a_project(alice, project):
    for name in ("one", "two"):
        set_member(project, make_user(name), "viewer", actor=Actor.person(alice))
    assert len(client_for(alice).get(PROJECTS).json()["results"]) == 1


def test_a_limit_that_is_no_number_is_named(as_alice, project):
    for limit in ("abc", "0", "-1", "٣"):
        assert wrong_fields(as_alice.get(f"/api/v1/projects/{project.pk}/tasks/?limit={limit}")) == {"limit"}


def test_answers_kept_for_retries_are_forgotten_after_a_week(as_alice, project):
    for key in ("old", "new"):
        as_alice.post(f"/api/v1/projects/{project.pk}/activate/", headers={"Idempotency-Key": key})
    week_ago = timezone.now() - timedelta(days=8)
    IdempotencyRecord.objects.filter(key="old").update(created_at=week_ago)
    assert forget_old() == 1
    assert [record.key for record in IdempotencyRecord.objects.all()] == ["new"]
