"""Read the amounts in a change digit by digit; the columns stay as they are."""

from django.db import migrations, models

import masterdata.models


class Migration(migrations.Migration):
    dependencies = [("masterdata", "0003_change_trigger")]

    operations = [
        migrations.AlterField(
            model_name="change",
            name=name,
            field=models.JSONField(decoder=masterdata.models.ExactDecoder, null=True),
        )
        for name in ("old", "new")
    ]
