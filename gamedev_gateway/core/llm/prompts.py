"""Prompts: Markdown files that one can read, and the data that goes with them.

A file holds the instructions, and nothing that a user wrote ever gets into these. Where it says `{{brief}}`, the model reads
the name of a block of data, and the block itself goes into the message that follows, between fences that no text can close.

The blocks stand in the order in which the file names them: what stays the same from one request to the next comes first, since
servers of models read a beginning that they know from their cache. So the fences stay the same, too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import count
from typing import Any

import orjson
from django.utils.crypto import salted_hmac
from pydantic import BaseModel

PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
NO_DATA = "There is no data."
"""Providers refuse a message that says nothing."""


@dataclass(frozen=True)
class Prompt:
    """`instructions` are ours, `data` is fenced. `max_tokens`: of the answer, below what the settings allow anyhow."""

    name: str
    instructions: str
    data: str
    max_tokens: int | None = None


def load_prompt(name: str, values: Mapping[str, Any], *, max_tokens: int | None = None) -> Prompt:
    """The prompt `documents.section` is the file `documents/prompts/section.md`.

    `values` are text, or whatever JSON can say; they must be exactly those that the file names, or it is a ValueError.
    """
    text = prompt_file(name)
    places = list(dict.fromkeys(PLACE.findall(text)))
    if set(places) != set(values):
        raise ValueError(f"The prompt {name} has the places {sorted(places)}, and was given {sorted(values)}.")
    instructions = PLACE.sub(lambda place: f"`{place[1]}`", text)
    return make_prompt(name, instructions, {place: values[place] for place in places}, max_tokens=max_tokens)


def make_prompt(name: str, instructions: str, values: Mapping[str, Any], *, max_tokens: int | None = None) -> Prompt:
    """Instructions with the rule what data is, and the values as blocks of data in their order; no text makes no block."""
    texts = {key: text for key, value in values.items() if (text := as_text(value))}
    boundary = boundary_for("".join(texts.values()))
    rule = data_rule().replace("{{boundary}}", boundary)
    data = "\n\n".join(fenced(key, text, boundary) for key, text in texts.items())
    return Prompt(name, f"{instructions.strip()}\n\n{rule}", data or NO_DATA, max_tokens)


def boundary_for(text: str) -> str:
    """A number that is nowhere in the text. Nobody can guess it without our key, and who was told it gets another one."""
    said = text.casefold()
    numbers = (salted_hmac(__name__, str(turn), algorithm="sha256").hexdigest()[:8] for turn in count())
    return next(number for number in numbers if number not in said)


def fenced(name: str, text: str, boundary: str) -> str:
    return f'<data-{boundary} name="{name}">\n{text}\n</data-{boundary}>'


def as_text(value: Any) -> str:
    """Text as it is, but for lone surrogates, which no request can carry; everything else as JSON."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    if not isinstance(value, str):
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()
    return value.encode("utf-8", "replace").decode()


@cache
def prompt_file(name: str) -> str:
    app, _, file = name.rpartition(".")
    return files(app).joinpath("prompts", f"{file}.md").read_text("utf-8")


@cache
def data_rule() -> str:
    return files(__package__).joinpath("data_rule.md").read_text("utf-8").strip()
