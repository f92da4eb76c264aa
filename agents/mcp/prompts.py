"""Prompts that a person picks in a client to set an agent going."""

from typing import Any

from mcp.server.mcpserver import MCPServer


def start_session(project: str, agent: str = "agent") -> str:
    """Begin to work on a project."""
    return (
        f'Work on the project "{project}" in the gamedev gateway.\n'
        f'1. start_run(project="{project}", agent="{agent}").\n'
        "2. claim_next_task(run). Read the whole context_pack: the criteria are what counts, the decisions hold.\n"
        "3. Do the task. report_progress with a note at every milestone, heartbeat before expires_at, log_decision for what "
        "others must know, ask_question where only people can decide, register_artifact for what you make.\n"
        "4. submit_completion with evidence for every criterion. If it names unmet ones, go on.\n"
        "5. Again from 2, until there is none; wait retry_after seconds, or end_run.\n"
        "A stale_claim means that somebody else has the task now: stop writing to it."
    )


def review_plan(project: str, version: str) -> str:
    """Look at a proposed version of the plan."""
    return (
        f'Review version {version} of the plan of "{project}" (toolset planning).\n'
        f'Read it with get_plan(project="{project}", version={version}) and what it changes with diff_plans. Look for tasks '
        "that are too large, criteria that nobody could check, missing or needless dependencies, and what the brief asks and "
        "no task does. Say each finding with comment, at the task and the field that it is about. Where you know better, "
        "propose_changes with a rationale. Accepting is for people."
    )


def handoff(claim: str, fence: str) -> str:
    """Give work back so that somebody else can go on."""
    return (
        f"Give back what you hold with claim {claim}, fence {fence}. First register_artifact for all that you made and "
        "report_progress with where you are. Then release_task with a reason and a handoff that says: what is done and where it "
        "is, what is left, what you tried that failed, and what to do first."
    )


def register(server: MCPServer[Any]) -> None:
    for prompt in (start_session, review_plan, handoff):
        server.prompt()(prompt)
