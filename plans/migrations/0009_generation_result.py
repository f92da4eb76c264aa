from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("plans", "0008_claims")]

    operations = [
        migrations.AddField(
            model_name="generation",
            name="result",
            field=models.JSONField(
                blank=True, help_text="What it found, where that is nothing that is stored elsewhere.", null=True
            ),
        ),
    ]
