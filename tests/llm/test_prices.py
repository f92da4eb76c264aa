"""What an answer costs: the provider's list price, or nothing that anybody could know."""

from decimal import Decimal

import pytest
from pydantic_ai.usage import RequestUsage

from gamedev_gateway.core.llm.connecting import connect
from gamedev_gateway.core.llm.prices import cost_of
from gamedev_gateway.core.llm.usage import Usage

SPENT = RequestUsage(input_tokens=1_000_000, output_tokens=1_000)


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


def test_a_model_of_a_provider_has_its_price():
    cost = cost_of(SPENT, connect("openai-chat:gpt-5-mini"))
    assert cost is not None
    assert 0 < cost < 10


def test_the_same_name_on_a_server_of_one_s_own_has_none(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert cost_of(SPENT, connect("openai-chat:gpt-5-mini")) is None
    assert cost_of(SPENT, connect("ollama:llama3.2")) is None


def test_a_model_that_nobody_has_heard_of_has_none():
    assert cost_of(SPENT, connect("openai-chat:no-such-model")) is None


def test_what_several_requests_cost_is_added_up_where_it_is_known():
    usage = Usage()
    usage.spend(10, 1, None)
    assert usage.cost_usd is None
    usage.spend(10, 1, Decimal("0.25"))
    usage.spend(10, 1, Decimal("0.5"))
    assert (usage.tokens_in, usage.tokens_out, usage.cost_usd) == (30, 3, Decimal("0.75"))
