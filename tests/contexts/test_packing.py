"""Context packs never cost more than was asked for, and say what they leave out."""

import json
import math

from hypothesis import given
from hypothesis import strategies as st

from contexts.packing import LEAST_BUDGET, MOST_BUDGET, Offer, pack

kinds = st.sampled_from(
    ["task", "criteria", "handoff", "decision", "question", "risk", "dependency", "artifact", "brief", "section"]
)
offers = st.lists(
    st.builds(
        Offer,
        kind=kinds,
        ref=st.text(max_size=30),
        why=st.text(max_size=40),
        text=st.text(max_size=3_000),
        cut=st.booleans(),
    ),
    max_size=40,
)
budgets = st.integers(LEAST_BUDGET, MOST_BUDGET)


def cost(packed):
    """As the documentation says: three bytes of compact JSON in UTF-8 count as one token."""
    return math.ceil(len(json.dumps(packed, ensure_ascii=False, separators=(",", ":")).encode()) / 3)


@given(offers, budgets)
def test_a_pack_is_never_over_its_budget(offered, budget):
    packed = pack("T-001", offered, budget)
    assert cost(packed) <= packed["tokens"] <= budget


@given(offers, budgets)
def test_the_same_input_gives_the_same_pack(offered, budget):
    assert pack("T-001", offered, budget) == pack("T-001", list(offered), budget)


@given(offers, budgets)
def test_everything_is_in_the_pack_or_counted_as_left_out(offered, budget):
    packed = pack("T-001", offered, budget)
    assert len(packed["items"]) + sum(line["count"] for line in packed["left_out"]) == len(offered)


def test_something_else_has_another_hash():
    one, other = (pack("T-001", [Offer("task", "T-001", "Itself.", text)], 400) for text in ("Jump.", "Run."))
    assert one["hash"] != other["hash"]


def test_the_first_come_first_and_a_long_text_is_cut():
    packed = pack(
        "T-001", [Offer("task", "T-001", "Itself.", "Jump. " * 500, cut=True), Offer("risk", "r", "", "x" * 90)], 200
    )
    [item] = packed["items"]
    assert item["cut"] and item["text"].endswith("…") and item["text"].startswith("Jump. Jump.")
    assert packed["left_out"] == [{"kind": "any", "count": 1, "refs": []}]


def test_what_is_left_out_is_named_while_there_is_room():
    long = [Offer("section", f"1/{number}", "", "x" * 5_000) for number in range(3)]
    packed = pack("T-001", [*long, Offer("risk", "risks[0]", "", "It may rain.")], 1_500)
    assert [item["kind"] for item in packed["items"]] == ["risk"]
    assert packed["left_out"] == [{"kind": "section", "count": 3, "refs": ["1/0", "1/1", "1/2"]}]
