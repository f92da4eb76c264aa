"""The log as people read it."""

import pytest

from plans.admin.log_words import event_in_words


@pytest.mark.parametrize(
    ("type_", "code", "payload", "words"),
    [
        ("plan.accepted", None, {"version": 2, "remaining": 7}, "accepted a part of plan v2"),
        ("plan.rebased", None, {"version": 3}, "carried a proposal over, as plan v3"),
        (
            "plan.commented",
            "T-002",
            {"action": "created", "body": "How high?", "code": "T-002"},
            "said “How high?” about T-002",
        ),
        ("plan.commented", None, {"action": "resolved", "body": "Music?", "code": None}, "resolved “Music?”"),
        (
            "plan.reviewed",
            None,
            {"verdict": "request_changes", "body": "Too much."},
            "asked for changes of a proposal: “Too much.”",
        ),
        ("plan.reviewed", None, {"verdict": "approve", "body": ""}, "approved of a proposal"),
        ("task.claimed", "T-001", {}, "claimed T-001"),
        ("task.released", "T-001", {"how": "taken"}, "took the claim away on T-001"),
        ("task.released", "T-001", {"how": "expired"}, "let a claim run out on T-001"),
        ("run.ended", None, {"agent": "builder-7"}, "ended a run of the agent builder-7"),
        ("question.answered", None, {"question": "High?", "answer": "Yes"}, "answered “High?”: “Yes”"),
        ("something.new", "T-001", {"text": "hello"}, "hello (T-001)"),
    ],
)
def test_an_event_is_the_rest_of_a_sentence_about_its_actor(type_, code, payload, words):
    assert event_in_words({"type": type_, "task_code": code, "payload": payload}) == words
