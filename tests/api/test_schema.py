"""The OpenAPI file is what the API does, and the documentation needs nobody else's server."""

import re
from pathlib import Path

import pytest
import yaml
from django.contrib.staticfiles import finders
from django.core.management import call_command
from drf_spectacular.drainage import GENERATOR_STATS

CHECKED_IN = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    path = tmp_path_factory.mktemp("schema") / "openapi.yaml"
    GENERATOR_STATS.reset()
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(path))
    return path.read_text()


@pytest.fixture(scope="module")
def schema(generated):
    return yaml.load(generated, Loader=yaml.CSafeLoader)


def test_the_checked_in_file_is_current(generated):
    assert generated == CHECKED_IN.read_text(), (
        "Run: python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml"
    )


def operations(schema):
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_every_operation_says_what_it_takes_and_answers(schema):
    assert schema["openapi"].startswith("3.1")
    for path, method, operation in operations(schema):
        place = f"{method} {path}"
        assert operation["description"], place
        assert "application/problem+json" in operation["responses"]["default"]["content"], place
        upload = {"multipart/form-data"} if path.endswith("/artifacts/") else set()
        taken = {content for body in [operation.get("requestBody", {})] for content in body.get("content", {})}
        assert taken <= {"application/json"} | upload, place
        for parameter in operation["parameters"]:
            assert parameter["schema"], f"{place} {parameter['name']}"
            if parameter["in"] == "path" and parameter["name"] in ("id", "task_id"):
                numbers = not path.startswith(("/api/v1/projects/{id}", "/api/v1/tokens/"))
                assert parameter["schema"]["type"] == ("integer" if numbers else "string"), place


def test_retries_and_side_by_side_edits_are_documented(schema):
    for path, method, operation in operations(schema):
        names = {parameter["name"] for parameter in operation["parameters"]}
        secret = path.startswith(("/api/v1/auth/", "/api/v1/tokens/"))
        assert ("Idempotency-Key" in names) == (method == "post" and not secret), f"{method} {path}"
        assert ("If-Match" in names) == (method != "get" and "/{id}/" in path), f"{method} {path}"


def test_the_documentation_is_served_from_here(client, db):
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert not re.search(rb"(?:https?:)?//[a-z]", page.content)
    assets = re.findall(r'(?:src|href)="/static/([^"]+)"', page.content.decode())
    assert len(assets) >= 3
    assert all(finders.find(asset) for asset in assets)


def test_the_schema_is_served_to_anybody(client, db):
    response = client.get("/api/schema/")
    assert response.status_code == 200
    assert b"/api/v1/projects/{id}/" in response.content
