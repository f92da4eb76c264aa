"""How long a section of 600 tokens takes by a model, from its draft's beginning to its end.

python -m benchmarks.model_sections [--only local scripted] [--runs 20]

`local`: the small model of `tests.llm.local_model` (install it first). `scripted`: a server of the same API that says 50
tokens a second. The first says all 600, the second 586. One document of so many sections, written one after the other, on a gateway of its own.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from benchmarks.table import percentile
from tests.llm import local_model
from tests.llm.openai_server import Reply, ScriptedServer
from tests.servers import Server, running_server

TOKENS = 600
RATE = 50
BRIEF = {
    "pitch": "Jump across floating islands.",
    "genre": "platformer",
    "mechanics": ["jump"],
    "visual_style": "pixel art",
}
Json = dict[str, Any]


@contextmanager
def local(folder: Path) -> Iterator[dict[str, str]]:
    with local_model.running(folder / "model.log", "--endless") as url:
        yield {
            "OPENAI_BASE_URL": url,
            "GATEWAY_LLM": local_model.NAME,
            "GATEWAY_LLM_PROMPT_TOKENS": "600",
        }  # as docs/models.md advises


@contextmanager
def scripted(_: Path) -> Iterator[dict[str, str]]:
    text = "island " * (TOKENS - 20) + "\n\nSummary: What the islands are like."
    with ScriptedServer() as server:
        server.default = lambda asked: Reply(text=text, tokens_per_second=RATE)
        yield {"OPENAI_BASE_URL": server.url, "GATEWAY_LLM": "openai-chat:scripted"}


MODELS = {"local": local, "scripted": scripted}


def drafts(server: Server, sections: int) -> list[Json]:
    """What became of a document of so many sections."""
    outline = [{"level": 1, "heading": f"Level {number}", "brief": "What happens there."} for number in range(sections)]
    with httpx.Client(base_url=f"{server.url}/api/v1/", headers=server.headers, timeout=60) as api:
        project = api.post("projects/", json={"name": "Islands", "brief": BRIEF}).json()["id"]
        document = api.post(f"projects/{project}/documents/", json={"title": "The levels", "outline": outline}).json()
        api.post(f"documents/{document['id']}/generate/").raise_for_status()
        while (found := api.get(f"documents/{document['id']}/").json())["status"] in ("draft", "generating"):
            time.sleep(0.5)
        return [api.get(f"sections/{each['id']}/drafts/").json()["results"][0] for each in found["sections"]]


def tell(name: str, written: list[Json]) -> None:
    took = [draft["elapsed_ms"] / 1000 for draft in written]
    says = sorted(draft["tokens"] for draft in written)
    print(
        f"{name}: {len(written)} sections of {says[0]} to {says[-1]} tokens; statuses { ({d['status'] for d in written}) }"
    )
    print(
        f"  p50 {percentile(took, 0.5):.1f} s, p95 {percentile(took, 0.95):.1f} s, longest {max(took):.1f} s (target: 20)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=sorted(MODELS), default=sorted(MODELS))
    parser.add_argument("--runs", type=int, default=20)
    asked = parser.parse_args()
    for name in asked.only:
        with tempfile.TemporaryDirectory() as folder, MODELS[name](Path(folder)) as env:
            limits = {"GATEWAY_LLM_ANSWER_TOKENS": str(TOKENS)}
            with running_server(Path(folder), env={**env, **limits}, measured=False) as server:
                tell(name, drafts(server, asked.runs))


if __name__ == "__main__":
    main()
