"""Let an event know the mapping that brought it into our form."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integration', '0032_without_mapping_rows'),
    ]

    operations = [
        migrations.AddField(
            model_name='inboxevent',
            name='mapped_with',
            field=models.ForeignKey(blank=True, db_index=False, help_text='The mapping that brought it into our form, where its source has a profile', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='integration.mappingversion'),
        ),
    ]
