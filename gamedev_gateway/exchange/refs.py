"""Names for what the database knows by id: `plan:2`, `task:2/T-003`, `context:global/4`, `artifact:7`, `document:3`,
`section:3/2`, `@alice`.

What an id names that is no longer there (a deleted artifact) is numbered as it comes: `artifact:gone-1`. It is imported as the
id -1, which no row ever has, and exported as `gone-1` again.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth import get_user_model

from gamedev_gateway.exchange.errors import ExchangeError

IN_EVIDENCE = (
    ("artifact", "artifact"),
    ("stale.artifact", "artifact"),
    ("tool_call", "call"),
    ("generation", "generation"),
)
"""Where an entry of evidence holds ids, and of what."""


def in_evidence(place: str) -> tuple[tuple[str, str], ...]:
    """The same for a list of entries at some place."""
    return tuple((f"{place}.*.{path}", kind) for path, kind in IN_EVIDENCE)


GONE = re.compile(r"[a-z]+:gone-([1-9][0-9]{0,8})")
PATHS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("plan.", (("plan_id", "plan"), ("base", "plan"), ("previous", "plan"), ("tasks.*.id", "task"))),
    ("plan.", (("continues", "plan"), ("remaining", "plan"))),
    ("plan.", (("comment_id", "comment"), ("in_reply_to", "comment"), ("review_id", "review"))),
    ("task.", (("plan_id", "plan"), ("claim_id", "claim"), *in_evidence("changes.evidence"))),
    ("task.changed", (*in_evidence("fields.evidence.from"), *in_evidence("fields.evidence.to"))),
    ("context.", (("context_id", "context"),)),
    ("artifact.", (("artifact_id", "artifact"), ("uri", "uri"))),
    ("document.", (("document_id", "document"), ("generation_id", "generation"))),
    ("section.", (("document_id", "document"), ("section_id", "section"))),
    ("run.", (("run_id", "run"), ("activity_id", "activity"))),
    ("question.", (("run_id", "run"), ("activity_id", "activity"))),
    ("tool.", (("call_id", "call"), ("run_id", "run"))),
    ("error", (("generation_id", "generation"),)),
)
"""Where the payloads of which events hold ids, and of what; `uri` is one that may have a document's id in it."""
IN_CONTEXTS = (("documents.*.document_id", "document"), ("documents.*.generation_id", "generation"))
"""Where the content of a context does, once a document was written from it."""
DOCUMENT_URI = re.compile(r"(/api/v1/documents/)(0|-?[1-9][0-9]{0,18}|document:[0-9a-z-]{1,20})(/export/\?as=markdown)")
"""The artifact that a task's document is, by id or by reference."""

Swap = Callable[[str, Any], Any]
"""(kind, id or reference) → the other of the two."""


def swap_payload(event_type: str, payload: dict[str, Any], swap: Swap) -> dict[str, Any]:
    """The payload with its ids as references, or its references as ids."""
    for prefix, places in PATHS:
        if event_type.startswith(prefix):
            for path, kind in places:
                payload = swap_at(payload, path.split("."), kind, swap)
    return payload


def swap_at(value: Any, path: list[str], kind: str, swap: Swap) -> Any:
    if not path:
        return swap_leaf(value, kind, swap)
    step, *rest = path
    if step == "*":
        return [swap_at(item, rest, kind, swap) for item in value] if isinstance(value, list) else value
    if isinstance(value, dict) and step in value:
        return {**value, step: swap_at(value[step], rest, kind, swap)}
    return value


def swap_leaf(value: Any, kind: str, swap: Swap) -> Any:
    if kind == "uri":
        return swap_uri(value, swap)
    return value if value is None else swap(kind, value)


def swap_uri(uri: Any, swap: Swap) -> Any:
    """Where a document can be had, with its id as reference or the other way round. Other URIs stay what they are."""
    found = DOCUMENT_URI.fullmatch(uri) if isinstance(uri, str) else None
    if found is None:
        return uri
    start, named, end = found.groups()
    document = named if named.startswith("document:") else int(named)
    return f"{start}{where_known(swap)('document', document)}{end}"


def swap_context(content: dict[str, Any], swap: Swap) -> dict[str, Any]:
    for path, kind in IN_CONTEXTS:
        content = swap_at(content, path.split("."), kind, where_known(swap))
    return content


def where_known(swap: Swap) -> Swap:
    """The same where people may have written anything: what is no reference to something of the export stays."""

    def swap_known(kind: str, given: Any) -> Any:
        try:
            return swap(kind, given)
        except ExchangeError:
            return given

    return swap_known


def swap_evidence(evidence: list[dict[str, Any]], swap: Swap) -> list[dict[str, Any]]:
    for path, kind in IN_EVIDENCE:
        evidence = swap_at(evidence, ["*", *path.split(".")], kind, swap)
    return evidence


class Names:
    """From ids to names. `known` has the names of the project's rows by kind and id."""

    def __init__(self, known: Mapping[str, Mapping[int, str]]) -> None:
        self.known = known
        self.gone: dict[str, dict[int, int]] = defaultdict(dict)
        self.usernames: dict[str, str] = {}

    def name(self, kind: str, id: Any) -> Any:
        """The reference for an id. What is no id stays what it is."""
        if not isinstance(id, int) or isinstance(id, bool):
            return id
        known = self.known.get(kind, {}).get(id)
        if known is None:
            gone = self.gone[kind]
            known = f"gone-{gone.setdefault(id, len(gone) + 1)}"
        return f"{kind}:{known}"

    def actor(self, actor: dict[str, Any]) -> dict[str, Any]:
        if actor["kind"] != "user" or not actor["id"].isdigit():
            return actor
        if actor["id"] not in self.usernames:
            self.usernames[actor["id"]] = self.person(actor["id"])
        return {**actor, "id": self.usernames[actor["id"]]}

    def person(self, id: str) -> str:
        user = get_user_model().objects.filter(pk=int(id)).first() if len(id) < 19 else None
        return f"@{user.get_username()}" if user else f"gone-{id}"


class Targets:
    """From names to ids: filled as the rows are made."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.people: dict[str, str] = {}

    def add(self, kind: str, name: object, id: int) -> None:
        self.ids[f"{kind}:{name}"] = id

    def id(self, kind: str, ref: Any) -> int:
        """The id for a reference. ExchangeError when it names nothing of the export."""
        if not isinstance(ref, str) or not ref.startswith(f"{kind}:"):
            raise ExchangeError(f"{ref!r} is no reference to a {kind}.")
        gone = GONE.fullmatch(ref)
        return -int(gone[1]) if gone else self.row(kind, ref)

    def row(self, kind: str, ref: str) -> int:
        """The same for a reference that must name a row."""
        if ref not in self.ids or not ref.startswith(f"{kind}:"):
            raise ExchangeError(f"{ref!r} names no {kind} of this export.")
        return self.ids[ref]

    def actor(self, actor: dict[str, Any]) -> dict[str, Any]:
        """A person whose account is not here keeps the name as id, which is nobody's."""
        if actor["kind"] != "user" or not actor["id"].startswith("@"):
            return actor
        if actor["id"] not in self.people:
            user = get_user_model().objects.filter(username=actor["id"][1:]).first()
            self.people[actor["id"]] = str(user.pk) if user else actor["id"]
        return {**actor, "id": self.people[actor["id"]]}
