"""An outside server that a running gateway is told of, as an operator does it: in the admin."""

import re

import httpx

from tests.servers import Server

FIELDS = {
    "name": "workshop",
    "transport": "http",
    "headers": "Authorization: Bearer ${GATEWAY_TOOL_SECRET_WORKSHOP}",
    "command": "",
    "tags": "engine",
    "policy": "confirm",
    "timeout_seconds": "20",
    "enabled": "on",
}


class Operator:
    """The first user, signed in to the admin of a running gateway."""

    def __init__(self, server: Server) -> None:
        self.http = httpx.Client(base_url=server.url, follow_redirects=True, timeout=60)
        told = dict(re.findall(r"^\s+(username|password)\s+(\S+)$", server.greeting_path.read_text(), re.MULTILINE))
        self.send("/admin/login/?next=/admin/", **told)

    def send(self, path: str, **fields: object) -> str:
        """Fill in a form, and give the page that follows."""
        self.http.get(path)
        token = {"csrfmiddlewaretoken": self.http.cookies["csrftoken"]}
        answer = self.http.post(path, data={**fields, **token}, headers={"Referer": str(self.http.base_url)})
        assert answer.history, f"{path} was not taken: {re.findall('errorlist.*', answer.text)}"
        return answer.text

    def register(self, url: str, **fields: str) -> str:
        """Register a server and ask it for its tools; gives its page's address."""
        self.send("/admin/agents/toolserver/add/", url=url, **{**FIELDS, **fields})
        listed = self.http.get("/admin/agents/toolserver/").text
        name = fields.get("name", FIELDS["name"])
        found = re.findall(r'href="(/admin/agents/toolserver/\d+/change/)[^"]*"[^>]*>\s*' + name, listed)
        assert found, listed
        page = self.http.get(found[0].replace("change", "probe")).text
        assert f"{name} has " in page, page
        return found[0]

    def grant(self, page: str, url: str, *projects: str, **fields: str) -> None:
        self.send(page, url=url, projects=list(projects), **{**FIELDS, **fields})
