"""Keep what the CAFM tells of its assets."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0011_check_companies_once_a_statement'),
        ('reconciliation', '0014_line_links'),
    ]

    operations = [
        migrations.CreateModel(
            name='AssetNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=50)),
                ('bc_id', models.UUIDField(blank=True, null=True, verbose_name='BC id')),
                ('bc_number', models.CharField(blank=True, max_length=20, verbose_name='BC number')),
                ('received_from', models.CharField(help_text='The source that sent it, or BC', max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('posted_at', models.DateTimeField(blank=True, null=True)),
                ('status', models.CharField(choices=[('ready', 'on its way to BC'), ('posted', 'told in BC'), ('late', 'came too late, nothing is done'), ('cancelled', 'given up')], default='ready', max_length=10)),
                ('kind', models.CharField(choices=[('registered', 'registered'), ('changed', 'changed'), ('retired', 'retired')], max_length=10)),
                ('told_at', models.DateTimeField(blank=True, help_text="The event's own time, where it has one", null=True)),
                ('description', models.CharField(max_length=250)),
                ('serial_number', models.CharField(blank=True, max_length=50)),
                ('asset_class', models.CharField(blank=True, max_length=50, verbose_name='class')),
                ('location', models.CharField(blank=True, max_length=10)),
                ('acquired_on', models.DateField(blank=True, null=True)),
                ('order_number', models.CharField(blank=True, max_length=50)),
                ('order_line', models.PositiveIntegerField(blank=True, null=True)),
                ('parent', models.CharField(blank=True, max_length=50)),
                ('retired_on', models.DateField(blank=True, null=True)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.company')),
            ],
            options={
                'indexes': [models.Index(fields=['company', 'number'], name='asset_notice_by_asset')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind__in', ['registered', 'retired'])), fields=('company', 'number', 'kind'), name='asset_registered_and_retired_once')],
            },
        ),
    ]
