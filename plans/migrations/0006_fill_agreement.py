"""Artifacts learn their project, open proposals the number that their tasks were counted from.

On its own, since PostgreSQL alters no table whose rows were changed in the same transaction.
"""

from django.db import migrations, models


def give_artifacts_their_project(apps, schema_editor):
    Artifact = apps.get_model("plans", "Artifact")
    Task = apps.get_model("plans", "Task")
    owner = Task.objects.filter(pk=models.OuterRef("task")).values("plan__project")
    Artifact.objects.update(project=models.Subquery(owner))


def give_plans_their_number(apps, schema_editor):
    TaskPlan = apps.get_model("plans", "TaskPlan")
    highest = TaskPlan.objects.filter(pk=models.OuterRef("pk")).values("project__highest_code")
    TaskPlan.objects.filter(status="proposed").update(numbered_from=models.Subquery(highest))


class Migration(migrations.Migration):
    dependencies = [("plans", "0005_agreement")]

    operations = [
        migrations.RunPython(give_artifacts_their_project, migrations.RunPython.noop),
        migrations.RunPython(give_plans_their_number, migrations.RunPython.noop),
    ]
