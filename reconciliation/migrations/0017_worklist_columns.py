"""The columns and indexes that the worklist is searched, sorted and counted by."""

import datetime
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
import reconciliation.models.document
from decimal import Decimal
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0011_check_companies_once_a_statement'),
        ('reconciliation', '0016_agreements'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name='CaseTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cut', models.CharField(choices=[('desk', 'status, owner and reason; closed cases too'), ('vendor', 'status and vendor of the open ones'), ('due', 'due day of the open ones'), ('discount', 'last day of the cash discount of the open ones'), ('opened', 'day on which the open ones were opened')], max_length=8)),
                ('status', models.CharField(blank=True, default='', max_length=10)),
                ('code', models.CharField(blank=True, default='', max_length=30)),
                ('vendor_number', models.CharField(blank=True, default='', max_length=20)),
                ('vendor_name', models.CharField(blank=True, default='', max_length=100)),
                ('day', models.DateField(null=True)),
                ('currency', models.CharField(max_length=10)),
                ('cases', models.BigIntegerField()),
                ('amount', reconciliation.models.document.Money(decimal_places=8, max_digits=28)),
                ('discount', reconciliation.models.document.Money(decimal_places=8, max_digits=28)),
                ('is_folded', models.BooleanField(default=False)),
            ],
        ),
        migrations.RemoveIndex(
            model_name='exceptioncase',
            name='case_worklist_by_due',
        ),
        migrations.AddField(
            model_name='exceptioncase',
            name='bc_number',
            field=models.CharField(blank=True, default='', editable=False, max_length=20, verbose_name='BC number'),
        ),
        migrations.AddField(
            model_name='exceptioncase',
            name='discount_amount',
            field=reconciliation.models.document.Money(blank=True, decimal_places=8, help_text='Lost after that day', max_digits=28, null=True, verbose_name='cash discount'),
        ),
        migrations.AddField(
            model_name='exceptioncase',
            name='discount_until',
            field=models.DateField(blank=True, null=True, verbose_name='discount until'),
        ),
        migrations.AddField(
            model_name='historicalexceptioncase',
            name='discount_amount',
            field=reconciliation.models.document.Money(blank=True, decimal_places=8, help_text='Lost after that day', max_digits=28, null=True, verbose_name='cash discount'),
        ),
        migrations.AddField(
            model_name='historicalexceptioncase',
            name='discount_until',
            field=models.DateField(blank=True, null=True, verbose_name='discount until'),
        ),
        migrations.AddIndex(
            model_name='exceptioncase',
            index=models.Index(models.F('company'), models.F('opened_at'), models.F('id'), condition=models.Q(('closed_at__isnull', True)), name='case_open_by_age'),
        ),
        migrations.AddIndex(
            model_name='exceptioncase',
            index=models.Index(models.F('company'), django.db.models.functions.comparison.Coalesce('due_on', models.Value(datetime.date(9999, 12, 31))), models.F('id'), condition=models.Q(('closed_at__isnull', True)), name='case_open_by_due'),
        ),
        migrations.AddIndex(
            model_name='exceptioncase',
            index=models.Index(models.F('company'), models.F('invoice_number'), models.F('id'), condition=models.Q(('closed_at__isnull', True)), name='case_open_by_invoice'),
        ),
        migrations.AddIndex(
            model_name='exceptioncase',
            index=models.Index(models.F('company'), models.F('vendor_number'), django.db.models.functions.comparison.Coalesce('due_on', models.Value(datetime.date(9999, 12, 31))), models.F('id'), condition=models.Q(('closed_at__isnull', True)), name='case_open_by_vendor'),
        ),
        migrations.AddIndex(
            model_name='exceptioncase',
            index=models.Index(models.F('company'), models.F('code'), django.db.models.functions.comparison.Coalesce('due_on', models.Value(datetime.date(9999, 12, 31))), models.F('id'), condition=models.Q(('closed_at__isnull', True)), name='case_open_by_reason'),
        ),
        migrations.AddIndex(
            model_name='exceptioncase',
            index=models.Index(models.F('company'), models.F('order_number'), django.db.models.functions.comparison.Coalesce('due_on', models.Value(datetime.date(9999, 12, 31))), models.F('id'), condition=models.Q(('closed_at__isnull', True)), name='case_open_by_order'),
        ),
        migrations.AddIndex(
            model_name='exceptioncase',
            index=models.Index(models.F('company'), models.F('amount'), models.F('id'), condition=models.Q(('closed_at__isnull', True)), name='case_open_by_amount'),
        ),
        migrations.AddIndex(
            model_name='exceptioncase',
            index=models.Index(models.F('company'), models.F('difference'), models.F('id'), condition=models.Q(('closed_at__isnull', True)), name='case_open_by_difference'),
        ),
        migrations.AddIndex(
            model_name='exceptioncase',
            index=models.Index(models.F('company'), django.db.models.functions.comparison.Coalesce('discount_until', models.Value(datetime.date(9999, 12, 31))), models.F('id'), condition=models.Q(('closed_at__isnull', True)), name='case_open_by_discount'),
        ),
        migrations.AddIndex(
            model_name='exceptioncase',
            index=models.Index(models.F('company'), django.db.models.functions.comparison.Coalesce('discount_amount', models.Value(Decimal('0'), output_field=reconciliation.models.document.Money(decimal_places=8, max_digits=28))), models.F('id'), condition=models.Q(('closed_at__isnull', True)), name='case_open_by_risk'),
        ),
        migrations.AddIndex(
            model_name='exceptioncase',
            index=models.Index(models.F('company'), models.F('closed_at'), models.F('id'), condition=models.Q(('closed_at__isnull', False)), name='case_closed_by_time'),
        ),
        migrations.AddIndex(
            model_name='exceptioncase',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.Func('invoice_number', 'order_number', 'vendor_number', 'vendor_name', 'bc_number', arg_joiner=" || ' ' || ", template="lower(' ' || %(expressions)s)"), name='gin_trgm_ops'), name='case_sought'),
        ),
        migrations.AddField(
            model_name='casetally',
            name='company',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='masterdata.company'),
        ),
        migrations.AddField(
            model_name='casetally',
            name='owner',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='casetally',
            index=models.Index(fields=['company', 'cut', 'vendor_number'], name='case_tally_by_cut'),
        ),
        migrations.AddIndex(
            model_name='casetally',
            index=models.Index(condition=models.Q(('is_folded', False)), fields=['company'], name='case_tally_unfolded'),
        ),
    ]
