"""Keep the trials of matching rules on history."""

import django.db.models.deletion
import reconciliation.models.document
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0011_check_companies_once_a_statement'),
        ('reconciliation', '0011_reopened_orders'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RulesTrial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('policy', models.JSONField(help_text='The rules that are tried, in the form of a match case')),
                ('since', models.DateField(help_text='The first day on which the invoices came')),
                ('until', models.DateField(help_text='The last day on which the invoices came')),
                ('state', models.CharField(choices=[('running', 'running'), ('stopped', 'stopped'), ('failed', 'failed'), ('done', 'done')], default='running', max_length=10)),
                ('total', models.PositiveIntegerField(help_text='Judged invoices of these days when it began')),
                ('judged', models.PositiveIntegerField(default=0)),
                ('unreadable', models.PositiveIntegerField(default=0, help_text="Stored questions that today's engine cannot read")),
                ('after', models.BigIntegerField(default=0, help_text='The key of the last invoice that was judged')),
                ('trouble', models.TextField(blank=True)),
                ('stopped_by', models.CharField(blank=True, max_length=150)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.company')),
                ('version', models.ForeignKey(blank=True, help_text='The version that is tried; empty is the draft as it was then', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reconciliation.policyversion')),
            ],
        ),
        migrations.CreateModel(
            name='TriedInvoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vendor_number', models.CharField(max_length=20)),
                ('change', models.CharField(choices=[('released', 'held then, let through now'), ('blocked', 'let through then, held now'), ('eased', 'let through by a person then, by the rules now'), ('other', 'held for other reasons'), ('same', 'as before')], max_length=10)),
                ('outcome_then', models.CharField(max_length=10)),
                ('outcome_tried', models.CharField(max_length=10)),
                ('amount', reconciliation.models.document.Money(decimal_places=8, max_digits=28, null=True)),
                ('lacks_rate', models.BooleanField(default=False, help_text='In no sum, for want of a rate')),
                ('gone', models.JSONField(default=list, help_text='Reasons that no longer hold it, with their figures')),
                ('came', models.JSONField(default=list, help_text='Reasons that hold it now, with their figures')),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='reconciliation.matchdecision')),
                ('invoice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='reconciliation.supplierinvoice')),
                ('trial', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invoices', to='reconciliation.rulestrial')),
            ],
        ),
        migrations.CreateModel(
            name='LetThrough',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vendor_number', models.CharField(max_length=20)),
                ('check_name', models.CharField(max_length=20)),
                ('scope', models.CharField(help_text='For whom the rule counts, in words', max_length=150)),
                ('then', reconciliation.models.document.Money(decimal_places=8, default=0, max_digits=28)),
                ('as_tried', reconciliation.models.document.Money(decimal_places=8, default=0, max_digits=28)),
                ('trial', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='let_through', to='reconciliation.rulestrial')),
                ('tried', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='let_through', to='reconciliation.triedinvoice')),
            ],
        ),
        migrations.AddConstraint(
            model_name='rulestrial',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('company',), name='rules_trial_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='rulestrial',
            constraint=models.CheckConstraint(condition=models.Q(('since__lte', models.F('until'))), name='rules_trial_days_in_order'),
        ),
        migrations.AddConstraint(
            model_name='rulestrial',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('finished_at__isnull', True)), _connector='OR'), name='rules_trial_done_has_its_time'),
        ),
        migrations.AddIndex(
            model_name='triedinvoice',
            index=models.Index(fields=['trial', 'change', '-amount'], name='tried_by_change'),
        ),
        migrations.AddConstraint(
            model_name='triedinvoice',
            constraint=models.UniqueConstraint(fields=('trial', 'invoice'), name='tried_invoice_once'),
        ),
        migrations.AddConstraint(
            model_name='letthrough',
            constraint=models.CheckConstraint(condition=models.Q(('as_tried__gte', 0), ('then__gte', 0)), name='let_through_not_negative'),
        ),
    ]
