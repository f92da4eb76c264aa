"""Who writes sections and outlines: the configured model, or else the template; one interface for both."""

from documents.writers.model import ModelWriter
from documents.writers.outlines import ModelOutliner, Outline, Outliner, TemplateOutliner
from documents.writers.section import SectionOrder, SectionResult, SectionText, SectionWriter
from documents.writers.template import TemplateWriter
from gamedev_gateway.core.llm import configured_model

__all__ = [
    "ModelOutliner",
    "ModelWriter",
    "Outline",
    "Outliner",
    "SectionOrder",
    "SectionResult",
    "SectionText",
    "SectionWriter",
    "TemplateOutliner",
    "TemplateWriter",
    "outline_writer",
    "section_writer",
]


def section_writer() -> SectionWriter:
    """The writer of GATEWAY_LLM, else the template. For one run at a time: the template remembers the document it is at."""
    model = configured_model()
    return ModelWriter(model) if model else TemplateWriter()


def outline_writer() -> Outliner:
    model = configured_model()
    return ModelOutliner(model) if model else TemplateOutliner()
