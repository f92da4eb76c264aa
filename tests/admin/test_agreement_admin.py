"""How people come to agree in the admin: they choose changes, comment, review and accept, and write no JSON."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gamedev_gateway.core.actors import Actor
from plans import services
from plans.models import Comment, Review, TaskPlan
from plans.operations import Add, Drop, NewTask
from tests.admin.agreeing import KEPT, boss, do, heard, open_the_project, page, shown, status, title
from tests.admin.conftest import Sheet, events_of


@pytest.fixture
def mine(accepted, propose, edit, bob) -> TaskPlan:
    """Bob's changes of the accepted plan: other words for T-002, T-003 left out, a boss, and a tune after the boss."""
    plan = propose(*KEPT, base=accepted)
    edit(plan, title("T-002", "Let the hero leap"), by=bob, reason="Leaping is the game.")
    edit(plan, Drop(op="drop", code="T-003"), boss("T-002"), by=bob)
    return edit(plan, Add(op="add", task=NewTask(title="Boss tune", dependencies=["T-004"])), by=bob)


# What it changes


def test_each_change_is_told_with_its_words_who_wanted_it_and_why(alice_admin, mine):
    text = shown(alice_admin, mine)
    assert "Let the hero <del>jump</del><ins>leap</ins>" in text
    assert "bob: “Leaping is the game.”" in text
    assert "Needs" in text
    assert "T-005 waits for T-004, which only this proposal adds." in text


def test_work_that_would_be_left_out_is_warned_of(alice_admin, alice, accepted, mine):
    open_the_project(alice)
    services.start_task(accepted.tasks.get(code="T-003"), actor=Actor.person(alice))
    assert "T-003 is in progress; it would be left out" in shown(alice_admin, mine)


def test_other_open_proposals_for_the_same_task_are_told(alice_admin, accepted, propose, edit, mine):
    other = edit(propose(*KEPT, base=accepted), title("T-002", "Let the hero fly"))
    text = shown(alice_admin, mine)
    assert f'<a class="gw-link" href="{page(other)}#change-T-002">v{other.version}</a> by alice: title' in text


def test_an_accepted_version_tells_what_it_changed_offers_no_choice_and_is_not_accepted_again(bob_admin, accepted):
    answer = do(bob_admin, accepted, "accept")
    text = answer.content.decode()
    assert "What it changed" in text
    assert 'name="only"' not in text
    assert 'value="accept"' not in text
    assert "only a proposed version" in heard(answer)[0]


# Accepting


def test_accepting_all_of_it_makes_it_the_active_plan(bob_admin, mine):
    answer = do(bob_admin, mine, "accept")
    assert heard(answer) == [f"Version {mine.version} is the active plan now."]
    assert status(mine) == "accepted"


def test_accepting_some_leaves_the_rest_open_and_says_where(bob_admin, mine):
    answer = do(bob_admin, mine, "accept_chosen", only=["T-002"])
    rest = mine.continued_by.get()
    assert f'href="{page(rest)}">version {rest.version}</a>' in heard(answer)[0]
    active = {task.code: task.title for task in mine.tasks.all()}
    assert active == {"T-001": "Set up the project", "T-002": "Let the hero leap", "T-003": "Place the gems"}
    assert status(rest) == "proposed"


def test_what_a_choice_needs_is_ticked_and_told_and_nothing_happens_yet(bob_admin, mine):
    answer = do(bob_admin, mine, "accept_chosen", only=["T-005"])
    assert status(mine) == "proposed"
    text = answer.content.decode()
    assert "What you chose needs more" in text
    assert text.count("T-005 waits for T-004, which only this proposal adds") == 2, "at the top, and at the change"
    assert answer.context["ticked"] == {"T-004", "T-005"}
    do(bob_admin, mine, "accept_chosen", only=sorted(answer.context["ticked"]))
    assert {task.code for task in mine.tasks.all()} == {"T-001", "T-002", "T-003", "T-004", "T-005"}


def test_without_a_tick_nothing_is_accepted(bob_admin, mine):
    assert heard(do(bob_admin, mine, "accept_chosen")) == ["Tick the changes that you want first."]
    assert status(mine) == "proposed"


def test_what_was_edited_since_it_was_looked_at_is_not_accepted_and_ticks_stay(bob_admin, mine):
    answer = do(bob_admin, mine, "accept_chosen", seen="0-", only=["T-002"])
    assert "edited since you looked" in heard(answer)[0]
    assert answer.context["ticked"] == {"T-002"}
    assert status(mine) == "proposed"


def test_who_is_missing_is_told_by_name(bob_admin, alice, mine, project):
    services.change_rule(project, {"approvals": 2}, actor=Actor.person(alice))
    answer = do(bob_admin, mine, "accept")
    assert "1 approval is missing, by alice." in heard(answer)[0]
    assert [each.text for each in answer.context["head"]["standing"]["obstacles"]] == [
        "1 approval is missing, by alice."
    ]
    services.review_plan(mine, verdict="approve", actor=Actor.person(alice))
    do(bob_admin, mine, "accept")
    assert status(mine) == "accepted"


def test_a_viewer_sees_what_is_missing_and_is_offered_nothing_to_decide(vera_admin, mine):
    text = shown(vera_admin, mine)
    assert "An editor or owner can accept it." not in text  # vera's word does not count: one approval is missing
    assert "1 approval is missing, by alice" in text
    for part in ('name="only"', 'value="accept"', 'value="approve"', 'name="blocking"'):
        assert part not in text


# Comments


def say(client, plan, **data):
    return client.post(page(plan), {"do": "comment", **data})


def test_a_comment_that_blocks_stands_at_the_top_until_it_is_resolved(alice_admin, bob_admin, mine):
    answer = say(bob_admin, mine, code="T-002", field="title", body="How high?", blocking="on")
    comment = Comment.objects.get()
    assert answer["Location"] == f"{page(mine)}#comment-{comment.pk}"
    assert (comment.code, comment.field, comment.blocking) == ("T-002", "title", True)
    top = shown(alice_admin, mine, "change")
    assert "A comment on T-002 by bob blocks it: “How high?”" in top
    assert f'href="{page(mine)}#comment-{comment.pk}"' in top
    assert "Comments that block it are open" in heard(do(alice_admin, mine, "accept"))[0]
    for verb in ("resolve", "reopen", "resolve"):
        alice_admin.post(page(mine), {"do": verb, "comment": comment.pk})
    assert "Nothing stands in the way" in shown(alice_admin, mine)
    assert [event.type for event in events_of(mine.project)].count("plan.commented") == 4


def test_a_reply_stands_below_what_it_answers(alice_admin, vera_admin, mine):
    say(vera_admin, mine, body="Music?")
    question = Comment.objects.get()
    alice_admin.post(page(mine), {"do": "reply", "in_reply_to": question.pk, "body": "Yes, drums."})
    threads = alice_admin.get(page(mine)).context["threads"]
    assert [(thread.comment.body, [reply.body for reply in thread.replies]) for thread in threads] == [
        ("Music?", ["Yes, drums."])
    ]


def test_a_comment_tells_that_what_it_is_about_says_something_else_now(alice_admin, mine, edit):
    say(alice_admin, mine, code="T-002", field="title", body="Higher")
    edit(mine, title("T-002", "Let the hero soar"))
    assert "it says something else now" in shown(alice_admin, mine)


def test_a_refused_comment_comes_back_as_it_was_typed(alice_admin, mine):
    answer = say(alice_admin, mine, code="T-002", body="x" * 20_001)
    assert "at most 20000 characters" in answer.content.decode()
    assert "x" * 20_001 in answer.content.decode()
    assert answer.context["comment_form"]["code"].value() == "T-002"
    assert not Comment.objects.exists()


def test_a_refused_reply_comes_back_where_it_was_typed(alice_admin, mine):
    say(alice_admin, mine, body="Music?")
    long = "y" * 20_001
    answer = alice_admin.post(page(mine), {"do": "reply", "in_reply_to": Comment.objects.get().pk, "body": long})
    assert long in answer.content.decode()
    assert "at most 20000 characters" in answer.content.decode()


def test_what_a_viewer_cannot_resolve_is_told(alice_admin, vera_admin, mine):
    say(alice_admin, mine, body="Mine")
    answer = vera_admin.post(page(mine), {"do": "resolve", "comment": Comment.objects.get().pk})
    assert "Only an editor, or who wrote it" in heard(answer)[0]
    assert Comment.objects.get().resolved_at is None


def test_a_comment_that_is_not_there_is_told(alice_admin, mine):
    answer = alice_admin.post(page(mine), {"do": "resolve", "comment": "9" * 30})
    assert "no such comment" in heard(answer)[0]


def test_words_cannot_smuggle_markup(alice_admin, mine):
    evil = "<script>alert(1)</script>"
    say(alice_admin, mine, body=evil, blocking="on")
    review(alice_admin, mine, "request_changes", evil)
    assert evil not in shown(alice_admin, mine)


# Reviews


def review(client, plan, verdict, body=""):
    return do(client, plan, "review", verdict=verdict, body=body)


def test_nobody_approves_of_what_was_edited_since_they_looked(bob_admin, mine):
    answer = do(bob_admin, mine, "review", verdict="approve", body="Yes please", seen="0-")
    assert "edited since you looked" in heard(answer)[0]
    assert "Yes please" in answer.content.decode()
    assert not Review.objects.exists()


def test_a_request_for_changes_blocks_until_its_author_approves(alice_admin, bob_admin, mine):
    review(bob_admin, mine, "request_changes", "Too much.")
    answer = do(alice_admin, mine, "accept")
    assert "bob has asked for changes" in heard(answer)[0]
    assert "bob has asked for changes. <a" in answer.content.decode()
    review(bob_admin, mine, "approve")
    text = shown(alice_admin, mine)
    assert "approved by bob" in text
    assert "a newer one counts" in text
    assert "Nothing stands in the way" in text


def test_a_review_is_marked_stale_when_what_it_saw_changes(bob_admin, mine, edit):
    review(bob_admin, mine, "approve")
    edit(mine, title("T-002", "Let the hero soar"))
    text = shown(bob_admin, mine)
    assert "stale: what it was about says something else now" in text
    assert "approved by bob (of what it said before)" in text


def test_a_viewer_advises_and_no_more(vera_admin, mine):
    assert "I insist" in review(vera_admin, mine, "approve", "I insist").content.decode()
    assert not Review.objects.exists()
    review(vera_admin, mine, "advise", "Nice")
    assert Review.objects.get().body == "Nice"


# Why, and how many queries


def test_the_reason_that_is_typed_beside_an_edit_is_told_with_the_change(alice_admin, mine):
    filled = Sheet(mine)
    filled.head["reason"] = "It reads better."
    filled["T-001"]["title"] = "Make the project"
    filled.send(alice_admin)
    assert "alice: “It reads better.”" in shown(alice_admin, mine)


def queries_of(client, url) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_much_to_agree_on_takes_no_more_queries_than_little(alice_admin, alice, propose):
    few, many = (propose(*({"title": f"task {n}"} for n in range(size))) for size in (2, 30))
    for plan, comments in ((few, 1), (many, 4)):
        for number in range(comments):
            services.comment_on_plan(plan, actor=Actor.person(alice), body=str(number), blocking=True)
            services.review_plan(plan, verdict="approve", actor=Actor.person(alice))
    for verb in ("agree/", f"compare/?against={propose({'title': 'a'}).pk}"):
        little, much = (queries_of(alice_admin, f"/admin/plans/taskplan/{plan.pk}/{verb}") for plan in (few, many))
        assert little == much, verb
