"""The documents say what is true today."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize(("command", "file"), [("document_events", "events.md"), ("document_sockets", "asyncapi.yaml")])
def test_the_document_is_what_the_declarations_say(command: str, file: str) -> None:
    made = StringIO()
    call_command(command, stdout=made)
    assert made.getvalue() == (DOCS / file).read_text()
