import django.db.models.deletion
from django.db import migrations, models

import integration.models.fields


class Migration(migrations.Migration):
    dependencies = [("integration", "0023_who_is_told_and_what_came_back")]

    operations = [
        migrations.CreateModel(
            name="PayloadEdit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=150)),
                ("reason", models.CharField(max_length=300)),
                (
                    "original",
                    integration.models.fields.ExactJSONField(
                        help_text="What was built from the record and the field mapping"
                    ),
                ),
                ("edited", integration.models.fields.ExactJSONField(help_text="What is sent instead")),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, help_text="When another edit took its place", null=True),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="edits",
                        to="integration.message",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("message",),
                        name="payload_edit_one_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="payload_edit_says_why"
                    ),
                ],
            },
        ),
    ]
