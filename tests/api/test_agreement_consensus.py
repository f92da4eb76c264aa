"""Who must agree before a plan is accepted: people's reviews count, and go stale when what they saw changes."""

import pytest

from gamedev_gateway.core.actors import Actor
from plans import services
from plans.consensus import Rule, Voice, what_is_missing
from plans.errors import AgentsDoNotDecide
from plans.models import Role
from tests.api.answers import accept, event_types, events, refused, wrong_fields
from tests.api.test_agreement import KEPT, add, edit, take, taken, title, url
from tests.conftest import client_for, make_user

RULE = "/api/v1/projects/pixel-jumper/consensus/"


def review(client, plan, verdict: str, body: str = "") -> dict:
    response = client.post(url(plan, "reviews"), {"verdict": verdict, "body": body})
    assert response.status_code == 201, response.content
    return response.json()


def consensus(client, plan) -> dict:
    return client.get(url(plan, "consensus")).json()


def stale(client, plan) -> list[bool]:
    return [found["stale"] for found in client.get(url(plan, "reviews")).json()["results"]]


def missing(response) -> dict:
    return refused(response, 409, "not_agreed")["missing"]


@pytest.fixture
def draft(propose, accepted, as_alice, as_bob):
    plan = propose(*KEPT, base=accepted)
    edit(as_alice, plan, title("T-002", "Let the hero leap"), title("T-003", "Scatter the gems"))
    return plan


@pytest.fixture
def two_must_agree(as_alice, as_bob):
    assert as_alice.patch(RULE, {"approvals": 2}).status_code == 200


# The rule


def test_any_owner_or_editor_accepts_alone_unless_somebody_says_otherwise(as_bob, draft):
    assert as_bob.get(RULE).json() == {"roles": ["owner", "editor"], "approvals": 1}
    accept(as_bob, draft.pk)


def test_owners_change_the_rule_and_everybody_is_told(as_alice, as_bob, as_vera, as_charlie, project):
    tag = as_alice.get(RULE)["ETag"]
    answer = as_alice.patch(RULE, {"roles": ["owner"]}, headers={"If-Match": tag})
    assert answer.json() == {"roles": ["owner"], "approvals": 1}
    told = events(project, "project")[-1]["payload"]
    assert told == {"action": "updated", "changes": {"consensus": {"roles": ["owner"], "approvals": 1}}}
    refused(as_alice.patch(RULE, {"approvals": 1}, headers={"If-Match": tag}), 412, "stale_version")
    refused(as_bob.patch(RULE, {"approvals": 1}), 403, "forbidden")
    refused(as_vera.patch(RULE, {"approvals": 1}), 403, "forbidden")
    assert as_vera.get(RULE).json()["roles"] == ["owner"]
    refused(as_charlie.get(RULE), 404, "not_found")
    before = event_types(project)
    assert as_alice.patch(RULE, {"roles": ["owner"]}).status_code == 200
    assert event_types(project) == before


def test_a_rule_that_nobody_could_fulfil_is_refused(as_alice, as_bob):
    assert wrong_fields(as_alice.patch(RULE, {"approvals": 3})) == {"approvals"}
    assert wrong_fields(as_alice.patch(RULE, {"roles": ["viewer"]})) == {"roles.0"}


def test_an_agent_does_not_change_who_must_agree(alice, project):
    with pytest.raises(AgentsDoNotDecide):
        services.change_rule(project, {"approvals": 1}, actor=Actor.agent(alice, id="a-1", name="Builder"))


# Approvals


def test_accepting_is_refused_with_exactly_what_is_missing(as_alice, as_bob, draft, two_must_agree):
    problem = refused(as_bob.post(url(draft, "accept")), 409, "not_agreed")
    assert problem["missing"] == {"approvals": 1, "by": ["alice"], "comments": [], "change_requests": []}
    assert problem["detail"] == "1 approval is missing, by alice."
    review(as_alice, draft, "approve")
    assert consensus(as_bob, draft)["agreed"] is True
    accept(as_bob, draft.pk)


def test_whoever_accepts_counts_once(as_alice, draft, two_must_agree):
    review(as_alice, draft, "approve")
    assert missing(as_alice.post(url(draft, "accept")))["by"] == ["bob"]


def test_only_the_roles_of_the_rule_count(as_alice, as_bob, draft):
    as_alice.patch(RULE, {"roles": ["owner"]})
    assert missing(as_bob.post(url(draft, "accept")))["by"] == ["alice"]
    review(as_alice, draft, "approve")
    accept(as_bob, draft.pk)


def test_who_has_lost_the_role_no_longer_counts(as_alice, as_bob, bob, draft, two_must_agree, project, alice):
    review(as_bob, draft, "approve")
    services.set_member(project, bob, Role.VIEWER, actor=Actor.person(alice))
    assert missing(as_alice.post(url(draft, "accept")))["approvals"] == 1


def test_consensus_tells_where_it_stands(as_alice, as_bob, as_vera, draft, two_must_agree):
    given = review(as_bob, draft, "approve")
    found = consensus(as_alice, draft)
    assert found["rule"]["approvals"] == 2
    assert found["approvals"] == [{"user": "bob", "review": given["id"], "stale": False}]
    assert (found["change_requests"], found["blocking_comments"], found["agreed"]) == ([], [], True)
    seen_by_a_viewer = consensus(as_vera, draft)
    assert (seen_by_a_viewer["agreed"], seen_by_a_viewer["missing"]["by"]) == (False, ["alice"])


def test_who_may_do_everything_counts_as_an_owner(draft, project):
    keeper = make_user("keeper")
    keeper.is_superuser = True
    keeper.save()
    services.accept_plan(draft, actor=Actor.person(keeper))


# Requests for changes


def test_a_request_for_changes_blocks_until_its_author_reviews_anew(as_alice, as_bob, draft):
    asked = review(as_bob, draft, "request_changes", "Leap is too long")
    found = missing(as_alice.post(url(draft, "accept")))
    assert found["change_requests"] == [{"user": "bob", "review": asked["id"], "stale": False}]
    review(as_bob, draft, "approve")
    accept(as_alice, draft.pk)


def test_a_request_for_changes_ends_with_the_change(as_alice, as_bob, draft):
    review(as_bob, draft, "request_changes")
    edit(as_alice, draft, title("T-002", "Leap"))
    assert consensus(as_alice, draft)["change_requests"][0]["stale"] is True
    accept(as_alice, draft.pk)


def test_who_asked_for_changes_may_think_better_of_it_and_accept(as_bob, draft):
    review(as_bob, draft, "request_changes")
    accept(as_bob, draft.pk)


# Staleness


def test_an_approval_goes_stale_when_what_it_saw_changes_and_not_otherwise(as_alice, as_bob, draft, propose):
    review(as_bob, draft, "approve")
    as_alice.patch(url(draft), {"summary": "In other words"})
    propose({"title": "Another idea"})
    assert stale(as_alice, draft) == [False]
    edit(as_alice, draft, title("T-002", "Leap"))
    assert stale(as_alice, draft) == [True]
    edit(as_alice, draft, title("T-002", "Let the hero leap"))
    assert stale(as_alice, draft) == [False]


def test_a_change_that_nobody_saw_makes_approvals_stale(as_alice, as_bob, draft, two_must_agree):
    review(as_bob, draft, "approve")
    edit(as_alice, draft, add("Music"))
    assert missing(as_alice.post(url(draft, "accept")))["approvals"] == 1
    assert taken(as_alice, draft, "T-002")["status"] == "accepted", "what Bob saw can still be taken"


def test_reviews_go_on_with_what_remains(as_alice, as_bob, draft, two_must_agree):
    review(as_bob, draft, "approve")
    rest = taken(as_alice, draft, "T-002")["remaining"]
    assert stale(as_alice, rest) == [False]
    assert stale(as_alice, draft) == [False]
    edit(as_alice, rest, title("T-003", "Hide the gems"))
    assert stale(as_alice, rest) == [True]


def test_reviews_follow_a_rebase_where_it_leaves_what_they_saw(as_alice, as_bob, accepted, draft, propose):
    review(as_bob, draft, "approve")
    other = propose(*KEPT, {"title": "Music"}, base=accepted)
    accept(as_alice, other.pk)
    rebased = as_alice.post(url(draft, "rebase"), {}).json()["id"]
    assert stale(as_alice, rebased) == [False]
    accept(as_alice, rebased)


# Who may say what


def test_agents_and_viewers_advise_and_their_advice_binds_nobody(as_alice, as_vera, alice, draft, two_must_agree):
    agent = Actor.agent(alice, id="a-1", name="Builder")
    services.review_plan(draft, verdict="advise", body="Looks fine", actor=agent)
    for verdict in ("approve", "request_changes"):
        with pytest.raises(AgentsDoNotDecide):
            services.review_plan(draft, verdict=verdict, actor=agent)
        refused(as_vera.post(url(draft, "reviews"), {"verdict": verdict}), 403, "forbidden")
    assert review(as_vera, draft, "advise")["author"]["name"] == "vera"
    assert missing(as_alice.post(url(draft, "accept")))["by"] == ["bob"]
    assert len(as_alice.get(url(draft, "reviews")).json()["results"]) == 2


def test_a_review_is_told(as_bob, draft, project):
    given = review(as_bob, draft, "approve", "Good")
    assert events(project, "plan.reviewed")[-1]["payload"] == {
        "plan_id": draft.pk,
        "review_id": given["id"],
        "verdict": "approve",
        "body": "Good",
    }


def test_only_a_proposal_is_reviewed_and_only_by_members(as_alice, as_charlie, accepted, draft):
    refused(as_alice.post(url(accepted, "reviews"), {"verdict": "approve"}), 409, "not_proposed")
    refused(as_charlie.post(url(draft, "reviews"), {"verdict": "approve"}), 404, "not_found")
    assert wrong_fields(as_alice.post(url(draft, "reviews"), {"verdict": "meh"})) == {"verdict"}


# Comments that block


def test_a_blocking_comment_holds_the_plan_until_it_is_resolved(as_alice, as_bob, draft):
    comment = as_bob.post(url(draft, "comments"), {"body": "Why?", "blocking": True}).json()
    assert missing(as_alice.post(url(draft, "accept")))["comments"] == [comment["id"]]
    as_alice.post(f"/api/v1/comments/{comment['id']}/resolve/")
    accept(as_alice, draft.pk)


def test_what_is_disputed_is_left_and_the_rest_is_taken(as_alice, as_bob, draft):
    comment = as_bob.post(url(draft, "comments"), {"body": "Why?", "code": "T-003", "blocking": True}).json()
    refused(take(as_alice, draft, "T-003"), 409, "not_agreed")
    rest = taken(as_alice, draft, "T-002")["remaining"]
    assert missing(as_alice.post(url(rest, "accept")))["comments"] == [comment["id"]]


# The arithmetic


def test_too_few_people_is_said_as_such():
    rule = Rule(roles=["owner"], approvals=2)
    asked = [Voice("bob", 3, stale=False), Voice("eve", 4, stale=True)]
    found = what_is_missing(
        rule,
        {"alice": "owner", "bob": "editor"},
        accepter="alice",
        approvals=[],
        change_requests=asked,
        comments=[7, 8],
    )
    assert found.sentences() == [
        "1 approval is missing; nobody else here can give one.",
        "Comments that block it are open: 7, 8.",
        "bob has asked for changes (review 3).",
    ]


def test_a_client_of_nobody_finds_nothing(draft):
    stranger = client_for(make_user("stranger"))
    refused(stranger.get(url(draft, "consensus")), 404, "not_found")


def test_the_browsable_api_shows_the_rule_and_changes_it(as_alice, project):
    place = "/api/v1/projects/pixel-jumper/consensus/"
    shown = as_alice.get(place, HTTP_ACCEPT="text/html")
    assert (shown.status_code, shown["Content-Type"]) == (200, "text/html; charset=utf-8")
    changed = as_alice.patch(place, {"roles": ["owner"]}, HTTP_ACCEPT="text/html")
    assert changed.status_code == 200
