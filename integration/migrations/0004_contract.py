"""Keep what BC offers and what Tieout misses of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integration", "0003_message_rank"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContractFinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("feature", models.CharField(help_text="What of Tieout uses it", max_length=40)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("no_app", "the app is missing"),
                            ("missing", "missing"),
                            ("type", "another type"),
                            ("shorter", "shorter"),
                            ("no_choice", "a choice is missing"),
                        ],
                        max_length=10,
                    ),
                ),
                ("app", models.BooleanField(default=False, help_text="On the route of the Tieout app")),
                ("entity_set", models.CharField(blank=True, max_length=100)),
                ("part", models.CharField(blank=True, max_length=20)),
                ("name", models.CharField(blank=True, max_length=100)),
                (
                    "mapping",
                    models.CharField(blank=True, help_text="The field mapping that writes it", max_length=60),
                ),
                (
                    "successor",
                    models.CharField(blank=True, help_text="What it is perhaps called now", max_length=100),
                ),
                ("pauses", models.BooleanField(help_text="Whether its feature waits until it is mended")),
                ("sentence", models.TextField()),
                ("found_at", models.DateTimeField()),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("resolved_at", None)),
                        fields=("feature", "kind", "app", "entity_set", "name"),
                        name="contract_finding_open_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "standard only"),
                            (2, "standard and analytics"),
                            (3, "with the Tieout app"),
                        ]
                    ),
                ),
                (
                    "expects_app",
                    models.BooleanField(
                        help_text="Whether BC_APP_URL was set", verbose_name="app address set"
                    ),
                ),
                (
                    "offered",
                    models.JSONField(
                        help_text="Entity sets, fields, navigations and actions, route by route"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("changes", models.JSONField(default=list, help_text="What differs from the reading before")),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_seen_at__gte", models.F("first_seen_at"))),
                        name="contract_reading_seen_in_order",
                    )
                ],
            },
        ),
    ]
