"""Remember the orders that we opened in BC and have to release again."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reconciliation', '0010_publish_policies'),
    ]

    operations = [
        migrations.AddField(
            model_name='purchaseorder',
            name='reopened_at',
            field=models.DateTimeField(blank=True, help_text='Opened by us in BC for a change, and to be released again', null=True),
        ),
    ]
