"""Who writes sections: the configured model, or else the template; one interface for both."""

from documents.writers.model import ModelWriter
from documents.writers.section import SectionOrder, SectionResult, SectionText, SectionWriter
from documents.writers.template import TemplateWriter
from gamedev_gateway.core.llm import configured_model

__all__ = [
    "ModelWriter",
    "SectionOrder",
    "SectionResult",
    "SectionText",
    "SectionWriter",
    "TemplateWriter",
    "section_writer",
]


def section_writer() -> SectionWriter:
    """The writer of GATEWAY_LLM, else the template. For one run at a time: the template remembers the document it is at."""
    model = configured_model()
    return ModelWriter(model) if model else TemplateWriter()
