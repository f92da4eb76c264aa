from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contexts', '0002_initial'),
        ('plans', '0010_following'),
    ]

    operations = [
        migrations.AddField(
            model_name='project',
            name='ai_verification',
            field=models.BooleanField(default=False, help_text='Whether a model, where one is set, looks at what agents hand in before it counts.'),
        ),
        migrations.AddField(
            model_name='project',
            name='evidence_level',
            field=models.CharField(choices=[('said', 'said by whoever did the work'), ('seen', 'seen by a tool'), ('checked', 'checked by the gateway'), ('confirmed', 'confirmed by a person')], default='said', help_text='Who must have seen the evidence for a criterion at least.', max_length=9),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('evidence_level__in', ['said', 'seen', 'checked', 'confirmed'])), name='project_evidence_level_known'),
        ),
    ]
