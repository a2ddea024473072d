"""Let the overview count the runs of a window without reading all that ever were."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("integration", "0019_count_without_reading_all"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="syncrun",
            index=models.Index(fields=["company", "started_at"], name="sync_run_of_window"),
        ),
    ]
