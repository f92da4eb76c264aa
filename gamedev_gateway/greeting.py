"""What `serve` tells at its start: where everything is, in lines that can be pasted into another terminal."""

import os
import shlex
import sys
from pathlib import Path
from textwrap import indent

from django.conf import settings
from django.contrib.auth import get_user_model

from gamedev_gateway.serving import FirstUser
from plans.models import Project


def greeting(url: str, first: FirstUser | None, *, queued: int = 0, host: str = "") -> str:
    blocks = [
        places(url, host),
        first_user(first) if first else known_user(),
        things_to_try(url, first.token if first else "$TOKEN"),
        remarks(queued),
    ]
    text = "\n\n".join("\n".join(block) for block in blocks if block)
    return f"\n{indent(text, '  ')}\n"


def places(url: str, host: str) -> list[str]:
    everywhere = {"0.0.0.0": ", and at every address of this machine", "::": ", and at every address of this machine"}  # noqa: S104
    return [
        f"The gateway listens on {url}{everywhere.get(host, '')}",
        "",
        f"live page   {url}/",
        f"admin       {url}/admin/",
        f"API         {url}/api/v1/      (browsable once you have signed in)",
        f"API docs    {url}/api/docs/",
        f"WebSocket   {url.replace('http', 'ws', 1)}/ws/",
    ]


def first_user(first: FirstUser) -> list[str]:
    """Told on stdout, once, and nowhere else."""
    return [
        "A first user was made. Keep these; they are shown only now:",
        "",
        f"username    {first.username}",
        f"password    {first.password}",
        f"token       {first.token}",
    ]


def known_user() -> list[str]:
    """Who signs in, on every start after the first; the password was told then and is stored nowhere."""
    users = get_user_model().objects.filter(is_active=True).order_by("-is_superuser", "pk")
    username = next((shlex.quote(user.get_username()) for user in users[:1]), "USERNAME")
    return [
        f"Sign in as {username}. Password forgotten?    {manage()} changepassword {username}",
        "A token for the line with curl:",
        "",
        f"export TOKEN=$({manage()} create_token {username})",
    ]


def things_to_try(url: str, token: str) -> list[str]:
    """One line of REST and one of WebSocket, in this shell's words."""
    where = "" if url == "http://127.0.0.1:8000" else f" --url {url}"
    header = f'-H "Authorization: Bearer {token}"'
    project = Project.objects.order_by("-active", "created_at").values_list("pk", flat=True).first()
    lines = ["In another terminal, ask by REST and watch by WebSocket:", "", f"curl {header} {url}/api/v1/projects/"]
    if project is None:
        brief = "gamedev_gateway/demo/pixel-jumper.yaml"
        return [*lines, f"{manage()} watch $({manage()} new_project {brief}){where}"]
    return [*lines, f"{manage()} watch {project}{where}"]


def remarks(queued: int) -> list[str]:
    lines = [f"{queued} unfinished generations were queued again."] if queued else []
    if not settings.REDIS_URL:
        lines.append(
            "This is one server process. More of them on the same database stay correct, but without REDIS_URL they hear "
            f"of each other's events only every {settings.GATEWAY_REREAD_SECONDS:g} s."
        )
    return lines


def manage() -> str:
    """`.venv/bin/python manage.py`, as this process was started."""
    return f"{shlex.quote(shortest(sys.executable))} {shlex.quote(sys.argv[0])}"


def shortest(path: str) -> str:
    """Relative to the current folder where it lies below it. Links are not followed: a venv's python is one."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return os.path.normpath(path)
