"""Keep the matching rules as versions."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0008_leave_out_an_index'),
        ('reconciliation', '0008_requests_and_day_totals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PolicyVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('proposed', 'waits for a second person'), ('approved', 'approved'), ('declined', 'declined'), ('withdrawn', 'withdrawn')], default='proposed', max_length=10)),
                ('content', models.JSONField(help_text='The policy in the form of a match case')),
                ('reason', models.TextField()),
                ('wanted_from', models.DateField(blank=True, help_text='The day from which it shall count; empty is at once', null=True)),
                ('in_force_from', models.DateTimeField(blank=True, null=True)),
                ('proposed_at', models.DateTimeField(auto_now_add=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decision_note', models.TextField(blank=True)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='policy_versions', to='masterdata.company')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(blank=True, help_text='Empty for the rules that were shipped or were there before versions were kept', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'permissions': [('propose_policy', 'Can propose matching rules'), ('approve_policy', 'Can approve the matching rules that another person proposed')],
            },
        ),
        migrations.AddField(
            model_name='matchdecision',
            name='policy_version',
            field=models.ForeignKey(db_index=False, help_text='The rules it was judged by', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reconciliation.policyversion'),
        ),
        migrations.AddField(
            model_name='supplierinvoice',
            name='judged_by',
            field=models.ForeignKey(blank=True, db_index=False, help_text='Rules that somebody chose on purpose; empty is those of the day the invoice came', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reconciliation.policyversion'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.UniqueConstraint(fields=('company', 'number'), name='policy_version_number_once'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('company',), name='policy_one_proposal_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='policy_version_says_why'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='nobody_approves_their_own_policy'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='policy_version_decided_who_and_when'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), models.Q(('decided_by__isnull', False), ('in_force_from__isnull', False)), models.Q(('in_force_from__isnull', False), ('proposed_by__isnull', True)), _connector='OR'), name='policy_version_counts_when_a_second_person_agreed'),
        ),
    ]
