"""What an outside tool answered, cut down to what is kept: text, data, and what pictures and sounds there were."""

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

Json = dict[str, Any]
MOST_MEDIA = 20


def kept_result(content: Sequence[Mapping[str, Any]], structured: Any, *, most: int) -> Json:
    """{text, structured, media, cut} of at most about `most` characters.

    content: the blocks of an MCP answer, as JSON. Media are told of by type, size and digest. `cut`: something was left out.
    """
    text = "\n\n".join(texts(content)).replace("\x00", "\ufffd")
    data = structured if isinstance(structured, dict) or structured is None else {"value": structured}
    too_much = data is not None and not fits(data, most)
    media = list(media_of(content))
    return {
        "text": text[:most],
        "structured": None if too_much else data,
        "media": media[:MOST_MEDIA],
        "cut": len(text) > most or too_much or len(media) > MOST_MEDIA,
    }


def texts(content: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for block in content:
        if block.get("type") == "text":
            yield str(block.get("text", ""))
        elif block.get("type") == "resource_link":
            yield f"{block.get('name', '')} {block.get('uri', '')}".strip()
        elif block.get("type") == "resource" and "text" in block.get("resource", {}):
            yield str(block["resource"]["text"])


def media_of(content: Sequence[Mapping[str, Any]]) -> Iterator[Json]:
    """Pictures, sounds and binary resources: what they say they are, and what they hold by size and digest."""
    for block in content:
        inside = block.get("resource", block)
        encoded = inside.get("blob", inside.get("data"))
        if not isinstance(encoded, str):
            continue
        kind, mime = str(block.get("type", "")), str(inside.get("mimeType") or inside.get("mime_type") or "")
        raw = decoded(encoded)
        yield {"type": kind[:20], "mime_type": mime[:100], "bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}


def decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""


def fits(data: Any, most: int) -> bool:
    """Whether data is short enough, and such as a database can keep."""
    written = json.dumps(data, ensure_ascii=False, default=str)
    return len(written) <= most and "\\u0000" not in written


def hidden(data: Any, secrets: Collection[str]) -> Any:
    """The same data without our secrets, which a server may say back."""
    if isinstance(data, str):
        for secret in secrets:
            data = data.replace(secret, "•••")
        return data
    if isinstance(data, dict):
        return {hidden(key, secrets): hidden(value, secrets) for key, value in data.items()}
    return [hidden(each, secrets) for each in data] if isinstance(data, list) else data
