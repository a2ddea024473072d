"""Order a chain by rank: orders before receipts before invoices, whichever was put in line first."""

from django.db import migrations, models

import integration.models.fields


class Migration(migrations.Migration):
    dependencies = [("integration", "0002_record_changes")]

    operations = [
        migrations.RemoveIndex(model_name="message", name="message_chain_unfinished"),
        migrations.AddField(
            model_name="message",
            name="rank",
            field=models.PositiveSmallIntegerField(
                default=1, help_text="Within a chain: orders before receipts before invoices"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state__in", ["done", "cancelled"]), _negated=True),
                fields=["chain", "rank", "id"],
                name="message_chain_unfinished",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="payload",
            field=integration.models.fields.ExactJSONField(
                help_text="What BC gets, built from the field mapping", null=True
            ),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("posted", "posted"),
                    ("adopted", "found in BC and adopted"),
                    ("not_found", "not found in BC"),
                    ("not_sent", "BC was not reached"),
                    ("refused", "refused"),
                    ("temporary", "refused for the moment"),
                    ("unknown", "answer lost"),
                    ("lost_lease", "came back too late"),
                    ("bug", "our own fault"),
                    ("by_hand", "done by a person"),
                ],
                max_length=10,
            ),
        ),
    ]
