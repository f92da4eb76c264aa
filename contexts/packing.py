"""What an agent needs to know for one task, within a budget of tokens. Plain data in, plain data out.

A pack is counted as it is sent: the bytes of its canonical JSON in UTF-8, three to a token, rounded up. Models take fewer
tokens for prose and about as many for code and other scripts, so a pack is never larger than it says.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

BYTES_PER_TOKEN = 3
LEAST_BUDGET, DEFAULT_BUDGET, MOST_BUDGET = 200, 4_000, 20_000
MARK = 8
"""Digits of the hash in a version."""
VERSION = re.compile(rf"([0-9]{{1,18}})-([0-9a-f]{{{MARK}}})")
Whole = Literal["trimmed", "unknown", "shorter"]
"""Why a whole pack is the answer where a delta was asked for; each takes as much room."""
SEAL = {"hash": "0" * 64, "tokens": MOST_BUDGET, "version": "0" * (18 + 1 + MARK), "whole": "unknown"}
"""As long as these members can get; they are known only when the rest is."""
WORTH_CUTTING = 60
"""Bytes of text below which the beginning of a text says too little to be there."""
MOST_REFS = 20
"""How many of the things of one kind that were left out are named; all are counted."""
LEFT_OUT_SHARE = 8
"""The kinds that were left out may take one part in so many of the room, else they are one number."""
ANY = "any"
ELLIPSIS = " …"


@dataclass(frozen=True)
class Offer:
    """Something that could go into a pack. `ref` is what to ask for it with, `why` the reason to know it; kind and ref together
    name it.

    One that may be `cut` goes in shortened when it does not fit as it is.
    """

    kind: str
    ref: str
    why: str
    text: str
    cut: bool = False


Json = dict[str, Any]


def pack(task: str, offers: Iterable[Offer], budget: int, *, seq: int = 0) -> Json:
    """As many of the offers as fit, the first ones first. `seq` is the event of the log up to which they tell what is.

    {task, budget, tokens, hash, version, items: [{kind, ref, why, text, cut?}], left_out: [{kind, count, refs}]}
    """
    offers = list(offers)
    empty = {"task": task, "budget": budget, "items": [], "left_out": [], **SEAL}
    room = Room(budget * BYTES_PER_TOKEN - size(empty))
    by_kind = size(counts(offers)) * LEFT_OUT_SHARE <= room.left
    room.left -= size(counts(offers, by_kind))  # there is always room to say what was left out
    items, left = [], []
    for offer in offers:
        if item := fitted(offer, room):
            items.append(item)
        else:
            left.append(offer)
    left_out = counts(left, by_kind)
    name_some(left_out, left, room)
    body = {"task": task, "budget": budget, "items": items, "left_out": left_out}
    digest = hashlib.sha256(canonical(body)).hexdigest()
    return {**body, "hash": digest, "version": f"{seq}-{digest[:MARK]}", "tokens": tokens_of({**body, **SEAL})}


def parse_version(text: str) -> tuple[int, str] | None:
    """(the event it was made at, the first digits of its hash) of a pack's version; None where it is none."""
    match = VERSION.fullmatch(text)
    return (int(match[1]), match[2]) if match else None


def delta(base: Json, new: Json) -> Json:
    """What is new in a pack for who has the base. Where that would be longer than the pack, the pack, which says so in `whole`.

    {task, budget, tokens, hash, version, since, added: [item], changed: [item], removed: [{kind, ref}], left_out}
    """
    before, after = by_name(base), by_name(new)
    told = {
        **{name: new[name] for name in ("task", "budget", "left_out")},
        "since": base["version"],
        "added": [item for name, item in after.items() if name not in before],
        "changed": [item for name, item in after.items() if name in before and before[name] != item],
        "removed": [{"kind": kind, "ref": ref} for kind, ref in before if (kind, ref) not in after],
    }
    tokens = tokens_of({**told, **SEAL})
    if tokens > new["tokens"]:
        return whole(new, "shorter")
    return {**told, "hash": new["hash"], "version": new["version"], "tokens": tokens}


def whole(new: Json, reason: Whole) -> Json:
    """A whole pack where a delta was asked for, with the reason."""
    return {**new, "whole": reason}


def by_name(packed: Json) -> dict[tuple[str, str], Json]:
    return {(item["kind"], item["ref"]): item for item in packed["items"]}


def tokens_of(value: Any) -> int:
    return -(-size(value) // BYTES_PER_TOKEN)


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spaces, in UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def size(value: Any) -> int:
    return len(canonical(value))


class Room:
    """Bytes that are left. What is listed takes a comma too."""

    def __init__(self, bytes_left: int) -> None:
        self.left = bytes_left

    def takes(self, entry: Any) -> bool:
        """Take an entry of a list, if there is room for it."""
        needed = size(entry) + 1
        if needed > self.left:
            return False
        self.left -= needed
        return True


def fitted(offer: Offer, room: Room) -> Json | None:
    """The item of an offer, shortened where it must and may be; None when there is no room."""
    item = {"kind": offer.kind, "ref": offer.ref, "why": offer.why, "text": offer.text}
    if room.takes(item):
        return item
    shorter = {**item, "cut": True, "text": ""}
    text = beginning(offer.text, room.left - size(shorter) - 1) if offer.cut else ""
    return {**shorter, "text": text} if text and room.takes({**shorter, "text": text}) else None


def beginning(text: str, most: int) -> str:
    """As much of a text as takes `most` bytes of JSON; nothing when that is next to nothing."""
    if most < WORTH_CUTTING:
        return ""
    low, high = 0, min(len(text), most)
    while low < high:
        middle = (low + high + 1) // 2
        fits = size(text[:middle] + ELLIPSIS) - 2 <= most
        low, high = (middle, high) if fits else (low, middle - 1)
    return text[:low].rstrip() + ELLIPSIS if low else ""


def counts(offers: Iterable[Offer], by_kind: bool = True) -> list[Json]:
    """How many there are of each kind; or of `any`, where a line for each would take too much."""
    found = Counter(offer.kind if by_kind else ANY for offer in offers)
    return [{"kind": kind, "count": found[kind], "refs": []} for kind in sorted(found)]


def name_some(left_out: Sequence[Json], left: Sequence[Offer], room: Room) -> None:
    """Name the first of each kind that was left out, while there is room."""
    for line in left_out:
        named = [offer.ref for offer in left if offer.ref and line["kind"] in (offer.kind, ANY)]
        line["refs"] += [ref for ref in named[:MOST_REFS] if room.takes(ref)]
