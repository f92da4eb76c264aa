"""Random requests made from the OpenAPI document: whatever comes in, no 5xx goes out, and answers are as documented."""

import pytest
import schemathesis
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 150
IDS = {"project_id": "pixel-jumper", "task_id": 1, "id": 1}
