"""The template writer: outlines and sections from a brief, a plan and a context, without a model, chance or clock."""

from documents.writing.template.outline import make_outline
from documents.writing.template.sections import TemplateDocument, write_section

__all__ = ["TemplateDocument", "make_outline", "write_section"]
