"""Input that nobody should send, through every door: a clear answer, nothing leaked, nothing lost."""

import socket

import httpx
import pytest

from plans.models import Project
from tests.api.answers import PROBLEM, event_types, refused, task_of, wrong_fields
from tests.servers import running_server

PROJECTS = "/api/v1/projects/"
HERE = f"{PROJECTS}pixel-jumper/"
JSON = "application/json"


def send(client, body: bytes, url: str = PROJECTS):
    return client.post(url, body, content_type=JSON)


NO_JSON = [
    b"{",
    b" ",
    b"{'name': 'x'}",
    b'{"name": "x"} {"name": "y"}',
    b'{"name": NaN}',
    b'{"name": Infinity}',
    b'{"name": "\\ud800"}',
    b'{"name": "\\udc00\\ud800"}',
    b'{"name": "\xff"}',
    b'{"name": "a\x00b"}',
    b'\xef\xbb\xbf{"name": "x"}',
    '{"name": "x"}'.encode("utf-16"),
    b"[" * 5_000,
]


def test_what_is_not_json_is_said_so(as_alice):
    for body in NO_JSON:
        refused(send(as_alice, body), 400, "parse_error")
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    "url",
    [PROJECTS, f"{HERE}members/", f"{HERE}plans/", f"{HERE}plans/generate/", f"{HERE}contexts/", "/api/v1/tokens/"],
)
def test_an_object_is_expected(as_alice, project, url):
    for body in (b"[]", b'"x"', b"5", b"null", b"true", b'[{"name": "x"}]'):
        assert wrong_fields(send(as_alice, body, url)) == {"non_field_errors"}, body


def test_nul_characters_are_named_wherever_they_hide(as_alice, accepted):
    assert wrong_fields(send(as_alice, b'{"name": "a\\u0000"}')) == {"name"}
    brief = {"mechanics": ["ok", "a\x00b"], "kpis": {"day": {"one": "\x00"}}}
    body = {"name": "x", "brief": brief}
    assert wrong_fields(as_alice.post(PROJECTS, body)) == {"brief.mechanics.1", "brief.kpis.day.one"}
    assert wrong_fields(as_alice.post(f"{HERE}contexts/", {"content": {"a\x00": 1}})) == {"content"}
    for url in ("tasks/?status=", "contexts/?task=", "members/?limit=", "contexts/active/?task="):
        response = as_alice.get(f"{HERE}{url}%00")
        assert len(wrong_fields(response)) == 1
    for url in ("a%00b/", "a%00b/members/", "a%00b/events/", "pixel-jumper%00/plans/active/"):
        refused(as_alice.get(f"{PROJECTS}{url}"), 404, "not_found")


def test_an_answer_is_not_larger_than_the_question(as_alice, begun_task):
    many = b"[" + b",".join([b'"\\u0000"'] * 10_000) + b"]"
    assert len(send(as_alice, many, f"{HERE}events/").content) < len(many)
    answers = {"acceptance": [1] * 10_000}
    assert wrong_fields(as_alice.post(f"/api/v1/tasks/{begun_task.pk}/complete/", answers)) == {
        "acceptance.non_field_errors"
    }


@pytest.fixture
def begun_task(as_alice, accepted):
    task = task_of(accepted, "T-001")
    as_alice.post(f"/api/v1/tasks/{task.pk}/start/")
    return task


def test_bottomless_nesting_is_refused(as_alice, project):
    deep: dict = {}
    for _ in range(100):
        deep = {"a": deep}
    for url, body in [
        (PROJECTS, {"name": "x", "brief": {"kpis": deep}}),
        (f"{HERE}contexts/", {"content": deep}),
        (f"{HERE}events/", {"type": "log", "payload": {"data": deep}}),
    ]:
        refused(as_alice.post(url, body), 400, "invalid")


SCRIPTS = ["🎮👩‍👩‍👧", "ภาษาไทย", "\u202eforwards\u202c", "e\u0301", "\ufffd\uffff", "<b>'\";--", "one\u2028two"]


def test_every_script_comes_back_as_it_went_in(as_alice):
    for text in SCRIPTS:
        made = as_alice.post(PROJECTS, {"name": text, "brief": {"pitch": text, "kpis": {text: text}}}).json()
        assert (made["name"], made["brief"]["pitch"], made["brief"]["kpis"]) == (text, text, {text: text})
        here = f"{PROJECTS}{made['id']}/"
        plan = as_alice.post(f"{here}plans/", {"tasks": [{"title": text, "acceptance": [text]}]}).json()
        assert (plan["tasks"][0]["title"], plan["tasks"][0]["acceptance"]) == (text, [text])
        said = as_alice.post(f"{here}events/", {"type": "chat", "payload": {"text": text}}).json()
        assert said["payload"]["text"] == text


HUGE = ["9" * 20, "9" * 5000, str(2**63), str(2**64)]


def test_an_id_that_is_none_leads_nowhere(as_alice, accepted):
    for what in ("tasks", "plans", "artifacts", "contexts", "generations", "projects/pixel-jumper/members"):
        for number in (*HUGE, "0", "-1", "1.5", "1e3", "0x1", "%D9%A1", "1_0", "+1", "%201"):
            refused(as_alice.get(f"/api/v1/{what}/{number}/"), 404, "not_found")


def test_a_number_in_a_query_is_one(as_alice, accepted):
    for number in (*HUGE, "0", "-1", "1.5", "x"):
        response = as_alice.get(f"/api/v1/plans/{accepted.pk}/diff/", {"against": number})
        assert wrong_fields(response) == {"against"}, number


def test_a_number_in_a_body_is_one(as_alice, accepted):
    for number in (2**63, 2**64 - 1, 10**30, -1, 1.5, "x", [1], {"a": 1}):
        body = {"tasks": [{"title": "x"}], "base": number}
        assert wrong_fields(as_alice.post(f"{HERE}plans/", body)) == {"base"}, number
    for hours in ("nan", "inf", "-inf", 1e308, -0.5, 2_000.5, 2**64, [1]):
        body = {"tasks": [{"title": "x", "estimates": {"time_hours": hours}}]}
        assert wrong_fields(as_alice.post(f"{HERE}plans/", body)) == {"tasks.0.estimates.time_hours"}, hours


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ";;;=/", "é"]
)
def test_only_json_is_taken(as_alice, content_type):
    refused(as_alice.post(PROJECTS, b"name=x", content_type=content_type), 415, "unsupported_media_type")


def test_an_empty_body_is_an_empty_object(as_alice, project):
    for content_type in (JSON, ""):
        assert as_alice.generic("POST", f"{HERE}activate/", b"", content_type=content_type).status_code == 200
        assert wrong_fields(as_alice.generic("POST", PROJECTS, b"", content_type=content_type)) == {"name"}


def test_a_refused_write_leaves_no_trace(as_alice, proposed, project):
    before = event_types(project)
    for url, body in [
        (f"/api/v1/plans/{proposed.pk}/refine/", {"instructions": ""}),
        (f"{HERE}plans/", {"tasks": [{"title": "a"}, {"title": "b", "dependencies": ["T-077"]}]}),
        (f"{HERE}contexts/", {"content": {"risks": 5}}),
        (f"{HERE}events/", [{"type": "chat", "payload": {"text": "x"}}, {"type": "chat", "payload": {}}]),
    ]:
        response = as_alice.post(url, body, headers={"Idempotency-Key": url})
        assert response.status_code == 400
    assert event_types(project) == before
    assert project.plans.count() == 1


@pytest.fixture(scope="module")
def server(tmp_path_factory, migrated_database):
    with running_server(tmp_path_factory.mktemp("server"), database=migrated_database) as running:
        yield running


@pytest.mark.stories
@pytest.mark.xdist_group("real-server")
class TestOnARealServer:
    """What only a server process can show: bodies in chunks, too much of them, and bytes that are no HTTP."""

    @pytest.fixture
    def client(self, server):
        with httpx.Client(base_url=server.url, headers=server.headers, timeout=20) as client:
            yield client

    @staticmethod
    def chunks(count):
        for _ in range(count):
            yield b"x" * 100_000

    @pytest.mark.parametrize("chunked", [False, True])
    def test_a_body_of_10_mb_is_refused(self, client, chunked):
        body = self.chunks(100) if chunked else b"x" * 10_000_000
        response = client.post(PROJECTS, content=body, headers={"Content-Type": JSON})
        assert (response.status_code, response.headers["Content-Type"]) == (413, PROBLEM)
        assert response.json()["code"] == "body_too_large"
        assert client.get(PROJECTS).status_code == 200

    def test_a_body_in_chunks_arrives_whole(self, client):
        parts = iter([b'{"name": "In ', b"pie", b'ces"}'])
        response = client.post(PROJECTS, content=parts, headers={"Content-Type": JSON})
        assert (response.status_code, response.json()["name"]) == (201, "In pieces")

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/api/v1/projects/%ff%fe/", 404),
            ("GET", "/api/v1/projects/%00/", 404),
            ("GET", "/api/v1/projects/?cursor=%ed%a0%80", 400),
            ("GET", "/api/v1/tasks/" + "9" * 5_000 + "/", 404),
            ("GET", "/api/v1/projects/" + "a" * 20_000 + "/", 404),
            ("PROPFIND", "/api/v1/projects/", 405),
            ("TRACE", "/api/v1/projects/", 405),
        ],
    )
    def test_odd_addresses_and_methods_get_a_problem(self, client, method, path, status):
        response = client.request(method, path)
        assert (response.status_code, response.headers["Content-Type"]) == (status, PROBLEM)

    @pytest.mark.parametrize(
        "request_bytes",
        [
            b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            b"POST /api/v1/projects/ HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n",
            b"POST /api/v1/projects/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"GET /api/v1/projects/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\x00b\r\n\r\n",
            b"GET /api/v1/projects/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00",
        ],
    )
    def test_what_is_hardly_http_is_refused(self, client, server, request_bytes):
        with socket.create_connection(("127.0.0.1", httpx.URL(server.url).port), timeout=5) as raw:
            raw.sendall(request_bytes)
            answer = raw.recv(1_000)
        assert answer == b"" or answer.split()[1] in (b"400", b"413"), answer
        assert client.get(PROJECTS).status_code == 200

    def test_all_of_this_was_no_fault_of_the_servers(self, client, server):
        log = server.log_path.read_text(errors="replace")
        assert "status=413" not in log, "what is too large never gets as far as Django"
        assert "status=500" not in log
        assert "Exception in ASGI application" not in log
