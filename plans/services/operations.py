"""The operations of versions, as rows."""

from collections.abc import Sequence

from django.db.models import Max

from plans.authorship import Told, dump, stored_operation
from plans.lineage import Version
from plans.models import PlanOperation, TaskPlan


def store_operations(plan: TaskPlan, told: Sequence[Told]) -> None:
    """Add to the operations of a version."""
    last = plan.operations.aggregate(last=Max("number"))["last"] or 0
    PlanOperation.objects.bulk_create(
        PlanOperation(
            plan=plan,
            number=number,
            op=dump(each.op),
            author=each.author,
            reason=each.reason,
        )
        for number, each in enumerate(told, start=last + 1)
    )


def replace_operations(plan: TaskPlan, told: Sequence[Told]) -> None:
    plan.operations.all().delete()
    store_operations(plan, told)


def told_on(way: Sequence[Version]) -> list[Told]:
    """The operations of versions that come from each other, in the order in which they were applied."""
    ids = [each.pk for each in way]
    rows = PlanOperation.objects.filter(plan__in=ids).order_by("plan__version", "number")
    return [Told(stored_operation.validate_python(row.op), row.author, row.reason) for row in rows]
