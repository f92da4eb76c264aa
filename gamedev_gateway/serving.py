"""The parts of a running gateway: the ASGI server, the embedded workers, the first user."""

import os
import secrets
import threading
from dataclasses import dataclass
from typing import Any

import structlog
from django.contrib.auth import get_user_model
from django.db import transaction
from django_tasks_db.management.commands.db_worker import Worker

from agents.tokens import create_token

FIRST_USER = "admin"
APPLICATION = "gamedev_gateway.asgi:application"
log = structlog.get_logger("gateway.serving")


@dataclass(frozen=True)
class FirstUser:
    """The account made for a new database. Password and token are told once and stored nowhere."""

    username: str
    password: str
    token: str


@transaction.atomic
def make_first_user() -> FirstUser | None:
    """An account with all rights, when there is no user at all."""
    users = get_user_model()
    if users.objects.exists():
        return None
    password = secrets.token_urlsafe(12)
    user = users.objects.create_superuser(FIRST_USER, password=password)
    _, token = create_token(user, name="first token")
    return FirstUser(FIRST_USER, password, token)


class EmbeddedWorkers:
    """Job workers in threads of this process, one job each at a time."""

    def __init__(self, count: int) -> None:
        self.workers = [make_worker(number) for number in range(count)]

    def start(self) -> None:
        for worker in self.workers:
            threading.Thread(target=run_worker, args=[worker], name=worker.worker_id, daemon=True).start()

    def stop(self) -> None:
        """Let each worker finish what it does and take no more."""
        for worker in self.workers:
            worker.running = False


def make_worker(number: int) -> Any:
    return Worker(
        queue_names=["default"],
        interval=0.5,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=f"serve-{os.getpid()}-{number}",
        excluded_queue_names=[],
    )


def run_worker(worker: Any) -> None:
    while worker.running:
        try:
            worker.run()
        except Exception:
            log.exception("worker_failed", worker=worker.worker_id)


def run_uvicorn(host: str, port: int) -> None:
    import uvicorn

    uvicorn.run(
        APPLICATION,
        host=host,
        port=port,
        ws="websockets-sansio",
        ws_max_size=1 << 20,
        ws_ping_interval=20,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


def run_daphne(host: str, port: int) -> None:
    from daphne.endpoints import build_endpoint_description_strings
    from daphne.server import Server

    from gamedev_gateway.asgi import application

    Server(
        application=application,
        endpoints=build_endpoint_description_strings(host=host, port=port),
        server_name="",
    ).run()


SERVERS = {"uvicorn": run_uvicorn, "daphne": run_daphne}
