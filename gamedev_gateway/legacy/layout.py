"""Which old row belongs to which old project. Log rows are not held here: there may be very many."""

from collections import defaultdict

from gamedev_gateway.legacy.old_file import OldFile, OldRow, name_of


class Layout:
    """The rows of an old file that say what is to be done, by the old id of their project."""

    def __init__(self, old: OldFile) -> None:
        self.projects = {name_of(row.values.get("id")) or row.key: row for row in reversed(list(old.rows("projects")))}
        self.projects = dict(reversed(self.projects.items()))
        self.plan_home: dict[str, str] = {}
        self.task_home: dict[str, str] = {}
        self.plans = self.by_project(old, "task_plans")
        self.tasks = self.read_tasks(old)
        self.contexts = self.by_project(old, "contexts")
        self.session_home = {name_of(row.values.get("id")): self.home(row) for row in old.rows("sessions")}
        self.artifacts = self.read_artifacts(old)

    def home(self, row: OldRow) -> str:
        """The project that a row names; empty where there is no such project."""
        name = name_of(row.values.get("project_id"))
        return name if name in self.projects else ""

    def by_project(self, old: OldFile, table: str) -> dict[str, list[OldRow]]:
        found: dict[str, list[OldRow]] = defaultdict(list)
        for row in old.rows(table):
            if home := self.home(row):
                found[home].append(row)
                self.plan_home.setdefault(name_of(row.values.get("id")), home) if table == "task_plans" else None
        return found

    def read_tasks(self, old: OldFile) -> dict[str, list[OldRow]]:
        """A task belongs where its plan does, and without a plan where it says."""
        found: dict[str, list[OldRow]] = defaultdict(list)
        for row in old.rows("tasks"):
            home = self.plan_home.get(name_of(row.values.get("plan_id")) or "-") or self.home(row)
            if home:
                found[home].append(row)
                self.task_home.setdefault(name_of(row.values.get("id")), home)
        return found

    def read_artifacts(self, old: OldFile) -> dict[str, list[OldRow]]:
        """Artifacts of tasks. One without a task is told of in the log."""
        found: dict[str, list[OldRow]] = defaultdict(list)
        for row in old.rows("artifacts"):
            if home := self.task_home.get(name_of(row.values.get("task_id")) or "-"):
                found[home].append(row)
        return found
