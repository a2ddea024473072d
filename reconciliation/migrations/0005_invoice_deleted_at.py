"""Keep when a pull found that somebody had deleted an invoice's draft in Business Central."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0004_record_people")]

    operations = [
        migrations.AddField(
            model_name="supplierinvoice",
            name="deleted_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When a pull found that its draft was deleted in Business Central",
                null=True,
            ),
        ),
    ]
