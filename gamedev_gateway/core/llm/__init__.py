"""Models that write, behind one small interface; see docs/models.md. Without a model, templates write."""

from gamedev_gateway.core.llm.errors import ModelError
from gamedev_gateway.core.llm.limits import Limits
from gamedev_gateway.core.llm.model import Answer, Model, TextStream, configured_model
from gamedev_gateway.core.llm.prompts import Prompt, load_prompt
from gamedev_gateway.core.llm.usage import Usage

__all__ = [
    "Answer",
    "Limits",
    "Model",
    "ModelError",
    "Prompt",
    "TextStream",
    "Usage",
    "configured_model",
    "load_prompt",
]
