"""Outlines by a model or by the template: held to our laws, corrected with the reason, and never missing."""

import asyncio
import json

import pytest

from documents.writers import ModelOutliner, TemplateOutliner, outline_writer
from documents.writing.material import OutlineSection
from documents.writing.template import make_outline
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
    "Markdown": (reply((1, "# Vision"), (1, "Gems"), (1, "Loop")), "The heading “# Vision” must not begin with a #."),
    "no words": (reply((1, "\u0001"), (1, "Gems"), (1, "Loop")), "must be words only"),
    "too few": (reply((1, "Vision"), (1, "Gems")), "at least 3 items"),
    "too many": (reply(*[(1, f"Part {number}") for number in range(31)]), "at most 30 items"),
    "unknown level": (reply((1, "Vision"), (4, "Gems"), (1, "Loop")), "less than or equal to 3"),
    "long heading": (reply((1, "V" * 81), (1, "Gems"), (1, "Loop")), "at most 80 characters"),
}


async def outlined(model):
    async with asyncio.timeout(ENDS_WITHIN):
        return await ModelOutliner(model).outline(MATERIAL)


async def test_a_good_outline_is_taken(provider, model):
    provider.script(GOOD)
    made = await outlined(model())
    assert made.sections == (
        OutlineSection(1, "Vision", "What it tells."),
        OutlineSection(1, "Core loop", "What it tells."),
        OutlineSection(2, "Gems", "What it tells."),
        OutlineSection(3, "The exit", "What it tells."),
    )
    assert (made.model, made.fallback) == ("openai-chat:scripted", None)
    assert made.tokens_in > 100
    assert made.tokens_out > 0


@pytest.mark.parametrize(("wrong", "reason"), WRONG.values(), ids=WRONG)
async def test_one_against_our_laws_goes_back_with_the_reason(provider, model, wrong, reason):
    provider.script(wrong, GOOD)
    made = await outlined(model())
    assert [section.heading for section in made.sections] == ["Vision", "Core loop", "Gems", "The exit"]
    assert reason in provider.requests[1].messages[-1]["content"]


@pytest.mark.parametrize(
    ("replies", "code"),
    [
        ([WRONG["same heading"][0]] * 3, "bad_answer"),
        ([Reply(refusal="No.")], "refused"),
        ([Reply(status=429)] * 3, "rate_limited"),
        ([Reply(text="")], "empty"),
        ([Reply(endless=True)], "too_long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_in_the_end_the_template_answers_and_says_so(provider, model, replies, code):
    provider.script(*replies)
    made = await outlined(model(tokens=200))
    assert made.sections == tuple(make_outline(MATERIAL))
    assert made.model == f"template (openai-chat:scripted: {code})"
    assert made.fallback.code == code
    assert len(provider.requests) == len(replies)


async def test_the_template_makes_its_usual_outline():
    made = await TemplateOutliner().outline(MATERIAL)
    assert (made.sections, made.model) == (tuple(make_outline(MATERIAL)), "template")


def test_the_setting_decides_who_makes_the_outline(settings):
    assert outline_writer().name == "template"
    settings.GATEWAY_LLM = "openai-chat:gpt-5-mini"
    assert outline_writer().name == "openai-chat:gpt-5-mini"
