"""Do not try to compress the ids of scanned pages: they are random, and a full pull writes each of them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("integration", "0004_seal_mapping_versions")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE integration_scannedpage ALTER ids SET STORAGE EXTERNAL",
            "ALTER TABLE integration_scannedpage ALTER ids SET STORAGE EXTENDED",
        )
    ]
