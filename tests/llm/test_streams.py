"""Streamed answers: what arrives, what it cost, and the stated end of each that fails."""

import asyncio

import pytest
from pydantic_ai.models.function import FunctionModel

from gamedev_gateway.core.llm import Model
from gamedev_gateway.core.llm.limits import pause_after
from tests.llm.conftest import PROMPT, written
from tests.llm.openai_server import Reply

SAID = "Run, jump, and gather gems: ゆっくり, 👩‍🚀 too."


async def test_the_text_arrives_as_it_was_written_and_is_counted(server, model):
    server.script(Reply(text=SAID))
    outcome = await written(model())
    assert (outcome.code, outcome.text) == ("done", SAID)
    assert (outcome.usage.tokens_out, outcome.usage.estimated) == (8, False)
    assert outcome.usage.tokens_in > 0
    assert outcome.usage.first_token_ms is not None
    assert outcome.usage.elapsed_ms >= outcome.usage.first_token_ms


async def test_pieces_come_one_by_one(server, model):
    server.script(Reply(text="one two three"))
    async with model().stream(PROMPT) as stream:
        assert [piece async for piece in stream] == ["one ", "two ", "three"]


async def test_tokens_are_estimated_where_the_provider_does_not_count(server, model):
    server.script(Reply(text="x" * 40, counts_tokens=False))
    outcome = await written(model())
    assert (outcome.usage.tokens_out, outcome.usage.estimated) == (10, True)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(status=400), "not_configured"),
        (Reply(status=401), "not_configured"),
        (Reply(status=402), "not_configured"),
        (Reply(status=404), "not_configured"),
        (Reply(refusal="I would rather not."), "refused"),
        (Reply(finish_reason="content_filter"), "refused"),
        (Reply(text=""), "empty"),
        (Reply(text=" \n "), "empty"),
        (Reply(end_after=0), "empty"),
        (Reply(nonsense="[1, 2]"), "empty"),
        (Reply(nonsense='{"choices": "none"}'), "empty"),
        (Reply(finish_reason="length"), "too_long"),
        (Reply(endless=True), "too_long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_would_fail_again_fails_at_once(server, model, pauses, reply, code):
    server.script(reply)
    outcome = await written(model(tokens=100))
    assert (outcome.code, len(server.requests), pauses) == (code, 1, [])


async def test_an_endless_answer_is_ended_at_the_limit(server, model):
    server.script(Reply(text="word ", endless=True))
    outcome = await written(model(tokens=20))
    assert outcome.code == "too_long"
    assert outcome.text == "word " * 32
    assert outcome.usage.estimated
    assert server.requests[0].left.wait(10)


async def test_the_provider_is_told_the_limit(server, model):
    await written(model(tokens=77))
    assert server.requests[0].body["max_completion_tokens"] == 77


@pytest.mark.parametrize(
    "reply", [Reply(status=500), Reply(status=503), Reply(status=429), Reply(cut_after=0), Reply(nonsense="{")], ids=str
)
async def test_what_may_pass_is_tried_again(server, model, pauses, reply):
    server.script(reply, reply, Reply(text=SAID))
    outcome = await written(model())
    assert (outcome.code, outcome.text, pauses) == ("done", SAID, [1, 2])


@pytest.mark.parametrize(("status", "code"), [(429, "rate_limited"), (503, "unavailable"), (500, "unavailable")])
async def test_tries_are_limited(server, model, pauses, status, code):
    server.script(*[Reply(status=status)] * 9)
    outcome = await written(model(tries=4))
    assert (outcome.code, len(server.requests), pauses) == (code, 4, [1, 2, 4])


async def test_the_wait_is_as_long_as_the_provider_asks(server, model, pauses):
    server.script(Reply(status=429, retry_after="17"), Reply(text=SAID))
    outcome = await written(model())
    assert (outcome.code, pauses) == ("done", [17])


async def test_a_wait_beyond_the_limit_is_not_begun(server, model, pauses):
    server.script(Reply(status=429, retry_after="3600"))
    outcome = await written(model())
    assert (outcome.code, pauses) == ("rate_limited", [])
    assert outcome.error.retry_after == 3600


async def test_a_provider_that_is_not_there_is_unavailable(monkeypatch, model, pauses):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    assert (await written(model())).code == "unavailable"
    assert len(pauses) == 2


@pytest.mark.parametrize("reply", [Reply(text=SAID, cut_after=3), Reply(text=SAID, end_after=3)], ids=["cut", "ended"])
async def test_text_that_stops_half_way_is_never_written_twice(server, model, pauses, reply):
    server.script(reply)
    outcome = await written(model())
    assert (outcome.code, outcome.text) == ("cut_off", "Run, jump, and ")
    assert (len(server.requests), pauses) == (1, [])
    assert outcome.usage.estimated


async def test_blank_text_is_text(server, model):
    """The reader has it, so that a further try would stand behind it."""
    server.script(Reply(text="  ", endless=True, cut_after=1))
    outcome = await written(model())
    assert (outcome.code, outcome.text, len(server.requests)) == ("cut_off", "  ", 1)


async def test_a_first_token_that_does_not_come_is_a_time_out(server, model):
    server.script(Reply(silent_after=0))
    outcome = await written(model(first_token=0.2))
    assert (outcome.code, outcome.text, outcome.usage.first_token_ms) == ("timeout", "", None)
    assert outcome.error.detail == "openai-chat:scripted did not begin within 0.2 seconds."


async def test_silence_is_a_time_out(server, model):
    server.script(Reply(text=SAID, silent_after=3))
    outcome = await written(model(silence=0.2))
    assert outcome.code == "timeout"
    assert outcome.error.detail == "openai-chat:scripted stopped writing for 0.2 seconds."
    assert SAID.startswith(outcome.text)
    assert server.requests[0].left.wait(10)


async def test_an_answer_that_takes_too_long_is_a_time_out(server, model):
    server.script(Reply(endless=True, tokens_per_second=50))
    outcome = await written(model(answer=0.3))
    assert outcome.code == "timeout"
    assert outcome.error.detail == "openai-chat:scripted was not done within 0.3 seconds."


async def test_leaving_in_the_middle_closes_the_connection(server, model):
    server.script(Reply(text=SAID, silent_after=3))
    async with model().stream(PROMPT) as stream:
        async for _ in stream:
            break
    assert await asyncio.to_thread(server.requests[0].left.wait, 10)
    assert stream.usage.tokens_out > 0


async def test_cancelling_the_reader_closes_the_connection(server, model):
    server.script(Reply(silent_after=3))
    reading = asyncio.create_task(written(model()))
    asked = await asyncio.to_thread(server.wait_for, 1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await asyncio.to_thread(asked.left.wait, 10)


def test_one_model_serves_several_event_loops(server, model):
    shared = model()
    assert [asyncio.run(written(shared)).code for _ in range(2)] == ["done", "done"]


async def test_a_slow_reader_is_no_silence(server, model):
    server.script(Reply(text="one two three"))
    pieces = []
    async with model(silence=0.2).stream(PROMPT) as stream:
        async for piece in stream:
            pieces.append(piece)
            await asyncio.sleep(0.25)
    assert pieces == ["one ", "two ", "three"]


async def test_the_instructions_and_the_data_are_apart(server, model):
    await written(model())
    assert "floating islands" not in server.requests[0].text_of("system")
    assert "floating islands" in server.requests[0].text_of("user")


async def test_any_model_of_pydantic_ai_will_do(pauses):
    async def tell(messages, info):
        yield "Once "
        yield "upon a time."

    model = Model("function:teller", connect=lambda name: FunctionModel(stream_function=tell))
    assert (await written(model)).text == "Once upon a time."


@pytest.mark.parametrize(
    ("failures", "asked", "jitter", "seconds"), [(1, None, 0, 1), (4, None, 1, 10), (9, None, 0, 30), (1, 8, 1, 10)]
)
def test_pauses_grow_and_are_spread(failures, asked, jitter, seconds):
    assert pause_after(failures, asked, jitter) == seconds
