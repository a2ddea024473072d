"""Let a return say how many of its goods had been rejected; where it does not, all were accepted."""

from django.db import migrations, models

from reconciliation.models.document import Quantity

LINE = "goodsreturnline"


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0027_histories_stay")]

    operations = [
        migrations.AddField(
            LINE,
            "quantity_rejected",
            Quantity(
                null=True,
                blank=True,
                help_text="How many of these had been rejected. Where nobody tells, all were accepted.",
            ),
        ),
        migrations.AddConstraint(
            LINE,
            models.CheckConstraint(
                condition=models.Q(quantity_rejected__isnull=True)
                | models.Q(quantity_rejected__gte=0, quantity_rejected__lte=models.F("quantity")),
                name="return_line_rejected_within_quantity",
            ),
        ),
    ]
