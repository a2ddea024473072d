"""Keep who follows a case, who has seen it, who is told of what, and answers in the answerer's name."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reconciliation', '0007_signing_needs_the_right'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CaseNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('asked', 'asked'), ('mentioned', 'mentioned'), ('said', 'comment'), ('answered', 'answer'), ('given', 'given')], max_length=10)),
                ('address', models.EmailField(blank=True, help_text='Of somebody without a seat', max_length=254)),
                ('by_name', models.CharField(help_text='Who said or asked it', max_length=300)),
                ('key', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('seen_at', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('queued', 'mail on its way'), ('sent', 'mail sent'), ('failed', 'mail given up'), ('not_needed', 'no mail needed')], default='queued', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('error', models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name='CaseVisit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Watcher',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.AddField(
            model_name='comment',
            name='said_by',
            field=models.CharField(blank=True, help_text='Somebody without a seat: the name given, and the address asked', max_length=300),
        ),
        migrations.AlterField(
            model_name='comment',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('by__isnull', False), ('said_by', '')), models.Q(('by__isnull', True), models.Q(('said_by', ''), _negated=True)), _connector='OR'), name='comment_is_said_by_someone'),
        ),
        migrations.AddField(
            model_name='casenotice',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='reconciliation.exceptioncase'),
        ),
        migrations.AddField(
            model_name='casenotice',
            name='comment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='reconciliation.comment'),
        ),
        migrations.AddField(
            model_name='casenotice',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='case_notices', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='casenotice',
            name='request',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='reconciliation.caserequest'),
        ),
        migrations.AddField(
            model_name='casevisit',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='visits', to='reconciliation.exceptioncase'),
        ),
        migrations.AddField(
            model_name='casevisit',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='watcher',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='watchers', to='reconciliation.exceptioncase'),
        ),
        migrations.AddField(
            model_name='watcher',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='casenotice',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['next_attempt_at'], name='case_notice_due'),
        ),
        migrations.AddIndex(
            model_name='casenotice',
            index=models.Index(fields=['person', '-id'], name='case_notice_latest'),
        ),
        migrations.AddConstraint(
            model_name='casenotice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('address', ''), ('person__isnull', False)), models.Q(('person__isnull', True), models.Q(('address', ''), _negated=True)), _connector='OR'), name='case_notice_is_for_someone'),
        ),
        migrations.AddConstraint(
            model_name='casenotice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'queued')), models.Q(models.Q(('state', 'queued'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='case_notice_ended_has_its_time'),
        ),
        migrations.AddConstraint(
            model_name='casevisit',
            constraint=models.UniqueConstraint(fields=('case', 'person'), name='case_visit_once'),
        ),
        migrations.AddConstraint(
            model_name='watcher',
            constraint=models.UniqueConstraint(fields=('case', 'person'), name='case_watched_once'),
        ),
    ]
