"""Outside MCP servers, the tools they have, and every call made to one."""

import hashlib
from typing import Any

import orjson
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q, QuerySet

from agents.engine.policy import destroys, only_reads, policy_of
from agents.engine.ranking import Entry
from agents.models.runs import Run
from plans.models import Project

NAME = RegexValidator(r"^[a-z0-9][a-z0-9_-]{0,39}\Z", "Use a-z, 0-9, - and _, at most 40 of them.")


class Policy(models.TextChoices):
    ALLOW = "allow", "May be called"
    CONFIRM = "confirm", "Waits for a person's word"
    DENY = "deny", "Is refused"


class ToolServerQuerySet(QuerySet["ToolServer"]):
    def granted_to(self, project_id: str) -> "ToolServerQuerySet":
        """Those that the agents of a project may use."""
        return self.filter(enabled=True, projects=project_id)


class ToolServer(models.Model):
    """An outside MCP server, reached over HTTP or started by a command that the operator has allowed.

    No secret is in a row: headers name variables (`${GATEWAY_TOOL_SECRET_…}`), commands are named and live in the settings.
    """

    class Transport(models.TextChoices):
        HTTP = "http", "HTTP"
        COMMAND = "command", "A command, over stdin and stdout"

    name = models.CharField(
        max_length=40, unique=True, validators=[NAME], help_text="What agents call it: unity, blender."
    )
    transport = models.CharField(max_length=7, choices=Transport.choices, default=Transport.HTTP)
    url = models.CharField(
        max_length=500, blank=True, default="", help_text="http(s)://…; its host has to be in GATEWAY_TOOL_HOSTS."
    )
    headers = models.JSONField(
        default=dict,
        blank=True,
        help_text='{"Authorization": "Bearer ${GATEWAY_TOOL_SECRET_UNITY}"}; secrets by the name of a variable only.',
    )
    command = models.CharField(max_length=40, blank=True, default="", help_text="Its name in GATEWAY_TOOL_COMMANDS.")
    tags = models.JSONField(default=list, blank=True, help_text='Words that its tools are found by: ["engine", "3d"].')
    policy = models.CharField(
        max_length=7,
        choices=Policy.choices,
        default=Policy.CONFIRM,
        help_text="For tools that change something. Those that say they destroy wait for a person; “is refused” is for all.",
    )
    timeout_seconds = models.PositiveSmallIntegerField(
        default=60, validators=[MinValueValidator(1), MaxValueValidator(600)], help_text="How long one call may take."
    )
    enabled = models.BooleanField(default=True)
    projects = models.ManyToManyField(Project, blank=True, related_name="tool_servers", db_table="tool_server_projects")
    probed_at = models.DateTimeField(null=True, blank=True, editable=False)
    trouble = models.CharField(max_length=500, blank=True, default="", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ToolServerQuerySet.as_manager()

    class Meta:
        db_table = "tool_servers"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(transport="http") & ~Q(url="") | Q(transport="command") & ~Q(command=""),
                name="tool_server_has_an_address",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ToolQuerySet(QuerySet["Tool"]):
    def offered_to(self, project_id: str) -> "ToolQuerySet":
        """What the agents of a project find: tools that were there at the last look, on servers granted to it."""
        servers = ToolServer.objects.granted_to(project_id)
        return self.filter(vanished_at=None, server__in=servers).select_related("server")


class Tool(models.Model):
    """A tool as its server told of it last. `digest` changes when it says anything else of itself."""

    server = models.ForeignKey(ToolServer, on_delete=models.CASCADE, related_name="tools")
    name = models.CharField(max_length=128)
    title = models.CharField(max_length=200, blank=True, default="")
    description = models.TextField(blank=True, default="")
    input_schema = models.JSONField(default=dict)
    annotations = models.JSONField(default=dict, blank=True)
    tags = models.JSONField(default=list, blank=True)
    digest = models.CharField(max_length=64)
    policy = models.CharField(
        max_length=7,
        choices=Policy.choices,
        blank=True,
        default="",
        help_text="For this tool alone; empty: the server's.",
    )
    allowed_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    """What the tool said of itself when people decided about it."""
    seen_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True, blank=True)
    vanished_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ToolQuerySet.as_manager()

    class Meta:
        db_table = "tools"
        ordering = ["server", "name"]
        constraints = [models.UniqueConstraint(fields=["server", "name"], name="tool_once_per_server")]

    def __str__(self) -> str:
        return f"{self.server.name}.{self.name}"

    @property
    def effective_policy(self) -> str:
        """Whether it may be called now: allow, confirm or deny."""
        return policy_of(
            tool=self.policy,
            server=self.server.policy,
            annotations=self.annotations,
            renewed=self.allowed_digest == self.digest,
        )

    @property
    def only_reads(self) -> bool:
        return only_reads(self.annotations)

    @property
    def destroys(self) -> bool:
        return destroys(self.annotations)

    def decide(self, policy: str) -> None:
        """People decide about the tool as it describes itself now."""
        self.policy, self.allowed_digest = policy, self.digest

    def entry(self) -> Entry:
        """The tool as it is looked for by words."""
        about = f"{self.title} {self.description}"
        return Entry(self.server.name, self.name, about, (*self.server.tags, *self.tags))


def digest_of(told: dict[str, Any]) -> str:
    """SHA-256 of what a tool says of itself."""
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


class ToolCallQuerySet(QuerySet["ToolCall"]):
    def visible_to(self, user: Any) -> "ToolCallQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))

    def open(self) -> "ToolCallQuerySet":
        return self.filter(status__in=[ToolCall.Status.WAITING, ToolCall.Status.RUNNING])


class ToolCall(models.Model):
    """One call of an outside tool on an agent's behalf: waiting (for a person) → running → done | failed, or refused.

    Server and tool are kept by name, so that the record outlives them. A running call has a lease that is longer than it may
    take: one that outlives it was cut off with its process.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "Waits for a person's word"
        RUNNING = "running", "Is being made"
        DONE = "done", "Answered"
        FAILED = "failed", "Went wrong"
        REFUSED = "refused", "A person said no"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="tool_calls")
    server = models.CharField(max_length=40)
    tool = models.CharField(max_length=128)
    arguments = models.JSONField(default=dict)
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="tool_calls")
    task_code = models.CharField(max_length=16, blank=True, default="")
    claim = models.PositiveBigIntegerField(help_text="Under which claim it was asked for.")
    fence = models.PositiveIntegerField()
    requested_by = models.JSONField(help_text="The actor who asked.")
    status = models.CharField(max_length=7, choices=Status.choices)
    sensitive = models.BooleanField(default=False, help_text="Whether it needed a person's word.")
    result = models.JSONField(null=True, blank=True, help_text="{text, structured, media, cut}")
    error = models.JSONField(null=True, blank=True, help_text="{code, message}")
    decided_by = models.JSONField(null=True, blank=True, help_text="Who confirmed or refused it.")
    reason = models.TextField(blank=True, default="", help_text="Why it was refused.")
    correlation_id = models.CharField(max_length=128)
    lease_until = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ToolCallQuerySet.as_manager()

    class Meta:
        db_table = "tool_calls"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "running", "done", "failed", "refused"]),
                name="tool_call_status_known",
            )
        ]
        indexes = [
            models.Index(fields=["project", "status"], name="tool_calls_by_status"),
            models.Index(
                fields=["lease_until"], condition=Q(status__in=["waiting", "running"]), name="open_tool_calls_by_lease"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.server}.{self.tool} ({self.status})"

    @property
    def is_over(self) -> bool:
        return self.status in (self.Status.DONE, self.Status.FAILED, self.Status.REFUSED)
