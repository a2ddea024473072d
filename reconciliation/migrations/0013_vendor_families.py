"""Keep which vendors belong together, and who said so."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0004_seal_changes'),
        ('reconciliation', '0012_exports_as_excel'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalVendorFamily',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('vendor_number', models.CharField(max_length=20, verbose_name='vendor')),
                ('head', models.CharField(help_text='The vendor that stands for the family, such as the one paid', max_length=20, verbose_name='belongs to')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('company', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='masterdata.company')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical vendor family',
                'verbose_name_plural': 'historical vendor families',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='VendorFamily',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vendor_number', models.CharField(max_length=20, verbose_name='vendor')),
                ('head', models.CharField(help_text='The vendor that stands for the family, such as the one paid', max_length=20, verbose_name='belongs to')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='vendor_families', to='masterdata.company')),
            ],
            options={
                'verbose_name_plural': 'vendor families',
                'indexes': [models.Index(fields=['company', 'head'], name='vendor_family_by_head')],
                'constraints': [models.UniqueConstraint(fields=('company', 'vendor_number'), name='vendor_in_one_family'), models.CheckConstraint(condition=models.Q(('vendor_number', models.F('head')), _negated=True), name='vendor_family_of_two', violation_error_message='A vendor belongs to its own family without being told so.')],
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON reconciliation_vendorfamily "
            "FOR EACH ROW EXECUTE FUNCTION tieout_record_change()",
            "DROP TRIGGER record_change ON reconciliation_vendorfamily",
        ),
    ]
