from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('integration', '0027_asset_notices'),
    ]

    operations = [
        migrations.RenameField('driftcheck', 'rows_healing', 'rows_on_their_way'),
        migrations.RenameField('driftedrecord', 'heals', 'is_on_its_way'),
    ]
