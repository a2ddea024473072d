"""Keep field mappings in versions: tables for them, for source profiles and for values to be mapped."""

import django.contrib.postgres.fields
import django.db.models.deletion
import integration.models.mapping
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integration', '0029_lives_of_the_database'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SourceProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True)),
                ('sources', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, help_text='Event sources it is for', size=None)),
                ('note', models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='UnmappedValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value_map', models.CharField(max_length=60)),
                ('value', models.CharField(max_length=200)),
                ('count', models.PositiveIntegerField(default=1)),
                ('first_seen_at', models.DateTimeField(auto_now_add=True)),
                ('last_seen_at', models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.AlterModelOptions(
            name='fieldmapping',
            options={'permissions': [('draft_mapping', 'Can draft field mappings'), ('review_mapping', 'Can approve field mappings that another person drafted')]},
        ),
        migrations.AddField(
            model_name='fieldmapping',
            name='direction',
            field=models.CharField(choices=[('push', 'to Business Central'), ('intake', 'from the CAFM'), ('pull', 'from Business Central')], default='push', max_length=10),
        ),
        migrations.AddField(
            model_name='fieldmapping',
            name='goes_on',
            field=models.BooleanField(default=False, help_text='Rows whose target Business Central has no more are left out, instead of waiting', verbose_name='goes on without what Business Central lacks'),
        ),
        migrations.AddField(
            model_name='fieldmapping',
            name='shipped',
            field=models.JSONField(blank=True, help_text='What was shipped last: the base of the next three-way merge', null=True),
        ),
        migrations.AddField(
            model_name='historicalfieldmapping',
            name='direction',
            field=models.CharField(choices=[('push', 'to Business Central'), ('intake', 'from the CAFM'), ('pull', 'from Business Central')], default='push', max_length=10),
        ),
        migrations.AddField(
            model_name='historicalfieldmapping',
            name='goes_on',
            field=models.BooleanField(default=False, help_text='Rows whose target Business Central has no more are left out, instead of waiting', verbose_name='goes on without what Business Central lacks'),
        ),
        migrations.AddField(
            model_name='historicalfieldmapping',
            name='shipped',
            field=models.JSONField(blank=True, help_text='What was shipped last: the base of the next three-way merge', null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='remap',
            field=models.BooleanField(default=False, help_text='The next build takes the mapping in force, not the versions it was built with'),
        ),
        migrations.AlterField(
            model_name='fieldmapping',
            name='source',
            field=models.CharField(help_text='The form that is read, for example purchase_order.line', max_length=60),
        ),
        migrations.AlterField(
            model_name='fieldmapping',
            name='target',
            field=models.CharField(help_text="What is written, for example BC's entity set purchaseOrderLines", max_length=60),
        ),
        migrations.AlterField(
            model_name='historicalfieldmapping',
            name='source',
            field=models.CharField(help_text='The form that is read, for example purchase_order.line', max_length=60),
        ),
        migrations.AlterField(
            model_name='historicalfieldmapping',
            name='target',
            field=models.CharField(help_text="What is written, for example BC's entity set purchaseOrderLines", max_length=60),
        ),
        migrations.CreateModel(
            name='HistoricalSourceProfile',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', models.CharField(db_index=True, max_length=60)),
                ('sources', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, help_text='Event sources it is for', size=None)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical source profile',
                'verbose_name_plural': 'historical source profiles',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='MappingVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('draft', 'draft'), ('review', 'waits for a second person'), ('approved', 'approved'), ('discarded', 'discarded')], default='draft', max_length=10)),
                ('origin', models.CharField(choices=[('shipped', 'shipped with Tieout'), ('merged', 'shipped, merged with changes made here'), ('edited', 'edited here'), ('imported', 'imported from a file'), ('reset', 'reset to what is shipped'), ('drift', 'proposed for a change of Business Central')], default='edited', max_length=10)),
                ('content', models.JSONField(help_text='Its rows, in their order, and its value maps')),
                ('based_on', models.PositiveIntegerField(blank=True, help_text='The version it was drafted from', null=True)),
                ('note', models.TextField(blank=True, help_text='What it changes, and why')),
                ('editors', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), blank=True, default=list, help_text='Who had a hand in it', size=None)),
                ('revision', models.PositiveIntegerField(default=1, help_text='Rises with each saving of the draft')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('changed_at', models.DateTimeField(auto_now_add=True)),
                ('looked_at', models.DateTimeField(blank=True, help_text='When its editor was last open', null=True)),
                ('reviewed_at', models.DateTimeField(blank=True, null=True)),
                ('override_reason', models.TextField(blank=True, help_text='Why it was approved although some records would fail')),
                ('effective_from', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_reason', models.TextField(blank=True)),
                ('looked_at_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('mapping', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='integration.fieldmapping')),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='fieldmapping',
            name='profile',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mappings', to='integration.sourceprofile'),
        ),
        migrations.AddField(
            model_name='historicalfieldmapping',
            name='profile',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='integration.sourceprofile'),
        ),
        migrations.AddConstraint(
            model_name='fieldmapping',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('direction', 'intake'), ('profile__isnull', False)), models.Q(models.Q(('direction', 'intake'), _negated=True), ('profile__isnull', True)), _connector='OR'), name='mapping_of_a_profile_comes_from_the_cafm'),
        ),
        migrations.AddConstraint(
            model_name='fieldmapping',
            constraint=models.UniqueConstraint(condition=models.Q(('profile__isnull', False)), fields=('profile', 'source'), name='mapping_once_a_profile_and_type'),
        ),
        migrations.AddField(
            model_name='unmappedvalue',
            name='mapping',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='unmapped', to='integration.fieldmapping'),
        ),
        migrations.AddConstraint(
            model_name='mappingversion',
            constraint=models.UniqueConstraint(fields=('mapping', 'number'), name='mapping_version_number_once'),
        ),
        migrations.AddConstraint(
            model_name='mappingversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'review'])), fields=('mapping',), name='mapping_one_draft_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='mappingversion',
            constraint=models.CheckConstraint(condition=models.Q(('reviewed_by__isnull', True), integration.models.mapping.AmongEditors(models.F('reviewed_by'), models.F('editors')), _connector='OR'), name='nobody_approves_their_own_mapping'),
        ),
        migrations.AddConstraint(
            model_name='mappingversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reviewed_at__isnull', True), ('reviewed_by__isnull', True)), models.Q(('reviewed_at__isnull', False), ('reviewed_by__isnull', False)), _connector='OR'), name='mapping_version_reviewed_who_and_when'),
        ),
        migrations.AddConstraint(
            model_name='mappingversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), models.Q(('effective_from__isnull', False), ('reviewed_by__isnull', False)), models.Q(('editors', []), ('effective_from__isnull', False)), _connector='OR'), name='mapping_version_counts_when_a_second_person_agreed'),
        ),
        migrations.AddConstraint(
            model_name='mappingversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True)), models.Q(('state', 'approved'), ('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='mapping_version_withdrawn_who_and_when'),
        ),
        migrations.AddConstraint(
            model_name='unmappedvalue',
            constraint=models.UniqueConstraint(fields=('mapping', 'value_map', 'value'), name='unmapped_value_once'),
        ),
    ]
