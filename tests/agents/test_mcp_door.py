"""The door of the MCP server: who comes in, on both servers and over stdio."""

import sys

import pytest
from django.core.management import CommandError, call_command
from mcp import Client, StdioServerParameters
from mcp.shared.exceptions import MCPError
from mcp_types import JSONRPCError

from tests.agents.conftest import connected
from tests.servers import ROOT, running_server

CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPT = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}


def refused(response, status, code):
    """What a client shows its agent: the error of JSON-RPC, with what a tool's error has as its data."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-correlation-id"]
    error = JSONRPCError.model_validate_json(response.content).error
    assert error.data["code"] == code and error.data["hint"]
    assert error.message == error.data["message"]
    return error.data


def test_nobody_comes_in_without_a_valid_token(api):
    for headers in ({"Authorization": ""}, {"Authorization": "Bearer wrong"}):
        response = api.http.post("/mcp", json=CALL, headers={**ACCEPT, **headers})
        refused(response, 401, "not_authenticated")
        assert response.headers["www-authenticate"] == "Bearer"


def test_a_revoked_token_opens_nothing_more(api):
    made = api.post("tokens/", {"name": "short", "scopes": ["agent"]}, expect=201)
    headers = {**ACCEPT, "Authorization": f"Bearer {made['token']}"}
    assert api.http.post("/mcp", json=CALL, headers=headers).status_code == 200
    api.http.delete(f"/api/v1/tokens/{made['id']}/")
    refused(api.http.post("/mcp", json=CALL, headers=headers), 401, "not_authenticated")


def test_pages_of_other_sites_and_other_names_are_refused(api):
    refused(
        api.http.post("/mcp", json=CALL, headers={**ACCEPT, "Origin": "https://evil.example"}), 403, "foreign_origin"
    )
    refused(api.http.post("/mcp", json=CALL, headers={**ACCEPT, "Host": "evil.example"}), 421, "wrong_host")
    own = api.http.post("/mcp", json=CALL, headers={**ACCEPT, "Origin": api.server.url})
    assert own.status_code == 200


def test_there_are_no_sessions_to_listen_to(api):
    for method in ("GET", "DELETE"):
        response = api.http.request(method, "/mcp", headers=ACCEPT)
        refused(response, 405, "method_not_allowed")
        assert response.headers["allow"] == "POST"


async def test_the_agent_itself_reads_why_its_call_does_not_come_in(api):
    made = api.post("tokens/", {"name": "short", "scopes": ["agent"]}, expect=201)
    async with connected(api.server.url, made["token"]) as ada:
        await ada.client.list_tools()
        api.http.delete(f"/api/v1/tokens/{made['id']}/")
        with pytest.raises(MCPError, match="revoked") as caught:
            await ada.client.call_tool("get_task", {"code": "T-001"})
    assert caught.value.error.data["code"] == "not_authenticated"
    assert "create_token" in caught.value.error.data["hint"]


def test_what_is_too_large_or_no_call_is_refused_and_the_server_stays_up(api):
    large = {**CALL, "params": {"name": "get_task", "arguments": {"code": "x" * 5_000_000}}}
    refused(api.http.post("/mcp", json=large, headers=ACCEPT), 413, "body_too_large")
    assert (
        api.http.post("/mcp", content=b"{", headers={**ACCEPT, "Content-Type": "application/json"}).status_code == 400
    )
    refused(api.http.post("/mcp?toolset=magic", json=CALL, headers=ACCEPT), 400, "unknown_toolset")
    assert api.http.post("/mcp/", json=CALL, headers=ACCEPT).status_code == 200


def test_the_correlation_id_goes_through(api, planned):
    arguments = {"name": "start_run", "arguments": {"project": planned, "agent": "Ada"}}
    call = {**CALL, "method": "tools/call", "params": arguments}
    response = api.http.post("/mcp", json=call, headers={**ACCEPT, "X-Correlation-ID": "from-the-agent"})
    assert response.headers["x-correlation-id"] == "from-the-agent"
    event = api.get(f"projects/{planned}/events/?types=run.started&after=0")["results"][-1]
    assert event["correlation_id"] == "from-the-agent"


@pytest.mark.stories
async def test_daphne_serves_agents_too(tmp_path, migrated_database):
    with running_server(tmp_path, server="daphne", database=migrated_database, measured=False) as server:
        async with connected(server.url, server.token) as ada:
            error = await ada.refused("get_task", "which_project", code="T-001")
            assert "none" in error["message"]
    assert "Traceback" not in server.log_path.read_text()


@pytest.mark.stories
async def test_over_stdio_the_token_of_the_environment_says_who_calls(api, planned, agent_token):
    unmeasured = {name: value for name, value in api.server.env.items() if not name.startswith("COVERAGE_")}
    env = {**unmeasured, "GATEWAY_TOKEN": agent_token("Ada")}
    command = StdioServerParameters(command=sys.executable, args=["manage.py", "mcp_stdio"], env=env, cwd=str(ROOT))
    async with Client(command) as client:
        run = await client.call_tool("start_run", {"project": planned, "agent": "Ada"})
        work = await client.call_tool("claim_next_task", {"run": run.structured_content["run"]})
        assert work.structured_content["task"]["code"] == "T-001"
    claimed = api.get(f"projects/{planned}/events/?types=task.claimed&after=0")["results"][-1]
    assert claimed["actor"]["name"] == "Ada"


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "wrong"])
def test_stdio_without_a_valid_token_does_not_start(monkeypatch, token):
    monkeypatch.setenv("GATEWAY_TOKEN", token)
    with pytest.raises(CommandError, match="create_token"):
        call_command("mcp_stdio")
