"""Keep the files of cases and invoices, and which originals are wanted."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reconciliation', '0013_vendor_families'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=150)),
                ('kind', models.CharField(choices=[('pdf', 'PDF'), ('xml', 'XML'), ('png', 'picture'), ('jpeg', 'photo')], max_length=4)),
                ('size', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('content', models.BinaryField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='reconciliation.exceptioncase')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'sha256'), name='case_file_once'), models.CheckConstraint(condition=models.Q(('size__gt', 0), ('size__lte', 20971520)), name='case_file_is_not_too_large')],
            },
        ),
        migrations.CreateModel(
            name='InvoiceFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=150)),
                ('kind', models.CharField(choices=[('pdf', 'PDF'), ('xml', 'XML'), ('png', 'picture'), ('jpeg', 'photo')], max_length=4)),
                ('size', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('content', models.BinaryField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('bc_id', models.UUIDField(verbose_name='BC id')),
                ('invoice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='reconciliation.supplierinvoice')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('invoice', 'bc_id'), name='invoice_file_once'), models.CheckConstraint(condition=models.Q(('size__gt', 0), ('size__lte', 20971520)), name='invoice_file_is_not_too_large')],
            },
        ),
        migrations.CreateModel(
            name='OriginalLook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('looked_at', models.DateTimeField(blank=True, null=True)),
                ('problem', models.TextField(blank=True)),
                ('invoice', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='original_look', to='reconciliation.supplierinvoice')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('looked_at__isnull', True)), fields=['asked_at'], name='original_look_due')],
            },
        ),
    ]
