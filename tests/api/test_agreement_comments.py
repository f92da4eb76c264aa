"""What is said about a plan is anchored to a task or a field, and follows it through the versions."""

import pytest

from gamedev_gateway.core.actors import Actor
from plans import services
from plans.errors import AgentsDoNotDecide
from tests.api.answers import accept, event_types, events, refused, task_of, wrong_fields
from tests.api.test_agreement import KEPT, add, changes, edit, taken, title, url


def say(client, plan, body="Hm", **more) -> dict:
    response = client.post(url(plan, "comments"), {"body": body, **more})
    assert response.status_code == 201, response.content
    return response.json()


def heard(client, plan) -> list[dict]:
    return client.get(url(plan, "comments")).json()["results"]


def now(client, plan) -> list[tuple]:
    return [tuple(comment["now"].values()) for comment in heard(client, plan)]


def decide(client, comment: dict, verb: str):
    return client.post(f"/api/v1/comments/{comment['id']}/{verb}/")


@pytest.fixture
def draft(propose, accepted, as_bob):
    plan = propose(*KEPT, base=accepted)
    edit(as_bob, plan, title("T-002", "Let the hero leap"), add("Boss"))
    return plan


def test_a_comment_is_about_a_plan_a_task_or_a_field(as_bob, draft, accepted, project):
    about_all, about_task, about_field = (
        say(as_bob, draft, **where) for where in ({}, {"code": "T-002"}, {"code": "T-002", "field": "title"})
    )
    assert about_all["anchor"] == {"plan": draft.pk, "code": None, "field": None}
    assert about_field["anchor"] == {"plan": draft.pk, "code": "T-002", "field": "title"}
    assert (about_all["blocking"], about_all["resolved_by"], about_all["author"]["name"]) == (False, None, "bob")
    assert [comment["id"] for comment in heard(as_bob, draft)] == [about_all["id"], about_task["id"], about_field["id"]]
    assert changes(as_bob, draft)["T-002"]["comments"] == 2
    told = events(project, "plan.commented")[-1]
    assert told["payload"] == {
        "plan_id": draft.pk,
        "comment_id": about_field["id"],
        "action": "created",
        "code": "T-002",
        "field": "title",
        "body": "Hm",
        "blocking": False,
        "in_reply_to": None,
    }
    assert (told["task_code"], told["task_id"]) == ("T-002", task_of(accepted, "T-002").pk)


def test_a_place_that_the_plan_does_not_have_is_named(as_bob, draft):
    def wrong(**where):
        return wrong_fields(as_bob.post(url(draft, "comments"), {"body": "Hm", **where}))

    assert wrong(code="T-099") == {"code"}
    assert wrong(code="T-001", field="colour") == {"field"}
    assert wrong(field="title") == {"code"}
    assert wrong(in_reply_to=10**6) == {"in_reply_to"}
    assert wrong(body="") == {"body"}


def test_a_reply_is_about_what_it_answers(as_alice, as_bob, draft):
    first = say(as_bob, draft, code="T-002", field="title")
    reply = say(as_alice, draft, "Because", in_reply_to=first["id"])
    assert (reply["in_reply_to"], reply["anchor"]) == (first["id"], first["anchor"])


def test_a_comment_says_whether_what_it_was_about_has_changed(as_bob, draft):
    say(as_bob, draft, code="T-002", field="title")
    say(as_bob, draft, code="T-002", field="priority")
    say(as_bob, draft, code="T-004")
    edit(as_bob, draft, title("T-002", "Leap"), {"op": "drop", "code": "T-004"})
    assert now(as_bob, draft) == [("T-002", True, True), ("T-002", True, False), ("T-004", False, True)]


def test_comments_follow_into_what_takes_the_place_of_a_proposal(as_alice, as_bob, draft):
    first = say(as_bob, draft, code="T-004")
    refined = as_alice.post(url(draft, "refine"), {"instructions": "Add online multiplayer"}).json()["id"]
    assert [comment["anchor"]["plan"] for comment in heard(as_bob, refined)] == [draft.pk]
    rest = taken(as_alice, refined, "T-002")["remaining"]
    decide(as_alice, first, "resolve")
    (comment,) = heard(as_bob, rest)
    assert (comment["now"], comment["resolved_by"]["name"]) == (
        {"code": "T-004", "present": True, "changed": False},
        "alice",
    )


def test_what_is_open_about_an_accepted_plan_is_heard_in_what_is_made_from_it(as_bob, accepted, draft):
    still_open, settled = say(as_bob, accepted, "Open"), say(as_bob, accepted, "Settled")
    decide(as_bob, settled, "resolve")
    assert [comment["id"] for comment in heard(as_bob, draft)] == [still_open["id"]]
    assert len(heard(as_bob, accepted)) == 2


def test_a_comment_is_resolved_and_opened_again_once_each(as_alice, as_bob, draft, project):
    comment = say(as_bob, draft)
    for verb in ("resolve", "resolve", "reopen", "reopen"):
        assert decide(as_alice, comment, verb).status_code == 200
    told = [event["payload"]["action"] for event in events(project, "plan.commented")]
    assert told == ["created", "resolved", "reopened"]
    assert as_bob.get(f"/api/v1/comments/{comment['id']}/").json()["resolved_by"] is None


def test_a_decision_on_what_was_decided_since_is_stale(as_alice, as_bob, draft):
    comment = say(as_bob, draft)
    place = f"/api/v1/comments/{comment['id']}/"
    seen = as_bob.get(place)["ETag"]
    decide(as_alice, comment, "resolve")
    problem = refused(as_bob.post(f"{place}reopen/", headers={"If-Match": seen}), 412, "stale_version")
    assert problem["current"]["resolved_by"]["name"] == "alice"


def test_viewers_comment_without_blocking_and_decide_on_their_own(as_bob, as_vera, draft):
    hers, his = say(as_vera, draft), say(as_bob, draft)
    refused(as_vera.post(url(draft, "comments"), {"body": "No!", "blocking": True}), 403, "forbidden")
    refused(decide(as_vera, his, "resolve"), 403, "forbidden")
    assert decide(as_vera, hers, "resolve").json()["resolved_by"]["name"] == "vera"


def test_agents_comment_without_blocking_and_unblock_nothing(as_bob, alice, draft):
    agent = Actor.agent(alice, id="a-1", name="Builder")
    assert services.comment_on_plan(draft, body="Done soon", actor=agent).author["name"] == "Builder"
    with pytest.raises(AgentsDoNotDecide):
        services.comment_on_plan(draft, body="No!", blocking=True, actor=agent)
    say(as_bob, draft, "No!", blocking=True)
    with pytest.raises(AgentsDoNotDecide):
        services.resolve_comment(draft.comments.get(blocking=True), actor=agent)


def test_only_a_proposal_can_be_blocked(as_bob, accepted, project):
    before = event_types(project)
    refused(as_bob.post(url(accepted, "comments"), {"body": "No!", "blocking": True}), 409, "not_proposed")
    assert event_types(project) == before


def test_strangers_read_and_say_nothing(as_bob, as_charlie, draft):
    comment = say(as_bob, draft)
    refused(as_charlie.post(url(draft, "comments"), {"body": "Hi"}), 404, "not_found")
    refused(as_charlie.get(f"/api/v1/comments/{comment['id']}/"), 404, "not_found")
    refused(decide(as_charlie, comment, "resolve"), 404, "not_found")


def test_a_comment_sent_twice_is_said_once(as_bob, draft):
    for _ in range(2):
        as_bob.post(url(draft, "comments"), {"body": "Hm"}, headers={"Idempotency-Key": "c-1"})
    assert len(heard(as_bob, draft)) == 1


def test_a_comment_does_not_outlive_an_acceptance_unheard(as_alice, as_bob, draft, propose):
    say(as_bob, draft, code="T-004")
    accept(as_alice, draft.pk)
    later = as_alice.post(url(draft, "refine"), {"instructions": "Add online multiplayer"}).json()["id"]
    assert now(as_bob, later) == [("T-004", True, False)]
