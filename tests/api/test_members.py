import pytest

from tests.api.answers import events, refused, wrong_fields

URL = "/api/v1/projects/pixel-jumper/members/"


@pytest.fixture
def member_id(as_bob, as_alice):
    """Bob's membership."""
    listed = as_alice.get(URL).json()["results"]
    return next(item["id"] for item in listed if item["user"] == "bob")


def test_an_owner_lets_somebody_in(as_alice, project, charlie):
    response = as_alice.post(URL, {"user": "charlie", "role": "viewer"})
    assert response.status_code == 201
    assert (response.json()["user"], response.json()["role"]) == ("charlie", "viewer")
    assert events(project, "member.changed")[-1]["payload"] == {"user": "charlie", "role": "viewer"}


def test_nobody_is_let_in_twice(as_alice, as_bob):
    assert wrong_fields(as_alice.post(URL, {"user": "bob", "role": "owner"})) == {"user"}


def test_unknown_people_and_roles_are_named(as_alice, project):
    assert wrong_fields(as_alice.post(URL, {"user": "nobody", "role": "king"})) == {"user", "role"}


def test_only_owners_decide_who_belongs(as_bob, as_vera, alice, project, charlie):
    hers = project.memberships.get(user=alice).pk
    for client in (as_bob, as_vera):
        refused(client.post(URL, {"user": "charlie", "role": "viewer"}), 403, "forbidden")
        refused(client.patch(f"{URL}{hers}/", {"role": "viewer"}), 403, "forbidden")
        refused(client.delete(f"{URL}{hers}/"), 403, "forbidden")
        assert client.get(URL).status_code == 200


def test_everybody_may_leave(as_vera, vera, project):
    own = project.memberships.get(user=vera).pk
    assert as_vera.delete(f"{URL}{own}/").status_code == 204
    assert as_vera.get(URL).status_code == 404


def test_another_role_is_told_once(as_alice, project, member_id):
    assert as_alice.patch(f"{URL}{member_id}/", {"role": "viewer"}).json()["role"] == "viewer"
    before = len(events(project))
    assert as_alice.patch(f"{URL}{member_id}/", {"role": "viewer"}).status_code == 200
    assert len(events(project)) == before


def test_whoever_is_taken_out_sees_nothing_any_more(as_alice, as_bob, member_id, project):
    assert as_alice.delete(f"{URL}{member_id}/").status_code == 204
    refused(as_bob.get("/api/v1/projects/pixel-jumper/"), 404, "not_found")
    assert events(project, "member.changed")[-1]["payload"] == {"user": "bob", "role": None}


def test_the_last_owner_stays(as_alice, project, member_id):
    own = next(item["id"] for item in as_alice.get(URL).json()["results"] if item["user"] == "alice")
    refused(as_alice.delete(f"{URL}{own}/"), 409, "last_owner")
    refused(as_alice.patch(f"{URL}{own}/", {"role": "editor"}), 409, "last_owner")
    as_alice.patch(f"{URL}{member_id}/", {"role": "owner"})
    assert as_alice.patch(f"{URL}{own}/", {"role": "editor"}).status_code == 200


def test_members_of_another_project_are_not_reached_through_mine(as_charlie, as_alice, member_id):
    mine = as_charlie.post("/api/v1/projects/", {"name": "Mine"}).json()["id"]
    refused(as_charlie.delete(f"/api/v1/projects/{mine}/members/{member_id}/"), 404, "not_found")
    assert as_alice.get(f"{URL}{member_id}/").json()["user"] == "bob"
