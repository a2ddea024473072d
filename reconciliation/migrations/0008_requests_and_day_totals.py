"""Keep purchase requests and the totals of days."""

import django.db.models.deletion
import reconciliation.models.document
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0007_mark_what_a_filter_leaves_out'),
        ('reconciliation', '0007_goods_taken_back'),
    ]

    operations = [
        migrations.CreateModel(
            name='PurchaseRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=50)),
                ('status', models.CharField(choices=[('ready', 'on its way to BC'), ('posted', 'posted in BC'), ('recorded', 'recorded, nothing to post'), ('cancelled', 'cancelled')], default='ready', max_length=10)),
                ('bc_id', models.UUIDField(blank=True, null=True, verbose_name='BC id')),
                ('bc_number', models.CharField(blank=True, max_length=20, verbose_name='BC number')),
                ('received_from', models.CharField(help_text='The source that sent it, or BC', max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('posted_at', models.DateTimeField(blank=True, null=True)),
                ('requested_by', models.CharField(max_length=150)),
                ('approved_by', models.CharField(max_length=150)),
                ('approved_at', models.DateTimeField()),
                ('needed_by', models.DateField(blank=True, null=True)),
                ('work_order', models.CharField(blank=True, max_length=50)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.company')),
            ],
        ),
        migrations.CreateModel(
            name='PurchaseRequestLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField()),
                ('item', models.CharField(blank=True, max_length=20)),
                ('account', models.CharField(blank=True, max_length=20)),
                ('description', models.CharField(max_length=250)),
                ('quantity', reconciliation.models.document.Quantity(decimal_places=5, max_digits=24)),
                ('unit', models.CharField(max_length=10)),
                ('estimated_unit_price', reconciliation.models.document.Money(blank=True, decimal_places=8, max_digits=28, null=True)),
                ('currency', models.CharField(blank=True, max_length=10)),
                ('location', models.CharField(blank=True, max_length=10)),
                ('dimensions', models.JSONField(blank=True, default=dict)),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='reconciliation.purchaserequest')),
            ],
        ),
        migrations.CreateModel(
            name='DayTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('received_from', models.CharField(max_length=200)),
                ('date', models.DateField()),
                ('line', models.PositiveIntegerField()),
                ('kind', models.CharField(max_length=60)),
                ('count', models.PositiveIntegerField()),
                ('quantity', reconciliation.models.document.Quantity(blank=True, decimal_places=5, max_digits=24, null=True)),
                ('amount', reconciliation.models.document.Money(blank=True, decimal_places=8, max_digits=28, null=True)),
                ('currency', models.CharField(blank=True, max_length=10)),
                ('numbers', models.JSONField(blank=True, default=list, help_text='Which documents, where the CAFM says so')),
                ('told_at', models.DateTimeField(auto_now_add=True)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.company')),
            ],
            options={
                'indexes': [models.Index(fields=['company', 'date', 'kind'], name='day_total_by_kind')],
                'constraints': [models.UniqueConstraint(fields=('company', 'received_from', 'date', 'line'), name='day_total_line_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='purchaserequest',
            constraint=models.UniqueConstraint(fields=('company', 'number'), name='request_number_once'),
        ),
        migrations.AddConstraint(
            model_name='purchaserequestline',
            constraint=models.UniqueConstraint(fields=('request', 'line'), name='request_line_once'),
        ),
    ]
