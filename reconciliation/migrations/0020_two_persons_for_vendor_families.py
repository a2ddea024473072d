"""Let a vendor join or leave a family when a second person has agreed; what is there counts as it did."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STATES = [("proposed", "proposed"), ("in_force", "in force"), ("ending", "in force, to be ended")]
PERSONS = ("proposed_by", "approved_by", "end_proposed_by")


def person(*, is_history: bool) -> models.ForeignKey:
    if is_history:
        return models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to=settings.AUTH_USER_MODEL)
    return models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)


def state(default: str) -> models.CharField:
    return models.CharField(choices=STATES, default=default, editable=False, max_length=10)


class Migration(migrations.Migration):
    dependencies = [
        ("reconciliation", "0019_record_what_people_decide"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="vendorfamily",
            options={
                "permissions": [("approve_vendorfamily", "Can approve what others propose for vendor families")],
                "verbose_name_plural": "vendor families",
            },
        ),
        *(
            migrations.AddField(model, "state", state("in_force"))
            for model in ("vendorfamily", "historicalvendorfamily")
        ),
        *(
            migrations.AlterField(model, "state", state("proposed"))
            for model in ("vendorfamily", "historicalvendorfamily")
        ),
        *(
            migrations.AddField(model, name, person(is_history=model.startswith("historical")))
            for model in ("vendorfamily", "historicalvendorfamily")
            for name in PERSONS
        ),
        migrations.AddConstraint(
            model_name="vendorfamily",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "proposed"),
                    ("proposed_by", None),
                    models.Q(("approved_by__isnull", False), models.Q(("approved_by", models.F("proposed_by")), _negated=True)),
                    _connector="OR",
                ),
                name="vendor_family_counts_when_a_second_person_agreed",
            ),
        ),
    ]
