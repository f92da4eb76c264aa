"""Which old row belongs to which old project. Log rows are not held here: there may be very many."""

from collections import defaultdict

from gamedev_gateway.legacy.old_file import OldFile, OldRow, name_of


class Layout:
    """The rows of an old file that say what is to be done, by the old id of their project."""

    def __init__(self, old: OldFile) -> None:
        self.projects: dict[str, OldRow] = {}
        for row in old.rows("projects"):
            self.projects.setdefault(name_of(row.values.get("id")) or f"row {row.key}", row)
        self.plan_home: dict[str, str] = {}
        self.task_home: dict[str, str] = {}
        self.plans = self.read_plans(old)
        self.tasks = self.read_tasks(old)
        self.contexts = self.read_contexts(old)
        self.session_home = {name_of(row.values.get("id")): self.home(row) for row in old.rows("sessions")}
        self.artifacts = self.read_artifacts(old)

    def home(self, row: OldRow) -> str:
        """The project that a row names; empty where there is no such project."""
        name = name_of(row.values.get("project_id"))
        return name if name in self.projects else ""

    def read_plans(self, old: OldFile) -> dict[str, list[OldRow]]:
        found: dict[str, list[OldRow]] = defaultdict(list)
        for row in old.rows("task_plans"):
            if home := self.home(row):
                found[home].append(row)
                self.plan_home.setdefault(name_of(row.values.get("id")), home)
        return found

    def read_tasks(self, old: OldFile) -> dict[str, list[OldRow]]:
        """A task belongs where its plan does, and without a plan where it says."""
        found: dict[str, list[OldRow]] = defaultdict(list)
        for row in old.rows("tasks"):
            if home := self.plan_home.get(name_of(row.values.get("plan_id"))) or self.home(row):
                found[home].append(row)
                self.task_home.setdefault(name_of(row.values.get("id")), home)
        return found

    def read_contexts(self, old: OldFile) -> dict[str, list[OldRow]]:
        found: dict[str, list[OldRow]] = defaultdict(list)
        for row in old.rows("contexts"):
            if home := self.home(row):
                found[home].append(row)
        return found

    def read_artifacts(self, old: OldFile) -> dict[str, list[OldRow]]:
        """Artifacts of tasks. One without a task is told of in the log."""
        found: dict[str, list[OldRow]] = defaultdict(list)
        for row in old.rows("artifacts"):
            if home := self.artifact_home(row):
                found[home].append(row)
        return found

    def artifact_home(self, row: OldRow) -> str:
        task = name_of(row.values.get("task_id"))
        return self.task_home.get(task, "") if task else ""
