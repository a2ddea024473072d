"""Forget the rows of field mappings, which are in their versions now; the book of changes keeps theirs."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("integration", "0031_seal_mapping_versions")]

    operations = [
        migrations.RemoveField(
            model_name='fieldmappingrow',
            name='mapping',
        ),
        migrations.RemoveField(
            model_name='historicalfieldmappingrow',
            name='history_user',
        ),
        migrations.RemoveField(
            model_name='historicalfieldmappingrow',
            name='mapping',
        ),
        migrations.RemoveField(
            model_name='fieldmapping',
            name='version',
        ),
        migrations.RemoveField(
            model_name='historicalfieldmapping',
            name='version',
        ),
        migrations.DeleteModel(
            name='FieldMappingRow',
        ),
        migrations.DeleteModel(
            name='HistoricalFieldMappingRow',
        ),
    ]
