"""Outlines by a model: held to our laws, and corrected with the reason."""

import asyncio
import json

import pytest

from documents.writers.outlines import propose_outline
from documents.writing.material import OutlineSection
from gamedev_gateway.core.llm import ModelError, Usage
from tests.documents.example_documents import brief_in, material_of
from tests.llm.openai_server import Reply

MATERIAL = material_of(*brief_in("pixel-jumper.yaml"))
ENDS_WITHIN = 20


def reply(*sections: tuple[int, str]) -> Reply:
    return Reply(
        text=json.dumps(
            {
                "sections": [
                    {"level": level, "heading": heading, "brief": "What it tells."} for level, heading in sections
                ]
            }
        )
    )


GOOD = reply((1, "Vision"), (1, "Core loop"), (2, " Gems "), (3, "The exit"))
WRONG = {
    "first level": (reply((2, "Vision"), (2, "Loop"), (2, "Gems")), "The first section must have level 1."),
    "level left out": (
        reply((1, "Vision"), (3, "Loop"), (1, "Gems")),
        "“Loop” has level 3, but comes after a section of level 1.",
    ),
    "same heading": (reply((1, "Vision"), (1, "Gems"), (1, "vision")), "The heading “vision” is there twice."),
    "Markdown": (
        reply((1, "# Vision"), (1, "Gems"), (1, "Loop")),
        "The heading “# Vision” must not begin with Markdown or a number.",
    ),
    "a task that is none": (reply((1, "Vision of T-999"), (1, "Gems"), (1, "Loop")), "The plan has no task T-999"),
    "a number": (reply((1, "1. Vision"), (1, "Gems"), (1, "Loop")), "must not begin with Markdown or a number."),
    "no words": (reply((1, "\u0001"), (1, "Gems"), (1, "Loop")), "must be words only"),
    "too few": (reply((1, "Vision"), (1, "Gems")), "at least 3 items"),
    "too many": (reply(*[(1, f"Part {number}") for number in range(31)]), "at most 30 items"),
    "unknown level": (reply((1, "Vision"), (4, "Gems"), (1, "Loop")), "less than or equal to 3"),
    "long heading": (reply((1, "V" * 81), (1, "Gems"), (1, "Loop")), "at most 80 characters"),
}


async def outlined(model):
    async with asyncio.timeout(ENDS_WITHIN):
        return (await propose_outline(model, MATERIAL, Usage())).as_outline()


async def test_a_good_outline_is_taken(provider, model):
    provider.script(GOOD)
    assert await outlined(model()) == [
        OutlineSection(1, "Vision", "What it tells."),
        OutlineSection(1, "Core loop", "What it tells."),
        OutlineSection(2, "Gems", "What it tells."),
        OutlineSection(3, "The exit", "What it tells."),
    ]


@pytest.mark.parametrize(("wrong", "reason"), WRONG.values(), ids=WRONG)
async def test_one_against_our_laws_goes_back_with_the_reason(provider, model, wrong, reason):
    provider.script(wrong, GOOD)
    assert [section.heading for section in await outlined(model())] == ["Vision", "Core loop", "Gems", "The exit"]
    assert reason in provider.requests[1].messages[-1]["content"]


async def test_one_that_never_holds_them_is_none(provider, model):
    provider.script(*[WRONG["same heading"][0]] * 3)
    with pytest.raises(ModelError) as told:
        await outlined(model())
    assert (told.value.code, len(provider.requests)) == ("bad_answer", 3)
