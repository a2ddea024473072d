"""Keep what Business Central has more than once, tell people of it, and write down who settled it."""

from importlib import import_module

import django.db.models.deletion
import reconciliation.models.document
from django.conf import settings
from django.db import migrations, models


watch = import_module("reconciliation.migrations.0019_record_what_people_decide").watch


class Migration(migrations.Migration):

    dependencies = [
        ('integration', '0021_no_index_that_another_covers'),
        ('masterdata', '0007_count_terms_by_the_calendar'),
        ('reconciliation', '0019_record_what_people_decide'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='escalationrule',
            name='subject',
            field=models.CharField(choices=[('failing', 'failing, and tried again'), ('dead', 'dead letter'), ('refused', 'refused by Business Central'), ('waiting', 'waiting for something'), ('stopped', 'deliveries stopped'), ('held', 'held records'), ('run', 'failed run'), ('standstill', 'Business Central does not answer'), ('rights', 'conflicting duties'), ('clock', 'the clock or a worker stands still'), ('silent', 'nothing came by the time it was expected'), ('cases', 'exceptions that wait'), ('doubled', 'more than once in Business Central')], max_length=10, verbose_name='what'),
        ),
        migrations.AlterField(
            model_name='expectation',
            name='flow',
            field=models.CharField(choices=[('events', 'events of the CAFM'), ('receipts', 'goods receipts of the CAFM'), ('totals', 'daily totals of the CAFM'), ('masters', 'master data of Business Central'), ('invoices', 'invoices of Business Central'), ('drift', 'comparison of master data'), ('doubles', 'look for doubled documents')], max_length=10),
        ),
        migrations.AlterField(
            model_name='historicalescalationrule',
            name='subject',
            field=models.CharField(choices=[('failing', 'failing, and tried again'), ('dead', 'dead letter'), ('refused', 'refused by Business Central'), ('waiting', 'waiting for something'), ('stopped', 'deliveries stopped'), ('held', 'held records'), ('run', 'failed run'), ('standstill', 'Business Central does not answer'), ('rights', 'conflicting duties'), ('clock', 'the clock or a worker stands still'), ('silent', 'nothing came by the time it was expected'), ('cases', 'exceptions that wait'), ('doubled', 'more than once in Business Central')], max_length=10, verbose_name='what'),
        ),
        migrations.AlterField(
            model_name='historicalexpectation',
            name='flow',
            field=models.CharField(choices=[('events', 'events of the CAFM'), ('receipts', 'goods receipts of the CAFM'), ('totals', 'daily totals of the CAFM'), ('masters', 'master data of Business Central'), ('invoices', 'invoices of Business Central'), ('drift', 'comparison of master data'), ('doubles', 'look for doubled documents')], max_length=10),
        ),
        migrations.AlterField(
            model_name='incident',
            name='subject',
            field=models.CharField(choices=[('failing', 'failing, and tried again'), ('dead', 'dead letter'), ('refused', 'refused by Business Central'), ('waiting', 'waiting for something'), ('stopped', 'deliveries stopped'), ('held', 'held records'), ('run', 'failed run'), ('standstill', 'Business Central does not answer'), ('rights', 'conflicting duties'), ('clock', 'the clock or a worker stands still'), ('silent', 'nothing came by the time it was expected'), ('cases', 'exceptions that wait'), ('doubled', 'more than once in Business Central')], max_length=10),
        ),
        migrations.CreateModel(
            name='DoubledDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('purchase_order', 'purchase order'), ('order_change', 'order change'), ('goods_receipt', 'goods receipt'), ('receipt_reversal', 'receipt reversal'), ('goods_return', 'goods return'), ('service_confirmation', 'service confirmation'), ('inventory_movement', 'inventory movement'), ('asset_notice', 'asset notice'), ('supplier_invoice', 'supplier invoice')], max_length=30)),
                ('key', models.CharField(help_text='By what they are known to be the same document', max_length=200)),
                ('number', models.CharField(help_text='Our number, or our key where nobody knows it here', max_length=200)),
                ('chain', models.CharField(help_text='What is held back until it is settled; may be empty', max_length=120)),
                ('documents', models.JSONField(help_text='What BC has: id, number and entity set of each')),
                ('worth', reconciliation.models.document.Money(decimal_places=8, help_text='Of one of them, in ledger currency', max_digits=28, null=True)),
                ('next_step', models.CharField(max_length=300)),
                ('found_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField(verbose_name='last seen')),
                ('settled_at', models.DateTimeField(null=True)),
                ('kept', models.CharField(blank=True, max_length=100, verbose_name='the one that stays')),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.company')),
                ('message', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='doubled', to='integration.message')),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('settled_at', None)), fields=['chain'], name='doubled_document_holds')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('settled_at', None)), fields=('company', 'kind', 'key'), name='doubled_document_stands_once'), models.CheckConstraint(condition=models.Q(models.Q(('kept', ''), ('reason', ''), ('settled_at', None), ('settled_by', None)), models.Q(('settled_at__isnull', False), ('settled_by__isnull', False), models.Q(('kept', ''), _negated=True), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='doubled_document_settled_by_someone')],
            },
        ),
        migrations.CreateModel(
            name='DoublesLook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('purchase_order', 'purchase order'), ('order_change', 'order change'), ('goods_receipt', 'goods receipt'), ('receipt_reversal', 'receipt reversal'), ('goods_return', 'goods return'), ('service_confirmation', 'service confirmation'), ('inventory_movement', 'inventory movement'), ('asset_notice', 'asset notice'), ('supplier_invoice', 'supplier invoice')], max_length=30)),
                ('up_to', models.DateTimeField(help_text='The next look begins here, less an overlap', null=True)),
                ('looked_at', models.DateTimeField(help_text='The last look that came to its end', null=True)),
                ('error', models.TextField(blank=True)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='masterdata.company')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('company', 'kind'), name='doubles_look_once')],
            },
        ),
        watch("integration_doubleddocument", "'seen_at'"),
    ]
