"""From a model's name to the model of pydantic-ai. Imports it; `model` imports this when a model is asked."""

import os
from typing import Any

from pydantic_ai.models import Model, infer_model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers import Provider, infer_provider
from pydantic_ai.providers.ollama import OllamaProvider
from pydantic_ai.providers.openai import OpenAIProvider

from gamedev_gateway.core.llm.errors import NotConfigured
from gamedev_gateway.core.llm.failures import log, place_of
from gamedev_gateway.core.llm.providers import fault_of

OLLAMA = "http://127.0.0.1:11434/v1"
WHOLE = OpenAIModelProfile(openai_chat_streaming_requires_finish_reason=True)
"""An answer that ends without a reason was cut off; all servers that we know of give one."""


def connect(name: str) -> Model:
    """A model with its own HTTP client, for the event loop that enters it. NotConfigured when something is missing."""
    if fault := fault_of(name, os.environ):
        raise NotConfigured(f"GATEWAY_LLM is {fault}.")
    try:
        model = infer_model(name, provider_of)
    except Exception as error:
        log.warning("model_not_configured", model=name, kind=type(error).__name__, at=place_of(error))
        raise NotConfigured(f"{name} cannot be asked as it is configured.") from None
    if isinstance(model, OpenAIChatModel) and model.provider:
        return type(model)(model.model_name, provider=model.provider, profile=WHOLE)
    return model


def provider_of(name: str) -> Provider[Any]:
    """As pydantic-ai makes them, but: an empty key is no key, and an Ollama is looked for where it runs by itself."""
    if name in {"openai-chat", "openai"}:
        return OpenAIProvider(api_key=os.environ.get("OPENAI_API_KEY") or "none")
    if name == "ollama":
        return OllamaProvider(base_url=os.environ.get("OLLAMA_BASE_URL") or OLLAMA)
    return infer_provider(name)
