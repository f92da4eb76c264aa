"""Evidence over MCP: what is missing is named with what would do, what was shown is kept, people confirm it."""

import pytest

from tests.agents.conftest import grip


@pytest.fixture
def demanding(api, planned):
    """A project whose next task demands a log and a person's word."""
    criteria = ["It starts", "Nothing is logged [log]", "It feels right [sign-off]"]
    plan = api.post(f"projects/{planned}/plans/", {"tasks": [{"title": "Start", "acceptance": criteria}]}, expect=201)
    api.post(f"plans/{plan['id']}/accept/", expect=200)
    return planned


def entry(criterion, **more):
    return {"criterion": criterion, "kind": "note", **more}


async def test_a_completion_that_lacks_something_says_what_would_do_and_keeps_what_it_has(api, demanding, connect):
    async with connect() as ada:
        await ada.start(demanding)
        work = await ada.next_task()
        _, logged, signed = work["task"]["acceptance"]
        some = [entry(1), entry(logged, kind="log", note="clean"), entry(3, note="It does.")]
        lacking = await ada.does("submit_completion", **grip(work), evidence=some)
        assert (lacking["done"], lacking["unmet"]) == (False, [logged, signed])
        assert {each["criterion"]: each["demands"] for each in lacking["criteria"]} == {
            logged: "log",
            signed: "sign-off",
        }
        assert "excerpt" in lacking["criteria"][0]["reason"] and "Ask a person" in lacking["criteria"][1]["reason"]

        told = await ada.does("get_task", code=work["task"]["code"])
        assert [each["verdict"] for each in told["verdicts"]] == ["met", "open", "open"]
        assert [each["level"] for each in told["task"]["evidence"]] == ["said"] * 3
        last = told["task"]["evidence"][2]["n"]
        api.post(f"tasks/{told['task']['id']}/evidence/{last}/confirm/", {"note": "Yes."}, expect=200)

        shown = [entry(2, kind="log", excerpt="0 warnings")]
        assert (await ada.does("submit_completion", **grip(work), evidence=shown))["done"]
        done = await ada.does("get_task", code=work["task"]["code"])
    assert [(each["verdict"], each["level"]) for each in done["verdicts"]] == [
        ("met", "said"),
        ("met", "said"),
        ("met", "confirmed"),
    ]


async def test_what_another_agent_has_shown_is_not_ones_own_answer(api, demanding, connect):
    async with connect() as ada, connect("Ben") as ben:
        await ada.start(demanding)
        work = await ada.next_task()
        assert not (await ada.does("submit_completion", **grip(work), evidence=[entry(1)]))["done"]
        await ada.does("release_task", **grip(work), reason="Tired.")
        await ben.start(demanding, "Ben")
        taken = await ben.does("claim_task", run=ben.run, code=work["task"]["code"])
        lacking = await ben.does("submit_completion", **grip(taken), evidence=[])
        assert lacking["unmet"] == work["task"]["acceptance"]
        no = await ben.does("submit_completion", **grip(taken), evidence=[entry(1, met=False, note="It does not.")])
        assert no["criteria"][0]["verdict"] == "unmet"


async def test_an_artifact_tells_what_it_makes_stale(demanding, connect):
    async with connect() as ada:
        await ada.start(demanding)
        work = await ada.next_task()
        file = {"type": "text", "category": "document", "path": "logs/run.txt"}
        first = await ada.does("register_artifact", **grip(work), **file, sha256="a" * 64)
        assert "made_stale" not in first and "findings" not in first
        shown = entry(2, kind="log", artifact=first["artifact"])
        await ada.does("submit_completion", **grip(work), evidence=[shown])
        again = await ada.does("register_artifact", **grip(work), **file, sha256="b" * 64)
        assert again["made_stale"] == [{"task": work["task"]["code"], "evidence": 1}]
        told = await ada.does("get_task", code=work["task"]["code"])
        assert told["verdicts"][1]["verdict"] == "stale"
        wrong = await ada.refused("submit_completion", "invalid", **grip(work), evidence=[shown])
        assert "newer version" in wrong["errors"]["evidence.0.artifact"][0]


async def test_a_result_of_a_tool_that_there_is_not_is_named(demanding, connect):
    async with connect() as ada:
        await ada.start(demanding)
        work = await ada.next_task()
        evidence = [entry(2, kind="log", tool_call=987)]
        wrong = await ada.refused("submit_completion", "invalid", **grip(work), evidence=evidence)
        assert list(wrong["errors"]) == ["evidence.0.tool_call"]
