"""The page about the sockets tells everything that they say, to anybody, and needs nobody else's server."""

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib.staticfiles import finders
from django.test import Client
from jsonschema import Draft202012Validator

from realtime.asyncapi import COMMANDS, asyncapi_document, message_name
from realtime.event_types import REGISTRY
from realtime.frames import SENT
from tests.realtime.conftest import check_declared

URL = "/api/ws-docs/"
DOCUMENT = asyncapi_document()
MESSAGES = DOCUMENT["components"]["messages"]


class Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, attribute: str) -> list[str]:
        return [attributes[attribute] or "" for _, attributes in self.found if attribute in attributes]


@pytest.fixture(scope="module")
def html() -> str:
    response = Client().get(URL)
    assert response.status_code == 200
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    return response.content.decode()


@pytest.fixture(scope="module")
def tags(html: str) -> Tags:
    return Tags(html)


@pytest.mark.parametrize("declared", [*COMMANDS, *SENT, *REGISTRY.values()], ids=message_name)
def test_every_command_frame_and_event_has_its_place(html: str, tags: Tags, declared: Any) -> None:
    name = message_name(declared)
    assert tags.all("id").count(name) == 1
    assert f"#{name}" in tags.all("href")
    article = unescape(html.split(f'<article id="{name}">')[1].split("</article>", 1)[0])
    assert "JSON Schema" in article
    assert "Example" in article
    for field in declared.model_json_schema().get("properties", {}):
        assert f"<code>{field}</code>" in article


def test_its_links_lead_somewhere(tags: Tags, client: Client, db: None) -> None:
    ids = set(tags.all("id"))
    for link in set(tags.all("href")):
        if link.startswith("#"):
            assert link[1:] in ids
        elif link.startswith("/static/"):
            assert finders.find(link.removeprefix("/static/"))
        else:
            assert client.get(link).status_code == 200


def test_it_has_no_script_no_inline_style_and_loads_nothing_from_elsewhere(html: str, tags: Tags) -> None:
    names = {tag for tag, _ in tags.found}
    assert not names & {"script", "style", "iframe", "object", "embed", "base"}
    assert not [name for _, attributes in tags.found for name in attributes if name == "style" or name.startswith("on")]
    assert all(link.startswith(("/", "#")) and not link.startswith("//") for link in tags.all("href") + tags.all("src"))
    style = finders.find("realtime/ws_docs.css")
    assert not re.search(r"url\(|@import", Path(str(style)).read_text())


def test_the_file_is_the_document_with_this_server_in_it(client: Client) -> None:
    as_json = client.get(f"{URL}asyncapi.json", headers={"host": "127.0.0.1:9000"}).json()
    answer = client.get(f"{URL}asyncapi.yaml", headers={"host": "127.0.0.1:9000"})
    as_yaml = yaml.load(answer.content, Loader=yaml.CSafeLoader)
    assert as_json == as_yaml
    assert as_json.pop("servers")["here"]["host"] == "127.0.0.1:9000"
    assert {**as_json, "servers": DOCUMENT["servers"]} == DOCUMENT


def test_behind_https_the_sockets_are_secure_too(client: Client) -> None:
    assert client.get(f"{URL}asyncapi.json", secure=True).json()["servers"]["here"]["protocol"] == "wss"


def test_the_api_and_its_documentation_lead_there(as_alice: Any, client: Client) -> None:
    assert as_alice.get("/api/v1/").json()["ws_docs"].endswith(URL)
    assert client.get("/api/schema/?format=json").json()["externalDocs"]["url"] == URL


@pytest.mark.parametrize("name", MESSAGES)
def test_every_example_is_valid(name: str) -> None:
    """By the schema of the document, and by the declarations that the gateway itself checks with."""
    (example,) = MESSAGES[name]["examples"]
    Draft202012Validator({**DOCUMENT, "$ref": f"#/components/messages/{name}/payload"}).validate(example["payload"])
    if name.startswith("command."):
        next(each for each in COMMANDS if message_name(each) == name).model_validate(example["payload"])
    else:
        check_declared(example["payload"])
