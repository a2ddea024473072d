"""Keep reversed receipts and returned goods."""

import django.db.models.deletion
import reconciliation.models.document
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0007_mark_what_a_filter_leaves_out'),
        ('reconciliation', '0006_order_changes'),
    ]

    operations = [
        migrations.CreateModel(
            name='GoodsReturn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=50)),
                ('status', models.CharField(choices=[('ready', 'on its way to BC'), ('posted', 'posted in BC'), ('recorded', 'recorded, nothing to post'), ('cancelled', 'cancelled')], default='ready', max_length=10)),
                ('bc_id', models.UUIDField(blank=True, null=True, verbose_name='BC id')),
                ('bc_number', models.CharField(blank=True, max_length=20, verbose_name='BC number')),
                ('received_from', models.CharField(help_text='The source that sent it, or BC', max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('posted_at', models.DateTimeField(blank=True, null=True)),
                ('order_number', models.CharField(max_length=50)),
                ('returned_on', models.DateField()),
                ('reason', models.CharField(max_length=300)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.company')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='returns', to='reconciliation.purchaseorder')),
            ],
        ),
        migrations.CreateModel(
            name='GoodsReturnLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField()),
                ('order_line', models.PositiveIntegerField()),
                ('quantity', reconciliation.models.document.Quantity(decimal_places=5, max_digits=24)),
                ('unit', models.CharField(max_length=10)),
                ('goods_return', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='reconciliation.goodsreturn')),
            ],
        ),
        migrations.CreateModel(
            name='ReceiptReversal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=50)),
                ('status', models.CharField(choices=[('ready', 'on its way to BC'), ('posted', 'posted in BC'), ('recorded', 'recorded, nothing to post'), ('cancelled', 'cancelled')], default='ready', max_length=10)),
                ('bc_id', models.UUIDField(blank=True, null=True, verbose_name='BC id')),
                ('bc_number', models.CharField(blank=True, max_length=20, verbose_name='BC number')),
                ('received_from', models.CharField(help_text='The source that sent it, or BC', max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('posted_at', models.DateTimeField(blank=True, null=True)),
                ('receipt_number', models.CharField(max_length=50)),
                ('reversed_on', models.DateField()),
                ('reason', models.CharField(max_length=300)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.company')),
                ('receipt', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversals', to='reconciliation.goodsreceipt')),
            ],
        ),
        migrations.AddIndex(
            model_name='goodsreturn',
            index=models.Index(fields=['company', 'order_number'], name='return_by_order'),
        ),
        migrations.AddConstraint(
            model_name='goodsreturn',
            constraint=models.UniqueConstraint(fields=('company', 'number'), name='return_number_once'),
        ),
        migrations.AddConstraint(
            model_name='goodsreturnline',
            constraint=models.UniqueConstraint(fields=('goods_return', 'line'), name='return_line_once'),
        ),
        migrations.AddConstraint(
            model_name='goodsreturnline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='return_line_positive'),
        ),
        migrations.AddIndex(
            model_name='receiptreversal',
            index=models.Index(fields=['company', 'receipt_number'], name='reversal_by_receipt'),
        ),
        migrations.AddConstraint(
            model_name='receiptreversal',
            constraint=models.UniqueConstraint(fields=('company', 'number'), name='reversal_number_once'),
        ),
    ]
