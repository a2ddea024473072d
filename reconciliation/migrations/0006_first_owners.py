"""Keep whose task each reason of an exception is, and find what a vendor's trouble came to before."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('masterdata', '0003_keep_rows_with_their_company'),
        ('reconciliation', '0005_releases_are_checked'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FirstOwner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(blank=True, help_text='Empty: every other reason', max_length=30, verbose_name='reason')),
            ],
        ),
        migrations.CreateModel(
            name='HistoricalFirstOwner',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('code', models.CharField(blank=True, help_text='Empty: every other reason', max_length=30, verbose_name='reason')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical first owner',
                'verbose_name_plural': 'historical first owners',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddIndex(
            model_name='exceptioncase',
            index=models.Index(models.F('company'), models.F('vendor_number'), models.F('code'), models.F('closed_at'), condition=models.Q(('closed_at__isnull', False)), name='case_closed_by_vendor'),
        ),
        migrations.AddField(
            model_name='firstowner',
            name='company',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='first_owners', to='masterdata.company'),
        ),
        migrations.AddField(
            model_name='firstowner',
            name='group',
            field=models.ForeignKey(blank=True, help_text='Goes to whoever of the role is there and has the fewest open cases', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='auth.group', verbose_name='role'),
        ),
        migrations.AddField(
            model_name='firstowner',
            name='person',
            field=models.ForeignKey(blank=True, help_text='Or always to this person, and to the deputy while they are away', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalfirstowner',
            name='company',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='masterdata.company'),
        ),
        migrations.AddField(
            model_name='historicalfirstowner',
            name='group',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text='Goes to whoever of the role is there and has the fewest open cases', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='auth.group', verbose_name='role'),
        ),
        migrations.AddField(
            model_name='historicalfirstowner',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalfirstowner',
            name='person',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text='Or always to this person, and to the deputy while they are away', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='firstowner',
            constraint=models.UniqueConstraint(fields=('company', 'code'), name='first_owner_once'),
        ),
        migrations.AddConstraint(
            model_name='firstowner',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('group__isnull', True), ('person__isnull', False)), models.Q(('group__isnull', False), ('person__isnull', True)), _connector='OR'), name='first_owner_is_a_role_or_a_person', violation_error_message='Choose a role or a person, one of the two.'),
        ),
        migrations.RunSQL(
            "CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON reconciliation_firstowner "
            "FOR EACH ROW EXECUTE FUNCTION tieout_record_change()",
            "DROP TRIGGER record_change ON reconciliation_firstowner",
        ),
    ]
