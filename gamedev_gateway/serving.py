"""The parts of a running gateway: the ASGI server, the embedded workers, the first user."""

import errno
import gc
import os
import secrets
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connections, transaction
from django.http.request import validate_host
from django_tasks_db.management.commands.db_worker import Worker

from agents.engine.calls import sweep as end_cut_off_calls
from agents.engine.catalogue import prober
from agents.runs import find_vanished
from agents.tokens import create_token
from gamedev_gateway.servers.ending import end_process_within
from plans.services import give_ownerless, release_run_out
from plans.services.generations import take_up_expired

FIRST_USER = "admin"
APPLICATION = "gamedev_gateway.asgi:application"
THREADS_TAKE_TURNS_AFTER = 0.001
"""Seconds. The event loop waits for its turn while a worker computes, and the five milliseconds of the default are long for a
socket."""
COLLECTED_AFTER = 20_000, 20, 20
"""Garbage collections are rarer, and leave alone what was there at the start (`gc.freeze`): looking through all of Django's
objects again and again stopped the loop for some 50 ms each time."""
SWEEP_EVERY = 3.0
"""Seconds between two looks for runs whose worker has died."""
ALL_ENDS_WITHIN = 3.5
"""Seconds, once the server itself has ended, which takes six at most: the process is gone ten seconds after the signal."""
WORKERS_END_WITHIN = 2.0
"""Seconds; with those in which the server itself ends well under the ten that a service manager grants."""
log = structlog.get_logger("gateway.serving")


@dataclass(frozen=True)
class FirstUser:
    """The account made for a new database. Password and token are told once and stored nowhere."""

    username: str
    password: str
    token: str


@transaction.atomic
def make_first_user() -> FirstUser | None:
    """An account with all rights, when there is no user at all. Projects that nobody owns go to the first such account."""
    users = get_user_model()
    if users.objects.exists():
        if first := users.objects.filter(is_superuser=True, is_active=True).order_by("pk").first():
            give_ownerless(first)
        return None
    password = secrets.token_urlsafe(12)
    user = users.objects.create_superuser(FIRST_USER, password=password)
    give_ownerless(user)
    _, token = create_token(user, name="first token")
    return FirstUser(FIRST_USER, password, token)


class EmbeddedWorkers:
    """Job workers in threads of this process, one job each at a time; and one that looks for what dead workers have left."""

    def __init__(self, count: int) -> None:
        self.workers = [make_worker(number) for number in range(count)]
        self.threads = [
            threading.Thread(target=run_worker, args=[worker], name=worker.worker_id, daemon=True)
            for worker in self.workers
        ]
        self.stopping = threading.Event()
        self.sweeper = threading.Thread(target=self.sweep, name="sweeper", daemon=True)

    def start(self) -> None:
        self.sweeper.start()
        for thread in self.threads:
            thread.start()

    def sweep(self) -> None:
        while not self.stopping.wait(SWEEP_EVERY):
            try:
                take_up_expired()
                release_run_out()
                find_vanished()
                end_cut_off_calls()
                prober.look()
            except Exception:
                log.exception("sweep_failed")
        connections.close_all()

    def stop(self) -> None:
        """Let each worker finish what it does and take no more; one that takes long is left behind, its run is taken up
        by the next start."""
        self.stopping.set()
        for worker in self.workers:
            worker.running = False
        give_up_at = time.monotonic() + WORKERS_END_WITHIN
        for thread in self.threads:
            thread.join(max(give_up_at - time.monotonic(), 0))


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
            time.sleep(worker.interval)
    connections.close_all()


# The server


class CannotListen(Exception):
    """The address cannot be listened on."""


def check_address(host: str, port: int) -> None:
    """Raise CannotListen, in words for people, before anything else is begun."""
    if not 0 < port < 65536:
        raise CannotListen(f"There is no port {port}; use one from 1 to 65535.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotListen(
                f"Port {port} of {host} is in use; give another --port, or stop what listens there."
            ) from error
        raise CannotListen(f"Cannot listen on port {port} of {host}: {error.strerror}.") from error


def local_url(host: str, port: int) -> str:
    """Where a server that listens on `host` is found from this machine."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def allowed_name(url: str) -> str | None:
    """The Host header with which this machine may call its own server; None when the address itself is allowed."""
    if validate_host(str(urlsplit(url).hostname), settings.ALLOWED_HOSTS):
        return None
    return next((name.lstrip(".") for name in settings.ALLOWED_HOSTS), None)


def end_well_when_asked() -> None:
    """SIGTERM ends the process like Ctrl-C does: what runs is cleaned up, and the exit code is 0."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)


def run_uvicorn(host: str, port: int) -> None:
    from gamedev_gateway.servers import uvicorn

    uvicorn.run(APPLICATION, host, port)


def run_daphne(host: str, port: int) -> None:
    from gamedev_gateway.asgi import application
    from gamedev_gateway.servers import daphne

    daphne.run(application, host, port)


SERVERS = {"uvicorn": run_uvicorn, "daphne": run_daphne}


def run_server(name: str, host: str, port: int) -> None:
    """Serve until asked to end, with a Python that pauses the event loop less than it does by default."""
    import gamedev_gateway.asgi  # noqa: F401  what it loads stays for good

    sys.setswitchinterval(THREADS_TAKE_TURNS_AFTER)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)
    try:
        SERVERS[name](host, port)
    finally:
        end_process_within(ALL_ENDS_WITHIN)  # the sockets are closed and the requests answered
