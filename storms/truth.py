"""What the log says, read from its beginning over REST, and what must be true of it."""

from collections import Counter
from typing import Any

import httpx

Log = list[dict[str, Any]]


def read_log(http: httpx.Client, project: str) -> Log:
    events: Log = []
    url: str | None = f"projects/{project}/events/?after=0&limit=200"
    while url:
        page = http.get(url)
        page.raise_for_status()
        events += page.json()["results"]
        url = page.json()["next"]
    return events


def key_of(event: dict[str, Any]) -> str | None:
    return event["payload"].get("data", {}).get("key") if isinstance(event["payload"].get("data"), dict) else None


def check_log(project: str, log: Log) -> list[str]:
    """Its seqs have no holes, and no key is there twice."""
    faults = []
    if [event["seq"] for event in log] != list(range(1, len(log) + 1)):
        faults.append(f"{project}: the log is not 1 to {len(log)}")
    twice = [key for key, count in Counter(map(key_of, log)).items() if key and count > 1]
    return faults + ([f"{project}: stored twice: {twice[:5]}"] if twice else [])


def check_acknowledged(logs: dict[str, Log], acknowledged: dict[str, tuple[str, int]]) -> list[str]:
    """Each acknowledged key is in the log, at the seq that was told."""
    stored = {key: (project, event["seq"]) for project, log in logs.items() for event in log if (key := key_of(event))}
    wrong = [
        f"{key} was acknowledged as {tuple(told)}, the log has it at {stored.get(key)}"
        for key, told in acknowledged.items()
        if stored.get(key) != tuple(told)
    ]
    return wrong[:20]
