"""Keep how a person likes the worklist: its columns, and how close its rows lie."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("reconciliation", "0024_leaks"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListLook",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hidden",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        default=list,
                        help_text="The columns that are left out",
                        size=None,
                    ),
                ),
                ("is_compact", models.BooleanField(default=False)),
            ],
        ),
    ]
