"""Keep what the rules let through on each invoice, so that a board can add it up."""

import django.db.models.deletion
from django.db import migrations, models

import reconciliation.models.document


class Migration(migrations.Migration):
    dependencies = [
        ("masterdata", "0007_count_terms_by_the_calendar"),
        ("reconciliation", "0023_no_index_that_another_covers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Leak",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("check_name", models.CharField(max_length=20)),
                ("vendor_number", models.CharField(max_length=20)),
                ("day", models.DateField(help_text="Of the invoice")),
                ("amount", reconciliation.models.document.Money(decimal_places=8, max_digits=28)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="masterdata.company",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="reconciliation.supplierinvoice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("invoice", "check_name"), name="leak_once"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="leak_is_money"),
                ],
                "indexes": [models.Index(fields=["company", "day"], name="leak_by_day")],
            },
        ),
    ]
