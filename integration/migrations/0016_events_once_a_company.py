"""Let two companies have CAFMs of the same source name."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integration', '0015_goods_taken_back'),
        ('masterdata', '0007_mark_what_a_filter_leaves_out'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='inboxevent',
            name='event_once',
        ),
        migrations.AddConstraint(
            model_name='inboxevent',
            constraint=models.UniqueConstraint(fields=('company', 'source', 'event_id'), name='event_once_a_company'),
        ),
    ]
