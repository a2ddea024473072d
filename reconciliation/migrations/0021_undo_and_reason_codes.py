"""Keep what undo puts back, and the code and action behind a decision."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reconciliation', '0020_figures_of_decisions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='resolution',
            name='action',
            field=models.CharField(blank=True, help_text='The row of the table of actions', max_length=30),
        ),
        migrations.AddField(
            model_name='resolution',
            name='reason_code',
            field=models.CharField(blank=True, max_length=30),
        ),
        migrations.AddField(
            model_name='supplierinvoice',
            name='post_after',
            field=models.DateTimeField(blank=True, help_text='Until then whoever let it through may take that back', null=True),
        ),
        migrations.AlterField(
            model_name='resolution',
            name='kind',
            field=models.CharField(choices=[('release', 'release'), ('reject', 'reject'), ('wait', 'wait for receipt'), ('reopen', 'open again'), ('override', 'release of some reasons'), ('note', 'asked or recorded')], max_length=10),
        ),
        migrations.AlterField(
            model_name='resolution',
            name='state',
            field=models.CharField(choices=[('proposed', 'waits for approval'), ('done', 'done'), ('declined', 'declined'), ('undone', 'undone')], default='done', max_length=10),
        ),
        migrations.CreateModel(
            name='Undoable',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(max_length=30)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('until', models.DateTimeField()),
                ('former_status', models.CharField(choices=[('open', 'open'), ('waiting', 'waiting for receipt'), ('proposed', 'waiting for approval'), ('released', 'released'), ('rejected', 'rejected'), ('cleared', 'cleared itself')], max_length=10)),
                ('former_wait_until', models.DateField(blank=True, null=True)),
                ('left_as', models.CharField(help_text='The case right afterwards; only then it is undone', max_length=80)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='undoables', to='reconciliation.exceptioncase')),
                ('former_owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('resolution', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='undoables', to='reconciliation.resolution')),
            ],
        ),
    ]
