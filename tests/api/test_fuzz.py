"""Random requests made from the OpenAPI document: whatever comes in, no 5xx goes out, and answers are as documented.

Longer, over a real server and with stories of several requests:
`st run docs/openapi.yaml --url http://127.0.0.1:8000 -H "Authorization: Bearer $TOKEN" --max-time 300`.
"""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.answers import act, task_of

load_all_checks()
pytestmark = pytest.mark.stories

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 100
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def api():
    return schemathesis.openapi.from_path(ROOT / "docs" / "openapi.yaml")


@pytest.fixture(scope="module")
def operations(api):
    """All but those that delete what the next request asks for."""
    found = [result.ok() for result in api.get_all_operations()]
    return [operation for operation in found if operation.method != "delete"]


def ask(case, client) -> httpx.Response:
    """Send a case with Django's test client, and give the answer as the checks expect it."""
    prepared = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
    sent = {name: value for name, value in prepared.headers.items() if name not in ("Content-Length", "Authorization")}
    told = client.generic(
        prepared.method,
        prepared.path_url,
        prepared.body or b"",
        content_type=sent.pop("Content-Type", ""),
        headers=sent,
    )
    asked = httpx.Request(prepared.method, prepared.url, content=prepared.body)
    answer = httpx.Response(told.status_code, headers=list(told.headers.items()), content=told.content, request=asked)
    answer.elapsed = timedelta(0)
    return answer


@pytest.fixture
def client(as_alice, accepted, propose):
    """Alice, in a world where there is one of everything."""
    task = task_of(accepted, "T-001")
    act(as_alice, task, "start")
    as_alice.post(f"/api/v1/tasks/{task.pk}/artifacts/", {"type": "x", "category": "code", "path": "p"})
    as_alice.post("/api/v1/projects/pixel-jumper/contexts/", {"content": {}})
    as_alice.post("/api/v1/projects/pixel-jumper/documents/", {"title": "Design", "outline": [{"heading": "Vision"}]})
    as_alice.patch("/api/v1/sections/1/", {"text": "A game of islands."})
    propose({"title": "Another idea"})
    as_alice.raise_request_exception = False
    return as_alice


@pytest.fixture
def ids(accepted) -> dict[str, object]:
    """What there is one of, by the first part of its address."""
    first = task_of(accepted, "T-001").pk
    return {"tasks": first, "plans": accepted.pk + 1, "projects": "pixel-jumper", "artifacts": 1, "contexts": 1}


def known_places(operation, ids) -> dict[str, object]:
    """Path parameters that lead to something, so that not every request ends in 404."""
    found = {"project_id": ids["projects"], "task_id": ids["tasks"], "id": ids.get(operation.path.split("/")[3], 1)}
    return {name: value for name, value in found.items() if f"{{{name}}}" in operation.path}


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_no_request_makes_it_fail(operations, client, ids, data):
    operation = data.draw(st.sampled_from(operations))
    mode = data.draw(st.sampled_from(list(GenerationMode)))
    places = known_places(operation, ids) if data.draw(st.booleans()) else None
    try:
        strategy = operation.as_strategy(generation_mode=mode, path_parameters=places or None)
        case = data.draw(strategy)
    except schemathesis.errors.SchemathesisError:
        return
    case.validate_response(ask(case, client), checks=CHECKS)
