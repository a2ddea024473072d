"""Let the kept counts be read from an index alone, without the rows that lie scattered over the table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0020_two_persons_for_vendor_families")]

    operations = [
        migrations.AddIndex(
            model_name="casetally",
            index=models.Index(
                fields=["company", "cut", "status", "day"],
                include=["owner", "code", "currency", "cases", "amount", "discount"],
                name="case_tally_covering",
            ),
        ),
    ]
