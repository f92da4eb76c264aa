"""What people read in the admin when something is wrong, and in its lists."""

import pytest
from django.test import Client

from agents.tokens import create_token
from plans import services
from plans.admin.glance import VERSIONS_SHOWN, plan_at_a_glance
from plans.admin.reading import cut

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_a_browser_is_told_in_a_page_that_there_is_nothing(alice_admin):
    answer = alice_admin.get("/admin/nothing/here/", headers={**BROWSER, "X-Correlation-ID": "look-for-me"})
    page = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
    for part in ("Not Found", "There is nothing at this address.", 'href="/admin/"', "look-for-me"):
        assert part in page


def test_what_a_role_forbids_is_told_in_a_page(vera_admin, proposed):
    answer = vera_admin.get(f"/admin/plans/taskplan/{proposed.pk}/refine/", headers=BROWSER)
    assert answer.status_code == 403
    assert "That takes the role of editor in this project; ask an owner." in answer.content.decode()


@pytest.mark.parametrize(("url", "headers"), [("/admin/nothing/", {}), ("/api/v1/nothing/", BROWSER)])
def test_programs_and_the_api_get_problem_documents(admin_client, url, headers):
    answer = admin_client.get(url, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not_found"


def test_our_own_fault_is_a_page_too(admin_user, monkeypatch):
    def broken(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr("plans.admin.tasks.TaskAdmin.get_queryset", broken)
    client = Client(raise_request_exception=False)
    client.force_login(admin_user)
    answer = client.get("/admin/plans/task/", headers=BROWSER)
    assert answer.status_code == 500
    assert answer["X-Correlation-ID"] in answer.content.decode()
    assert "broken" not in answer.content.decode()


def test_who_may_not_use_the_admin_is_told_so(client, bob):
    client.force_login(bob)
    page = client.get("/admin/", follow=True).content.decode()
    assert "This account may not use the admin" in page
    assert 'href="/api/v1/"' in page
    client.logout()
    assert "may not use the admin" not in client.get("/admin/", follow=True).content.decode()


def test_the_log_says_what_happened_and_who_did_it(admin_client, alice, accepted):
    page = admin_client.get("/admin/realtime/event/").content.decode()
    assert "accepted plan v1" in page
    assert "alice" in page
    assert f"user:{alice.pk}" not in page


@pytest.mark.parametrize("page", ["auth/user", "agents/accesstoken", "contexts/context", "plans/project"])
def test_ordinary_states_are_words_and_no_crosses(admin_client, alice, accepted, page):
    create_token(alice, name="one")
    shown = admin_client.get(f"/admin/{page}/").content.decode()
    assert "Working" not in shown
    assert ">close</span>" not in shown.partition('id="result_list"')[2].partition("</table>")[0]


def test_the_machinery_of_jobs_is_not_on_show(admin_client):
    assert "Task Results" not in admin_client.get("/admin/").content.decode()
    assert admin_client.get("/admin/django_tasks_database/dbtaskresult/").status_code == 404


def test_status_words_have_no_underscores(admin_client, accepted, bob):
    task = accepted.tasks.get(code="T-001")
    from gamedev_gateway.core.actors import Actor

    services.start_task(task, actor=Actor.person(bob))
    shown = admin_client.get("/admin/plans/task/").content.decode().partition('id="result_list"')[2]
    assert "in progress" in shown
    assert ">in_progress<" not in shown


def test_the_shown_version_is_always_among_the_versions(admin_client, propose):
    first = propose({"title": "the first"})
    for number in range(VERSIONS_SHOWN):
        propose({"title": f"another {number}"})
    assert plan_at_a_glance(first)["versions"][-1] == first
    page = admin_client.get(f"/admin/plans/taskplan/{first.pk}/change/").content.decode()
    assert f'href="/admin/plans/taskplan/?project__id__exact={first.project_id}"' in page


@pytest.mark.parametrize(
    ("text", "short"), [("as it is", "as it is"), ("one two three", "one two…"), ("a, bcdefghijkl", "a…")]
)
def test_a_long_text_is_cut_between_words(text, short):
    assert cut(text, 10) == short


@pytest.mark.parametrize("url", ["/api/v1/projects/", "/api/session/login/"])
def test_the_browsable_api_bears_our_name(client, alice, url):
    client.force_login(alice)
    page = client.get(url, headers=BROWSER).content.decode()
    assert "Gamedev gateway" in page
    assert "Django REST framework</a>" not in page
    assert ">Django REST framework<" not in page
