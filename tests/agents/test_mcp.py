"""Agents at work over MCP: told what to do, believed with evidence, refused in words that help."""

import asyncio
import json

import pytest
from mcp.shared.exceptions import MCPError

from tests.agents.conftest import grip, proof
from tests.api.test_pack_deltas import applied, named


def events(api, project, *types):
    found = api.get(f"projects/{project}/events/?types={','.join(types)}&after=0&limit=200")["results"]
    return [event["payload"] for event in found]


async def test_an_agent_is_told_what_to_do_and_does_it(api, planned, connect):
    async with connect() as ada:
        await ada.start(planned)
        work = await ada.next_task()
        assert (work["task"]["code"], work["task"]["status"], work["fence"]) == ("T-001", "in_progress", 1)
        kinds = [item["kind"] for item in work["context_pack"]["items"]]
        assert kinds[:2] == ["task", "criteria"]
        state = await ada.does("report_progress", **grip(work), percent=40, note="It opens.")
        assert state == {"code": "T-001", "status": "in_progress", "progress": 40}
        half = await ada.does("submit_completion", **grip(work), evidence=proof(work)[:1])
        assert (half["done"], half["unmet"]) == (False, work["task"]["acceptance"][1:])
        assert await ada.does("submit_completion", **grip(work), evidence=proof(work)) == {
            "done": True,
            "code": "T-001",
            "unmet": [],
        }
        assert (await ada.next_task())["task"]["code"] != "T-001"
        ended = await ada.does("end_run", run=ada.run, summary="Enough for today.")
        assert ended["status"] == "complete"
    assert [each["how"] for each in events(api, planned, "task.released")] == ["released"]


async def test_text_and_structured_content_say_the_same(planned, connect):
    async with connect() as ada:
        result = await ada.client.call_tool("get_task", {"code": "T-001", "project": planned})
        assert json.loads(result.content[0].text) == result.structured_content


async def test_many_ask_at_once_and_each_gets_another_task(api, planned, connect):
    tasks = [{"title": f"Task {number}"} for number in range(12)]
    plan = api.post(f"projects/{planned}/plans/", {"tasks": tasks}, expect=201)
    api.post(f"plans/{plan['id']}/accept/", expect=200)
    async with connect() as ada:
        runs = [(await ada.does("start_run", project=planned, agent=f"a{number}"))["run"] for number in range(14)]
        works = await asyncio.gather(*(ada.does("claim_next_task", run=run, budget_tokens=200) for run in runs))
        taken = [work["task"]["code"] for work in works if "task" in work]
        assert len(taken) == len(set(taken)) == 12
        idle = [work for work in works if "task" not in work]
        assert [work["none"] for work in idle] == [True, True]
        assert idle[0]["reasons"][0].startswith("Nothing can be started") and idle[0]["retry_after"] == 15


async def test_whoever_asks_again_gets_the_same_task(planned, connect):
    async with connect() as ada:
        await ada.start(planned)
        first, again = await ada.next_task(), await ada.next_task()
        assert (again["task"]["code"], grip(again)) == (first["task"]["code"], grip(first))


async def test_a_task_goes_on_with_what_its_holder_left(planned, connect):
    async with connect() as ada, connect("Ben") as ben:
        await ada.start(planned)
        await ben.start(planned, "Ben")
        work = await ada.next_task()
        refused = await ben.refused("claim_task", "claimed", run=ben.run, code="T-001")
        assert refused["retryable"]
        await ada.does("release_task", **grip(work), reason="Tired.", handoff="The build script is missing.")
        taken = await ben.does("claim_task", run=ben.run, code="T-001")
        assert (taken["handoff"], taken["fence"]) == ("The build script is missing.", 2)
        assert "handoff" in [item["kind"] for item in taken["context_pack"]["items"]]
        await ada.refused("report_progress", "stale_claim", **grip(work), percent=50)
        await ada.refused("heartbeat", "stale_claim", **grip(work))
        await ada.refused("submit_completion", "stale_claim", **grip(work), evidence=proof(work))
        await ada.refused("register_artifact", "stale_claim", **grip(work), type="x", category="code", path="x.cs")


async def test_a_blocker_is_told_and_the_task_waits(api, planned, connect):
    async with connect() as ada:
        await ada.start(planned)
        work = await ada.next_task()
        state = await ada.does("report_blocker", **grip(work), kind="tool", description="No licence.")
        assert state["status"] == "blocked"
        none = await ada.next_task()
        assert none["none"] and "T-001: No licence." in none["reasons"]


async def test_decisions_flow_into_the_context_with_their_reason(api, planned, connect):
    async with connect() as ada:
        await ada.start(planned)
        said = {"run": ada.run, "text": "Gems are nodes.", "why": "They animate.", "code": "T-001"}
        first = await ada.does("log_decision", **said)
        assert await ada.does("log_decision", **said) == first, "The same decision again is no other."
        pack = (await ada.does("get_context", scope="task", code="T-001"))["context_pack"]
        assert "Gems are nodes. Why: They animate." in [item["text"] for item in pack["items"]]
    assert api.get(f"runs/{ada.run}/")["status"] == "active", "Whoever decides something has begun."
    active = api.get(f"projects/{planned}/contexts/active/")
    assert (active["version"], active["source"]) == (first["context_version"], "ai-generate")
    entry = active["content"]["decisions"][-1]
    assert (entry["text"], entry["why"], entry["code"], entry["by"]["name"]) == (*list(said.values())[1:], "Ada")


async def test_an_agent_asks_for_what_is_new(planned, connect):
    async with connect() as ada:
        await ada.start(planned)
        work = await ada.next_task()
        before = work["context_pack"]
        await ada.does("log_decision", run=ada.run, text="Gems are nodes.", why="They animate.", code="T-001")
        asked = {"scope": "task", "code": "T-001", "since": before["version"]}
        told = (await ada.does("get_context", **asked))["context_pack"]
        assert "Gems are nodes. Why: They animate." in [item["text"] for item in told["added"]]
        assert told["since"] == before["version"] and "items" not in told
        everything = (await ada.does("get_context", scope="task", code="T-001"))["context_pack"]
        assert applied(before, told) == named(everything["items"])
        project_now = (await ada.does("get_context"))["context_pack"]
        assert (await ada.does("get_context", since=project_now["version"]))["context_pack"]["added"] == []
        await ada.refused("get_context", "invalid", since="1-x")


async def test_people_answer_what_an_agent_asks(api, planned, connect):
    async with connect() as ada:
        await ada.start(planned)
        work = await ada.next_task()
        asked = await ada.does("ask_question", run=ada.run, question="Godot or Unity?", options=["Godot", "Unity"])
        open_now = api.get(f"projects/{planned}/contexts/active/")["content"]["open_questions"]
        assert open_now[-1]["text"] == "Godot or Unity?"
        assert (await ada.does("heartbeat", **grip(work)))["answers"] == []
        api.post(f"activities/{asked['activity']}/answer/", {"answer": "Godot"}, expect=200)
        beat = await ada.does("heartbeat", **grip(work))
        assert beat["answers"] == [{"question": "Godot or Unity?", "answer": "Godot"}]
    after = api.get(f"projects/{planned}/contexts/active/")["content"]["open_questions"]
    assert [entry for entry in after if isinstance(entry, dict)] == []


async def test_what_was_made_is_noted_and_shown_as_evidence(planned, connect):
    async with connect() as ada:
        await ada.start(planned)
        work = await ada.next_task()
        made = {**grip(work), "type": "scene", "category": "asset", "path": "Main.tscn"}
        artifact = (await ada.does("register_artifact", **made))["artifact"]
        evidence = [{**entry, "artifact": artifact} for entry in proof(work)]
        assert (await ada.does("submit_completion", **grip(work), evidence=evidence))["done"]
        task = (await ada.does("get_task", code="T-001"))["task"]
        shown = task["evidence"][0]
        assert (shown["kind"], shown["artifact"], shown["criterion"]) == ("test", artifact, task["acceptance"][0])
        await ada.refused("register_artifact", "invalid", **{**made, "category": "song"})


async def test_the_list_of_tools_is_short(api, connect, agent_token):
    async with connect() as ada:
        tools = (await ada.client.list_tools()).tools
    answer = api.http.post(
        "/mcp",
        json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
        headers={"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"},
    )
    assert len(answer.content) <= 8_192
    assert all(tool.description and tool.output_schema and tool.annotations for tool in tools)
    assert "accept" not in " ".join(tool.name for tool in tools)


@pytest.mark.parametrize(
    ("toolset", "has"), [("planning", "get_plan"), ("documents", "get_document"), ("all", "heartbeat")]
)
async def test_a_toolset_is_chosen_in_the_address(connect, toolset, has):
    async with connect(toolset=toolset) as ada:
        assert has in [tool.name for tool in (await ada.client.list_tools()).tools]


async def test_old_clients_are_served_too(planned, connect):
    async with connect(mode="legacy") as ada:
        assert (await ada.does("get_task", code="T-001", project=planned))["task"]["code"] == "T-001"


async def test_changes_are_proposed_and_never_accepted(api, planned, connect):
    async with connect(toolset="planning") as ada:
        ops = [{"op": "add", "task": {"title": "Test it with children", "dependencies": ["T-001"]}}]
        made = await ada.does("propose_changes", base_version=1, ops=ops, rationale="Nobody has yet.", project=planned)
        assert (made["version"], made["status"], made["base_version"]) == (2, "proposed", 1)
        diff = await ada.does("diff_plans", version=2, project=planned)
        assert "Test it with children" in diff["markdown"]
        said = await ada.does("comment", version=2, body="Too much?", code="T-001", field="title", project=planned)
        assert said["version"] == 2
        ready = await ada.does("explain_ready", project=planned)
        assert ready["next"] == "T-001" and {"code": "T-002", "reason": "waits for T-001"} in ready["blocked"]
        assert (await ada.does("get_plan", project=planned))["version"] == 1, "What people accepted still holds."
        ring = [{"op": "update", "code": "T-001", "fields": {"dependencies": ["T-002"]}}]
        refused = await ada.refused(
            "propose_changes", "dependency_cycle", base_version=1, ops=ring, rationale="!", project=planned
        )
        assert refused["path"] == ["T-001", "T-002", "T-001"]
        bad = await ada.refused(
            "propose_changes", "invalid", base_version=1, ops=[{"op": "x"}], rationale="", project=planned
        )
        assert "ops.0" in bad["errors"]
    plan = api.get(f"plans/{made['plan']}/")
    assert plan["created_by"] == "ai"
    api.post(f"plans/{made['plan']}/accept/", expect=200)
    async with connect(toolset="planning") as ada:
        late = await ada.refused(
            "propose_changes", "stale_base", base_version=1, ops=ops, rationale="", project=planned
        )
        assert late["active_version"] == 2
        await ada.refused("get_plan", "not_found", version=9, project=planned)


async def test_a_section_is_written_and_the_draft_before_is_kept(api, planned, connect):
    outline = [{"heading": "Core"}, {"heading": "Art"}]
    document = api.post(f"projects/{planned}/documents/", {"title": "Design", "outline": outline}, expect=201)
    section = document["sections"][0]["id"]
    async with connect(toolset="documents") as ada:
        for text in ("T-001 comes first.", "T-001 comes first, then the rest."):
            written = await ada.does("propose_section", section=section, text=text)
        read = await ada.does("get_document", document=document["id"], section=section)
        assert read["sections"][0]["content"] == text and "content" not in read["sections"][1]
        assert written["status"] == "done"
        await ada.refused("get_document", "not_found", document=document["id"], section=10**6)
        await ada.refused("propose_section", "not_found", section=10**6, text="")
    assert len(api.get(f"sections/{section}/drafts/")["results"]) == 2
    async with connect() as ada:
        pack = (await ada.does("get_context", scope="task", code="T-001", project=planned))["context_pack"]
    assert [item["why"] for item in pack["items"] if item["kind"] == "section"] == ["It tells of T-001, in “Design”."]


async def test_what_a_person_wrote_stays_until_a_person_takes_the_agents_text(api, planned, connect, agent_token):
    document = api.post(f"projects/{planned}/documents/", {"title": "D", "outline": [{"heading": "C"}]}, expect=201)
    section = document["sections"][0]["id"]
    place = f"/api/v1/sections/{section}/"
    api.http.patch(place, json={"text": "By hand."}).raise_for_status()
    async with connect(toolset="documents") as ada:
        for _ in range(2):
            proposed = await ada.does("propose_section", section=section, text="Better.")
            assert (proposed["draft"], proposed["status"]) == (2, "proposed"), "The same again is no other."
        await ada.does("propose_section", section=section, text="By hand.")
    assert api.get(f"sections/{section}/")["content"] == "By hand."
    with api.socket(f"/ws/documents/{document['id']}/?after=0") as socket:
        ends = [frame for frame in socket.take(8) if frame["type"] == "section_end"]
    assert [end["status"] for end in ends] == ["done", "proposed"]
    agent = {"Authorization": f"Bearer {agent_token('Ada')}"}
    for answer in (
        api.http.post(f"{place}drafts/2/adopt/", json={}, headers=agent),
        api.http.patch(place, json={"locked": True}, headers=agent),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "people_only")
    assert api.http.patch(place, json={"text": "Mine."}, headers=agent).json()["content"] == "By hand."
    told = [(payload["action"], payload["draft"]) for payload in events(api, planned, "section.updated")]
    assert told == [("edited", 1), ("proposed", 2), ("proposed", 3)]
    assert api.post(f"sections/{section}/drafts/2/adopt/", expect=200)["content"] == "Better."
    assert [draft["status"] for draft in api.get(f"sections/{section}/drafts/")["results"]] == [
        "proposed",
        "done",
        "done",
    ]


async def test_resources_are_read_by_address(api, planned, connect):
    document = api.post(
        f"projects/{planned}/documents/", {"title": "Design", "outline": [{"heading": "Core"}]}, expect=201
    )
    places = ("plan", "context", "tasks/T-001", f"documents/{document['id']}")
    async with connect() as ada:
        read = {}
        for place in places:
            found = await ada.client.read_resource(f"gateway://projects/{planned}/{place}")
            read[place] = json.loads(found.contents[0].text)
        assert read["plan"]["version"] == 1 and read["tasks/T-001"]["code"] == "T-001"
        assert read["context"]["content"]["pending_tasks"] and read[places[3]]["title"] == "Design"
        for missing in ("tasks/T-999", "documents/999999", "documents/x"):
            with pytest.raises(MCPError) as caught:
                await ada.client.read_resource(f"gateway://projects/{planned}/{missing}")
            assert caught.value.error.data["code"] == "not_found"


async def test_prompts_set_an_agent_going(planned, connect):
    async with connect() as ada:
        wanted = {"start_session": {"project": planned}, "review_plan": {"project": planned, "version": "1"}}
        for name, arguments in {**wanted, "handoff": {"claim": "3", "fence": "1"}}.items():
            said = (await ada.client.get_prompt(name, arguments)).messages[0].content.text
            assert all(value in said for value in arguments.values())


async def test_a_viewer_and_a_reading_token_only_read(api, someone, planned, connect):
    api.post(f"projects/{planned}/members/", {"user": someone.name, "role": "viewer"}, expect=201)
    reading = api.post("tokens/", {"name": "eyes", "scopes": ["read"]}, expect=201)["token"]
    for token in (someone.token, reading):
        async with connect(token=token) as eyes:
            assert (await eyes.does("get_task", code="T-001", project=planned))["task"]["status"] == "pending"
            await eyes.refused("start_run", "forbidden", project=planned, agent="Eyes")


async def test_a_wrong_call_is_explained(planned, connect):
    async with connect() as ada:
        await ada.start(planned)
        wrong = await ada.refused("claim_task", "invalid", run="seven", code="T-001")
        assert list(wrong["errors"]) == ["run"]
        assert list((await ada.refused("claim_task", "invalid", run=ada.run))["errors"]) == ["code"]
        unknown = await ada.refused("get_task", "invalid", code="T-001", colour="red")
        assert "Known: code, project." in unknown["errors"]["colour"][0]
        await ada.refused("get_task", "not_found", code="T-999", project=planned)
        await ada.refused("get_task", "invalid", code="T\x00", project=planned)
        await ada.refused("claim_next_task", "invalid", run=2**70)
        await ada.refused("fly", "unknown_tool")
        await ada.refused("get_context", "invalid", budget_tokens=100)
        await ada.refused("claim_task", "dependencies_unmet", run=ada.run, code="T-002")
        await ada.refused("log_decision", "not_found", run=ada.run, text="x", why="y", code="T-999")
        await ada.refused("ask_question", "not_found", run=ada.run, question="x", code="T-999")
        work = await ada.next_task()
        stray = await ada.refused(
            "submit_completion", "invalid", **grip(work), evidence=[{"criterion": 99, "kind": "log"}]
        )
        assert "It has: 1." in stray["errors"]["evidence.0.criterion"][0]
        odd = await ada.refused(
            "submit_completion", "invalid", **grip(work), evidence=[{"kind": "log", "said": "by me"}]
        )
        assert "evidence.0.said" in odd["errors"]
        await ada.does("end_run", run=ada.run)
        await ada.refused("claim_next_task", "run_ended", run=ada.run)


async def test_which_project_is_clear_or_asked_for(api, project, planned, connect):
    async with connect() as ada:
        asked = await ada.refused("get_task", "which_project", code="T-001")
        assert project in asked["message"]
        await ada.start(planned)
        assert (await ada.does("get_task", code="T-001"))["task"]["code"] == "T-001"


async def test_a_project_without_a_plan_or_context_says_so(project, connect):
    async with connect(toolset="planning") as ada:
        await ada.refused("get_plan", "not_found", project=project)
        for place in ("plan", "context"):
            with pytest.raises(MCPError):
                await ada.client.read_resource(f"gateway://projects/{project}/{place}")


async def test_an_agent_is_seen_while_it_writes_under_its_claim(api, planned, connect):
    async with connect() as ada:
        await ada.start(planned)
        work = await ada.next_task()
        before = api.get(f"runs/{ada.run}/")
        await ada.does("heartbeat", **grip(work))
        after = api.get(f"runs/{ada.run}/")
    assert before["status"] == "active" and after["seen_at"] > before["seen_at"]
