"""The page itself: who gets it, and what it may do in a browser."""

import re

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.test import Client

from tests.servers import ROOT

STATIC = ROOT / "live/static"
IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']+)["']""")


def body(answer) -> str:
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()


def test_whoever_is_not_signed_in_is_asked_to(client: Client, db) -> None:
    answer = client.get("/", follow=True)
    assert answer.redirect_chain == [("/login/?next=/", 302)]
    assert "Sign in" in body(answer)


def test_the_page_says_who_is_signed_in_and_gives_what_writing_needs(client: Client, alice: User) -> None:
    client.force_login(alice)
    answer = client.get("/")
    assert 'data-username="alice"' in body(answer)
    assert answer.cookies["csrftoken"].value
    assert "no-store" in answer["Cache-Control"]


def test_a_password_signs_in_and_signing_out_takes_a_post(client: Client, alice: User) -> None:
    signed_in = client.post("/login/", {"username": "alice", "password": "secret-of-alice"})
    assert signed_in.headers["Location"] == "/"
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").headers["Location"] == "/login/"
    assert client.get("/").status_code == 302


def test_a_wrong_password_is_told_without_saying_what_was_wrong(client: Client, alice: User) -> None:
    answer = client.post("/login/", {"username": "alice", "password": "guessed"})
    assert 'role="alert"' in body(answer)
    assert "sessionid" not in client.cookies


@pytest.mark.parametrize("path", ["/", "/login/"])
def test_nothing_inline_and_nothing_from_elsewhere_runs(client: Client, alice: User, path: str) -> None:
    if path == "/":
        client.force_login(alice)
    answer = client.get(path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert not re.search(r"unsafe|\*|data:|https?:", policy)
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=|https?://", body(answer))


def test_every_module_finds_what_it_imports() -> None:
    missing = []
    for module in (STATIC / "live").rglob("*.*js"):
        for path in IMPORT.findall(module.read_text()):
            wanted = (module.parent / path).resolve().relative_to(STATIC)
            if finders.find(str(wanted)) is None:
                missing.append(f"{module.name}: {path}")
    assert missing == []


def test_the_page_names_all_modules_of_its_first_view_so_that_they_come_at_once(client: Client, alice: User) -> None:
    client.force_login(alice)
    named = set(re.findall(r'modulepreload" href="/static/([^"]+)"', body(client.get("/"))))
    assert {"live/main.js", "live/views/board.js", "live/views/feed.js", "clients/rest.js"} <= named
    assert "live/vendor/lit-html/directive-helpers.js" in named, "what a minified module imports counts, too"
    later = {"live/views/projects.js", "live/views/plans.js", "live/views/task.js", "live/vendor/purify.es.mjs"}
    assert not named & later, "what a click wants comes later"
    assert all(finders.find(module) for module in named)


@pytest.mark.parametrize("path", ["live/main.js", "live/vendor/purify.es.mjs", "clients/rest.js"])
def test_modules_are_served_as_javascript(client: Client, path: str) -> None:
    answer = client.get(f"/static/{path}")
    assert answer["Content-Type"].startswith("text/javascript")
    assert body(answer)
