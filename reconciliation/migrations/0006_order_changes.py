"""Keep the changes and cancellations of orders."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0006_more_masters'),
        ('reconciliation', '0005_invoice_deleted_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='purchaseorderline',
            name='cancelled',
            field=models.BooleanField(default=False, help_text='No more of it is to come'),
        ),
        migrations.CreateModel(
            name='OrderChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=50)),
                ('bc_id', models.UUIDField(blank=True, null=True, verbose_name='BC id')),
                ('bc_number', models.CharField(blank=True, max_length=20, verbose_name='BC number')),
                ('received_from', models.CharField(help_text='The source that sent it, or BC', max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('posted_at', models.DateTimeField(blank=True, null=True)),
                ('status', models.CharField(choices=[('ready', 'on its way to BC'), ('posted', 'posted in BC'), ('with_order', 'told with the order itself'), ('late', 'came too late, nothing is done'), ('superseded', 'a later version took its place'), ('cancelled', 'given up')], default='ready', max_length=10)),
                ('kind', models.CharField(choices=[('changed', 'changed'), ('cancelled', 'cancelled')], max_length=10)),
                ('version', models.PositiveIntegerField(blank=True, help_text='A cancellation has none', null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('cancelled_lines', models.JSONField(blank=True, default=list, help_text='The lines that are cancelled; none means the whole order')),
                ('began_order', models.BooleanField(default=False, help_text='It came before the approval of the order')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.company')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='reconciliation.purchaseorder')),
            ],
            options={
                'indexes': [models.Index(fields=['company', 'number'], name='order_change_by_order')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'changed')), fields=('company', 'number', 'version'), name='order_change_version_once'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'changed'), ('version__isnull', False)), models.Q(('kind', 'cancelled'), ('version__isnull', True)), _connector='OR'), name='order_change_has_its_version')],
            },
        ),
    ]
