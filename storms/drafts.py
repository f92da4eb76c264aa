"""What the documents of a storm have come to, and whether that is right."""

import re
import time
from typing import Any

import httpx

from tests.documents.drafts_seen import Seen

TOKENS = 90
FINISHES_WITHIN = 90
"""Seconds after the last kill; a lost worker is missed within fifteen."""
TAG = re.compile(r"r(\d+)\.")


def wait_for_end(http: httpx.Client, run_id: int) -> None:
    """Until a run is over; whoever watches a run that never ends never sees the end either, and that is told."""
    give_up_at = time.monotonic() + FINISHES_WITHIN
    while time.monotonic() < give_up_at:
        if http.get(f"generations/{run_id}/").json()["status"] not in ("queued", "running"):
            return
        time.sleep(0.2)


def read_drafts(http: httpx.Client, document: dict[str, Any]) -> dict[int, dict[str, Any]]:
    answers = [http.get(f"sections/{section['id']}/drafts/?limit=200").json() for section in document["sections"]]
    return {draft["number"]: draft for answer in answers for draft in answer["results"]}


def check_end(http: httpx.Client, document: dict[str, Any], run_id: int) -> list[str]:
    """The document is complete, and its run is over."""
    is_now = http.get(f"documents/{document['id']}/").json()
    run = http.get(f"generations/{run_id}/").json()
    faults = [] if is_now["status"] == "ready" else [f"the document is {is_now['status']}"]
    faults += [] if run["status"] == "done" else [f"the run is {run['status']}: {run['error']}"]
    return faults + [
        f"{each['heading']} is {each['status']}" for each in is_now["sections"] if each["status"] != "done"
    ]


def check_drafts(drafts: dict[int, dict[str, Any]]) -> list[str]:
    """No text of two drafts is mixed; one that is done is whole; no draft is left open."""
    faults = []
    for number, draft in drafts.items():
        if draft["status"] not in ("done", "failed"):
            faults.append(f"draft {number} is {draft['status']}")
        if len(set(TAG.findall(draft["text"]))) > 1:
            faults.append(f"draft {number} has words of several answers")
        if draft["status"] == "done" and len(TAG.findall(draft["text"])) != TOKENS:
            faults.append(f"draft {number} is done, but not whole")
    return faults


def compare(seen: Seen, drafts: dict[int, dict[str, Any]]) -> list[str]:
    """What a watcher saw is what is stored: all drafts, in their order, to the last byte."""
    if seen.begun != sorted(drafts):
        return [f"saw the drafts {seen.begun} of {sorted(drafts)}"]
    wrong = [number for number, draft in drafts.items() if seen.texts[number].decode() != draft["text"]]
    return [f"saw other texts of the drafts {wrong}"] if wrong else []
