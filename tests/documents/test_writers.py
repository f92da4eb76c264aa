"""Sections by a model or by the template: what arrives, what is known of it, and the stated end of each that fails."""

import asyncio
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_ai.models.function import FunctionModel

from documents.writers import ModelWriter, SectionOrder, SectionResult, SectionWriter, TemplateWriter, section_writer
from documents.writers.told import tasks_told_of
from documents.writing.material import OutlineSection, TaskFact, Written
from documents.writing.template import make_outline, write_section
from gamedev_gateway.core.llm import Model, ModelError
from tests.documents.example_documents import brief_in, material_of
from tests.llm.openai_server import Reply

MATERIAL = material_of(*brief_in("pixel-jumper.yaml"))
OUTLINE = make_outline(MATERIAL)
ORDER = SectionOrder(MATERIAL, OUTLINE, 2)
BODY = "The hero runs 🏃‍♀️ and jumps (T-002).\n\n- a gem\n- an exit, zwölf Meter weit\n\nSummary: is a word, too.\nSo it goes on."
SAID = "Running, jumping and gems open the exit."
ANSWER = f"{BODY}\n\nSUMMARY: {SAID}"
ENDS_WITHIN = 20


@dataclass
class Outcome:
    """What a reader of a section has at its end."""

    text: str
    error: ModelError | None
    result: SectionResult


async def read(writer: SectionWriter, order: SectionOrder = ORDER) -> Outcome:
    said, error = "", None
    async with asyncio.timeout(ENDS_WITHIN), writer.open(order) as text:
        try:
            async for piece in text:
                said += piece
        except ModelError as raised:
            error = raised
    return Outcome(said, error, text.result)


@cache
def by_template() -> Written:
    return write_section(MATERIAL, OUTLINE, ORDER.idx)


class TestAModelThatAnswers:
    async def test_its_text_arrives_without_the_closing_summary_line(self, provider, model):
        provider.script(Reply(text=ANSWER))
        outcome = await read(ModelWriter(model()))
        assert (outcome.text, outcome.error) == (BODY, None)
        assert outcome.result.summary == SAID
        assert outcome.result.model == "openai-chat:scripted"
        assert outcome.result.told_of == ("T-002",)
        assert outcome.result.tokens_in > 100
        assert outcome.result.tokens_out == len(ANSWER.split())
        assert outcome.result.first_token_ms is not None
        assert (outcome.result.fallback, outcome.result.cut_short) == (None, False)

    async def test_its_text_arrives_while_it_is_written(self, provider, model):
        provider.script(Reply(text=ANSWER, silent_after=3))
        async with ModelWriter(model()).open(ORDER) as text:
            pieces = aiter(text)
            assert [await anext(pieces) for _ in range(2)] == ["The", " hero"]
            assert text.result.model == "openai-chat:scripted"

    @settings(max_examples=60, deadline=None)
    @given(
        body=st.lists(
            st.sampled_from(["SUMMARY:", "Summary", "S", "**", "\n", " ", "a\u0301", "👩‍🚀", "é.", "\n\n"])
        ).map("".join),
        cuts=st.sets(st.integers(0, 60)),
    )
    def test_it_is_the_same_wherever_the_tokens_are_cut(self, body, cuts):
        body = f"First.{body}\nLast."
        answer = f"{body}\n\nSUMMARY: {SAID}"
        places = [0, *sorted(cut % len(answer) for cut in cuts), len(answer)]

        async def tell(messages, info):
            for start, end in pairwise(places):
                yield answer[start:end]

        told = Model("function:teller", connect=lambda name: FunctionModel(stream_function=tell))
        outcome = asyncio.run(read(ModelWriter(told)))
        assert (outcome.text, outcome.result.summary) == (body, SAID)

    async def test_without_a_summary_line_the_first_sentence_is_the_summary(self, provider, model):
        provider.script(Reply(text="Gems open the exit. Then more.\n"))
        outcome = await read(ModelWriter(model()))
        assert (outcome.text, outcome.result.summary) == ("Gems open the exit. Then more.\n", "Gems open the exit.")


BEFORE_THE_FIRST_WORD = {
    "rate limit": ([Reply(status=429)] * 3, "rate_limited"),
    "provider's error": ([Reply(status=503)] * 3, "unavailable"),
    "cut at once": ([Reply(cut_after=0)] * 3, "unavailable"),
    "ended at once": ([Reply(end_after=0)], "empty"),
    "cut within blank": ([Reply(text="  ", endless=True, cut_after=1)], "cut_off"),
    "wrong key": ([Reply(status=401)], "not_configured"),
    "refusal": ([Reply(refusal="I would rather not.")], "refused"),
    "no word": ([Reply(text=" \n")], "empty"),
    "nothing but a summary": ([Reply(text=f"SUMMARY: {SAID}")], "empty"),
    "nonsense": ([Reply(nonsense="[1]")], "empty"),
    "silence": ([Reply(silent_after=0)], "timeout"),
    "blank for ever": ([Reply(text=" ", endless=True)], "too_long"),
}
AFTER_IT = {
    "cut": (Reply(text=ANSWER, cut_after=5), "cut_off", "The hero runs 🏃‍♀️ and"),
    "ended without a reason": (Reply(text=ANSWER, end_after=5), "cut_off", "The hero runs 🏃‍♀️ and"),
    "silence": (Reply(text=ANSWER, silent_after=5), "timeout", "The hero runs 🏃‍♀️ and"),
    "filter": (Reply(text="Gems open.", finish_reason="content_filter"), "refused", "Gems open."),
}


class TestAModelThatFails:
    @pytest.mark.parametrize(("replies", "code"), BEFORE_THE_FIRST_WORD.values(), ids=BEFORE_THE_FIRST_WORD)
    async def test_before_the_first_word_the_template_answers_and_says_so(self, provider, model, replies, code):
        provider.script(*replies)
        outcome = await read(ModelWriter(model(tokens=100, first_token=0.3 if code == "timeout" else 10)))
        template = by_template()
        assert (outcome.text, outcome.error) == (template.text, None)
        assert outcome.result.model == f"template (openai-chat:scripted: {code})"
        assert (outcome.result.summary, outcome.result.told_of) == (template.summary, template.derived_from)
        assert outcome.result.fallback.code == code
        assert len(provider.requests) == len(replies)

    @pytest.mark.parametrize(("reply", "code", "text"), AFTER_IT.values(), ids=AFTER_IT)
    async def test_after_it_the_error_is_raised_and_nothing_is_put_behind_the_text(
        self, provider, model, reply, code, text
    ):
        provider.script(reply)
        outcome = await read(ModelWriter(model(silence=0.3)))
        assert (outcome.error.code, outcome.text) == (code, text)
        assert (outcome.result.model, outcome.result.fallback) == ("openai-chat:scripted", None)
        assert outcome.result.tokens_out > 0
        assert len(provider.requests) == 1

    async def test_an_endless_answer_is_kept_up_to_its_limit(self, provider, model):
        provider.script(Reply(text="word ", endless=True))
        outcome = await read(ModelWriter(model(tokens=20)))
        assert (outcome.error, outcome.result.cut_short) == (None, True)
        assert outcome.text == ("word " * 32).rstrip()
        assert outcome.result.summary
        assert provider.requests[0].left.wait(10)

    @pytest.mark.parametrize("begun", ["\n\nSUMM", "\n\nSUMMARY: Running and"])
    async def test_half_a_summary_line_does_not_get_into_a_text_cut_short(self, provider, model, begun):
        provider.script(Reply(text=f"Gems open the exit.{begun}", finish_reason="length"))
        outcome = await read(ModelWriter(model()))
        assert (outcome.text, outcome.error, outcome.result.cut_short) == ("Gems open the exit.", None, True)

    async def test_who_leaves_in_the_middle_ends_the_request(self, provider, model):
        provider.script(Reply(text=ANSWER, silent_after=5))
        async with ModelWriter(model()).open(ORDER) as text:
            async for _ in text:
                break
        assert await asyncio.to_thread(provider.requests[0].left.wait, 10)
        assert text.result.tokens_out > 0

    async def test_it_may_be_read_in_one_task_and_left_in_another(self, provider, model):
        """As a run does, which looks meanwhile whether it is still its worker's."""
        provider.script(Reply(text=ANSWER, silent_after=5))
        async with ModelWriter(model()).open(ORDER) as text:
            first = await asyncio.create_task(anext(aiter(text)))
        assert BODY.startswith(first)
        assert await asyncio.to_thread(provider.requests[0].left.wait, 10)

    async def test_a_cancelled_reader_ends_the_request(self, provider, model):
        provider.script(Reply(silent_after=3))
        reading = asyncio.create_task(read(ModelWriter(model())))
        asked = await asyncio.to_thread(provider.wait_for, 1)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert await asyncio.to_thread(asked.left.wait, 10)


class TestTheTemplate:
    async def test_its_pieces_are_its_text_cut_between_words(self):
        pieces = []
        async with TemplateWriter().open(ORDER) as text:
            pieces = [piece async for piece in text]
        assert "".join(pieces) == by_template().text
        assert all(1 <= len(piece.split()) <= 6 for piece in pieces)
        assert all(piece[-1].isspace() for piece in pieces[:-1])

    async def test_a_demo_makes_it_say_its_words_at_the_pace_of_reading(self, monkeypatch):
        waits = []

        async def note(seconds):
            waits.append(seconds)

        monkeypatch.setattr(TemplateWriter, "words_per_second", 20.0)
        monkeypatch.setattr("documents.writers.template.asyncio.sleep", note)
        outcome = await read(TemplateWriter())
        assert outcome.text == by_template().text
        assert sum(waits) == pytest.approx(len(outcome.text.split()) / 20)

    async def test_its_result_says_what_it_tells_of_and_costs_nothing(self):
        result = (await read(TemplateWriter())).result
        written = by_template()
        assert result == SectionResult("template", written.summary, told_of=written.derived_from)
        assert result.told_of

    async def test_it_says_what_it_did_not_understand_of_an_instruction(self):
        outcome = await read(TemplateWriter(), replace(ORDER, instructions="Translate it into Klingon"))
        assert outcome.result.not_understood == ("Translate it into Klingon",)

    async def test_one_writer_may_go_from_document_to_document(self):
        other = replace(ORDER, outline=[OutlineSection(1, "Sound and music"), OutlineSection(1, "Budget")], idx=0)
        writer = TemplateWriter()
        texts = [(await read(writer, order)).text for order in (ORDER, other, ORDER)]
        assert texts == [write_section(MATERIAL, order.outline, order.idx).text for order in (ORDER, other, ORDER)]


def test_the_setting_decides_who_writes(settings):
    assert section_writer().name == "template"
    settings.GATEWAY_LLM = "openai-chat:gpt-5-mini"
    assert section_writer().name == "openai-chat:gpt-5-mini"


TASKS = [TaskFact("T-001", "Sound"), TaskFact("T-0012", "Build the ghost race"), TaskFact("T-012", "Gem counter")]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("See T-012, then (T-001).", ("T-001", "T-012")),
        ("_T-012_ und が T-001が", ("T-001", "T-012")),
        ("T-0120, XT-012 and T-012b are other names.", ()),
        ("All of “build the *Ghost*\nrace” is open.", ("T-0012",)),
        ("The sound of a gem counters nothing.", ()),
        ("", ()),
    ],
)
def test_a_text_tells_of_the_tasks_that_it_names_by_code_or_whole_title(text, codes):
    assert tasks_told_of(text, TASKS) == codes
