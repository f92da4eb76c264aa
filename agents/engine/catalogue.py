"""What tools there are: looked up at their servers, remembered, and found again by a few words."""

import threading
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from django.db import connections, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from agents.engine.addresses import address_of
from agents.engine.errors import NoTool, TookTooLong
from agents.engine.loop import on_engine
from agents.engine.ranking import Entry, closest, known_as, ranked
from agents.engine.results import Json
from agents.loading import sdk_lock
from agents.models import Tool, ToolServer
from agents.models.tools import digest_of
from gamedev_gateway.core.errors import GatewayError
from plans.models import Project
from plans.tool_names import Catalogue, register_catalogue

PROBED_EVERY = timedelta(minutes=15)
PROBED_WITHIN = 90.0
TOLD = ("title", "description", "input_schema", "annotations", "tags")
MOST_LIKE_IT = 5
LONGEST_NAME_IN_PLAN = 100
log = structlog.get_logger("gateway.engine")


# Looking


def probe(server: ToolServer) -> int:
    """Ask a server for its tools and remember them; gives how many. Not inside a transaction.

    What went wrong is remembered too, as the server's `trouble`, and raised: NotAllowed, OutsideError.
    """
    ToolServer.objects.filter(pk=server.pk).update(probed_at=timezone.now())  # others need not look as well
    try:
        listed = listed_by(server)
    except GatewayError as error:
        ToolServer.objects.filter(pk=server.pk).update(trouble=error.detail[:500])
        log.warning("tool_server_trouble", server=server.name, code=error.code)
        raise
    remember(server, listed)
    return len(listed)


def listed_by(server: ToolServer) -> list[Json]:
    with sdk_lock:
        from agents.engine.outside import list_tools
    looking = on_engine(list_tools(address_of(server), server.name))
    try:
        return looking.result(PROBED_WITHIN)
    except TimeoutError as error:
        looking.cancel()
        raise TookTooLong(f"{server.name} did not answer within {PROBED_WITHIN:g} s.") from error


@transaction.atomic
def remember(server: ToolServer, listed: Iterable[Json]) -> None:
    """Make the rows say what the server says. A tool that is not there any more is kept, as vanished."""
    now = timezone.now()
    server = ToolServer.objects.select_for_update().get(pk=server.pk)
    rows = {tool.name: tool for tool in server.tools.all()}
    seen = {told["name"]: told for told in listed}
    for name, told in seen.items():
        row = rows.get(name) or Tool(server=server, name=name)
        take(row, told, now)
    server.tools.exclude(name__in=seen).filter(vanished_at=None).update(vanished_at=now)
    server.trouble = ""
    server.save(update_fields=["trouble"])


def take(tool: Tool, told: Json, now: datetime) -> None:
    digest = digest_of(told)
    if tool.pk and tool.digest != digest:
        tool.changed_at = now
        log.warning("tool_changed", tool=f"{tool.server.name}.{tool.name}"[:170])
    for name in TOLD:
        setattr(tool, name, told[name])
    tool.digest, tool.seen_at, tool.vanished_at = digest, now, None
    tool.save()


def due() -> QuerySet[ToolServer]:
    """The servers in use that nobody has asked for a while."""
    old = Q(probed_at=None) | Q(probed_at__lt=timezone.now() - PROBED_EVERY)
    return ToolServer.objects.filter(old, enabled=True)


def probe_due() -> int:
    """Ask those that are due, each in one process only; gives how many answered."""
    answered = 0
    for server in due():
        if due().filter(pk=server.pk).update(probed_at=timezone.now()):
            with suppress(GatewayError):  # remembered with the server
                probe(server)
                answered += 1
    return answered


class Prober:
    """Asks what is due beside everything else, since a server may take its time."""

    def __init__(self) -> None:
        self.thread: threading.Thread | None = None

    def look(self) -> None:
        """Called every few seconds, by one thread."""
        if (self.thread is None or not self.thread.is_alive()) and due().exists():
            self.thread = threading.Thread(target=self.run, name="prober", daemon=True)
            self.thread.start()

    def run(self) -> None:
        try:
            probe_due()
        except Exception:
            log.exception("probing_failed")
        finally:
            connections.close_all()


prober = Prober()


# Finding


def offered(project: Project | str) -> QuerySet[Tool]:
    return Tool.objects.offered_to(project if isinstance(project, str) else project.pk)


def find_tools(project: Project, query: str, first: Collection[str] = ()) -> list[Tool]:
    """The project's tools that fit some words, the best first; those in `first` before the others."""
    tools = {(tool.server.name, tool.name): tool for tool in offered(project)}
    found = ranked([tool.entry() for tool in tools.values()], query, first)
    return [tools[entry.server, entry.tool] for entry in found]


def get_tool(project: Project, server: str, tool: str) -> Tool:
    """A tool that the project's agents may look at. Raises NoTool, naming those that are like it."""
    tools = list(offered(project))
    for each in tools:
        if (each.server.name, each.name) == (server, tool):
            return each
    like = ranked([each.entry() for each in tools], f"{server} {tool}")[:MOST_LIKE_IT]
    raise NoTool(server, tool, [f"{entry.server}.{entry.tool}" for entry in like])


# What plans name


def entries_of(project_id: str) -> list[Entry]:
    return [tool.entry() for tool in offered(project_id)]


def unknown_tools(project_id: str, names: Collection[str]) -> set[str]:
    """Those of some names that mean no tool of the project; none where it has no servers, and so nothing to check against."""
    if not names or not ToolServer.objects.granted_to(project_id).exists():
        return set()
    known = known_as(entries_of(project_id))
    return {name for name in names if name.lower() not in known}


def chosen_tools(project_id: str, wishes: Collection[str]) -> dict[str, str]:
    """For each wished-for name the tool of the project that it means most likely; the wish itself where none is like it."""
    entries = entries_of(project_id)
    known = known_as(entries)
    return {wish: wish if wish.lower() in known else named(closest(entries, wish), wish) for wish in wishes}


def named(entry: Entry | None, otherwise: str) -> str:
    name = f"{entry.server}.{entry.tool}" if entry else otherwise
    return name if len(name) <= LONGEST_NAME_IN_PLAN else otherwise


def register() -> None:
    """Tell those who make plans which tools there are."""
    register_catalogue(Catalogue(unknown=unknown_tools, chosen=chosen_tools))
