"""The providers that GATEWAY_LLM may name, and what each needs. Known without importing pydantic-ai, which takes 1.7 s."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec

KEY = re.compile(r"[!-~]*")
ADDRESS = re.compile(r"(https?://[!-~]+)?")


@dataclass(frozen=True)
class Provider:
    """What has to be there before a model of this provider can be asked.

    package: what must be importable; extra: the extra of pydantic-ai-slim that brings it.
    keys: variables, one of which must hold the key, if there are any. address: the variable with the address of a server of
    one's own; where it is set, no key is needed.
    """

    package: str
    extra: str
    keys: tuple[str, ...] = ()
    address: str = ""

    def lacks(self, environ: Mapping[str, str]) -> str:
        """What is missing, as the end of a sentence; empty when nothing is."""
        if not installed(self.package):
            return f'needs a package: pip install "pydantic-ai-slim[{self.extra}]"'
        if self.keys and not any(environ.get(name) for name in (*self.keys, self.address)):
            own = f", or the address of a server of your own in {self.address}" if self.address else ""
            return f"needs a key in {' or '.join(self.keys)}{own}"
        if wrong := [name for name in self.keys if not KEY.fullmatch(environ.get(name, ""))]:
            return f"needs a key of plain characters, without spaces, in {wrong[0]}"
        if self.address and not ADDRESS.fullmatch(environ.get(self.address, "")):
            return f"needs an address such as http://127.0.0.1:8080/v1 in {self.address}"
        return ""


PROVIDERS = {
    "openai-chat": Provider("openai", "openai", ("OPENAI_API_KEY",), "OPENAI_BASE_URL"),
    "openai": Provider("openai", "openai", ("OPENAI_API_KEY",), "OPENAI_BASE_URL"),
    "anthropic": Provider("anthropic", "anthropic", ("ANTHROPIC_API_KEY",)),
    "google": Provider("google.genai", "google", ("GOOGLE_API_KEY", "GEMINI_API_KEY")),
    "ollama": Provider("openai", "openai", (), "OLLAMA_BASE_URL"),
}
"""`openai-chat` is the chat API that most servers speak, `openai` the Responses API of OpenAI itself."""


def fault_of(model: str, environ: Mapping[str, str]) -> str:
    """Why this is no model that can be asked, as the end of the sentence “GATEWAY_LLM is …”; empty when it is one.

    What was written is never repeated: it may be a key in the wrong place.
    """
    provider, _, name = model.partition(":")
    if provider not in PROVIDERS or not name.strip():
        known = ", ".join(PROVIDERS)
        return f"no model; use provider:model, such as openai-chat:gpt-5-mini, with one of the providers {known}"
    lacks = PROVIDERS[provider].lacks(environ)
    return f"a model of {provider}, which {lacks}" if lacks else ""


def installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # the package around it is missing, too
        return False
