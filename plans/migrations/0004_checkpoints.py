"""Checkpoints of the board, from which the state at any event is read. 0005 depends on it; nobody else writes a 0004."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("plans", "0003_documents")]

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveBigIntegerField(help_text="The last event that it tells of.")),
                ("board", models.JSONField(help_text="As plans.board writes it.")),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="checkpoints", to="plans.project"
                    ),
                ),
            ],
            options={
                "db_table": "checkpoints",
                "ordering": ["project", "seq"],
                "constraints": [
                    models.UniqueConstraint(fields=("project", "seq"), name="checkpoint_seq_once_per_project")
                ],
            },
        ),
    ]
